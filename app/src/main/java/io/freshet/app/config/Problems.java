package io.freshet.app.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;

/** Collects what is wrong in one file, so that a person sees everything at once. */
final class Problems {
    private final String file;
    private final List<ConfigurationProblem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void add(@Nullable Mark mark, String key, String message) {
        int line = mark == null ? 0 : mark.getLine() + 1;
        int column = mark == null ? 0 : mark.getColumn() + 1;
        found.add(new ConfigurationProblem(file, line, column, key, message));
    }

    String file() {
        return file;
    }

    /** Throws what was found, if anything was. */
    void throwIfAny() {
        if (!found.isEmpty()) {
            found.sort(
                    Comparator.comparingInt(ConfigurationProblem::line).thenComparingInt(ConfigurationProblem::column));
            throw new ConfigurationException(found);
        }
    }
}
