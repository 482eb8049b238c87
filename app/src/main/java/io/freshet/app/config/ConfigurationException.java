package io.freshet.app.config;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration file is wrong: all that is, in the order of the file. */
public final class ConfigurationException extends FreshetException {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigurationProblem> problems;

    ConfigurationException(List<ConfigurationProblem> problems) {
        super(
                ErrorCode.CONFIGURATION_INVALID,
                problems.stream().map(ConfigurationProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<ConfigurationProblem> problems() {
        return problems;
    }
}
