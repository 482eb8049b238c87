package io.freshet.journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A label on a sequence number and a folder, and how each target stands with it. What it claims of a target that is
 * complete: every change observed up to the sequence number, at that state or newer.
 *
 * @param path the folder or file that it is about, relative to the source; empty for all of it
 * @param seq everything that had happened when it was asked for is journaled up to here
 * @param targets those there were when it was created, by name
 */
public record Checkpoint(
        long id,
        String source,
        String label,
        String path,
        long seq,
        Instant createdAt,
        String createdBy,
        String reason,
        List<AtTarget> targets) {
    public Checkpoint {
        targets = List.copyOf(targets);
    }

    /** Returns whether every target is complete, and that is recorded. */
    public boolean isComplete() {
        return targets.stream().allMatch(target -> target.completedAt != null);
    }

    /**
     * How a target stands with a checkpoint.
     *
     * @param state {@code COMPLETE} once that is recorded
     * @param waitingFor what it waits for, as a sentence; null when complete
     * @param remaining work items that still touch the folder, counted up to 10 001
     * @param held up to 50 paths that are held
     * @param failures up to 50 paths that need a person
     * @param completedAt null until it is recorded, for good
     * @param entries how many entries of the folder the target held then; null before
     * @param unsupported how many the source had that the target cannot hold; null before
     * @param digest SHA-256 over those entries in hexadecimal; null before, and where they were too many
     */
    public record AtTarget(
            String target,
            Completeness.State state,
            @Nullable String waitingFor,
            long remaining,
            List<String> held,
            List<Completeness.Failure> failures,
            @Nullable Instant completedAt,
            @Nullable Long entries,
            @Nullable Long unsupported,
            @Nullable String digest) {
        public AtTarget {
            held = List.copyOf(held);
            failures = List.copyOf(failures);
        }
    }
}
