package io.freshet.journal;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a source is watched, and how far its targets are.
 *
 * @param head the last sequence number of its journal
 * @param observedAt everything that happened before this moment is in the journal
 * @param watcher null if no watcher has reported yet
 * @param bandwidth what all targets together may be sent per second; null where nothing limits it
 */
public record SourceStatus(
        String source,
        String rootPath,
        long head,
        @Nullable Instant observedAt,
        @Nullable Watcher watcher,
        @Nullable BandwidthLimit bandwidth,
        List<TargetStatus> targets) {

    /**
     * What a source's watcher tells of itself.
     *
     * @param tier the way in which it sees changes, empty before one was chosen
     * @param tierReason why this tier and no better one
     * @param limits what the tier needs, and where it ends
     * @param detail what keeps it from its work or escapes it, or null
     * @param events read from the kernel
     * @param overflows how often events were lost and everything was looked at again
     * @param waitingPaths noticed and not in the journal yet
     * @param waitingBytes the memory that they take
     * @param unwatched from where no events come; scanned instead
     */
    public record Watcher(
            String node,
            String tier,
            String tierReason,
            String limits,
            String state,
            @Nullable String detail,
            long events,
            long overflows,
            boolean rescanning,
            long waitingPaths,
            long waitingBytes,
            List<Unwatched> unwatched,
            Instant updatedAt) {
        public Watcher {
            unwatched = List.copyOf(unwatched);
        }

        /** Returns the whole of it for people, alike on the page and on the command line; the unwatched are only counted. */
        @JsonProperty("facts")
        public List<Fact> facts() {
            return List.of(
                    new Fact(
                            "Tier",
                            Wording.code(tier.isEmpty() ? "none yet" : tier)
                                    + (tierReason.isEmpty() ? "" : ": " + tierReason)),
                    new Fact("Limits", limits.isEmpty() ? "not known yet" : limits),
                    new Fact("Events read", Wording.count(events)),
                    new Fact("Overflows", overflows == 0 ? "none" : Wording.count(overflows)),
                    new Fact(
                            "Waiting in memory",
                            Wording.count(waitingPaths, "path") + ", " + Wording.bytes(waitingBytes)),
                    new Fact("Rescan", rescanning ? "under way" : "none under way"),
                    new Fact("Trouble", detail == null ? "none" : detail),
                    new Fact(
                            "Scanned, not watched",
                            unwatched.isEmpty() ? "nothing" : Wording.count(unwatched.size(), "subtree")),
                    new Fact("Node", node));
        }
    }

    /** A subtree from which no events come, and why. */
    public record Unwatched(String path, String reason) {}

    /** One thing to know, in words. */
    public record Fact(String name, String words) {}
}
