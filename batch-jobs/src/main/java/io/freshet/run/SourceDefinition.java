package io.freshet.run;

import io.freshet.filter.FilterRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A source as the configuration defines it.
 *
 * @param path the absolute path of its root
 * @param filter what is not replicated
 * @param bytesPerSecond the most that all targets together are sent; empty means no limit
 * @param rescanEvery the time between two scheduled comparisons with the catalogue; null for none
 */
public record SourceDefinition(
        String name,
        Path path,
        FilterRules filter,
        List<TargetDefinition> targets,
        OptionalLong bytesPerSecond,
        @Nullable Duration rescanEvery) {
    /** The time between two scheduled rescans, unless the configuration says something else. */
    public static final Duration RESCAN_EVERY = Duration.ofHours(24);

    public SourceDefinition {
        targets = List.copyOf(targets);
        if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
            throw new IllegalArgumentException("source " + name + " must be let at least 1 byte per second");
        }
        if (rescanEvery != null && (rescanEvery.isZero() || rescanEvery.isNegative())) {
            throw new IllegalArgumentException("source " + name + " cannot be rescanned every " + rescanEvery);
        }
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("the path of source " + name + " must be absolute, not '" + path + "'");
        }
    }

    public SourceDefinition(String name, Path path, FilterRules filter, List<TargetDefinition> targets) {
        this(name, path, filter, targets, OptionalLong.empty(), RESCAN_EVERY);
    }
}
