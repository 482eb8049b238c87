package io.freshet.policy;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.util.List;
import java.util.stream.Collectors;

/** A policy that says something it must not. */
public final class InvalidPolicyException extends FreshetException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public InvalidPolicyException(String name, List<Problem> problems) {
        super(
                ErrorCode.CONFIGURATION_INVALID,
                "policy '" + name + "': "
                        + problems.stream().map(Problem::words).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    /** Returns everything that is wrong, in the order of the document. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong.
     *
     * @param key for example {@code windows[0].from}; empty where the document as a whole is meant
     * @param line in the document, counted from 1; 0 where the document as a whole is meant
     * @param message read after the key, what is wrong and what to do
     */
    public record Problem(String key, int line, String message) {
        String words() {
            return key.isEmpty() ? message : key + ": " + message;
        }
    }
}
