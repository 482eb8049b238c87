package io.freshet.journal;

import java.time.Instant;
import java.util.List;

/**
 * How everything is, at one moment of the database's clock.
 *
 * @param asOf when the database was asked
 */
public record Status(Instant asOf, List<SourceStatus> sources) {
    /** Returns all targets, by source and name. */
    public List<TargetStatus> targets() {
        return sources.stream().flatMap(source -> source.targets().stream()).toList();
    }
}
