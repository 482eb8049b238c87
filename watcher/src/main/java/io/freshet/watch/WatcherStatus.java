package io.freshet.watch;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a watcher is doing at one moment.
 *
 * @param tier the way it sees changes, or null before one was chosen
 * @param tierReason why this tier and no better one
 * @param limits what this tier needs and where it ends
 * @param since when it entered this state
 * @param trouble what keeps it from its work, or null
 * @param unwatched subtrees without events, which are scanned instead
 * @param events read from the kernel since it was made
 * @param overflows how often events were lost and everything was looked at again
 * @param rescanning whether the source, or a part of it, is being compared with its catalogue
 * @param unreadable what the last rescan of the source could not read, or null
 * @param dirtyPaths waiting in memory for the journal
 * @param dirtyBytes that they take
 * @param lastBarrier when the last barrier was begun that has been reached since, or null
 */
public record WatcherStatus(
        WatcherState state,
        Instant since,
        @Nullable Tier tier,
        String tierReason,
        String limits,
        @Nullable String trouble,
        List<UnwatchedSubtree> unwatched,
        long events,
        long overflows,
        boolean rescanning,
        @Nullable String unreadable,
        int dirtyPaths,
        long dirtyBytes,
        @Nullable Instant lastBarrier) {
    public WatcherStatus {
        unwatched = List.copyOf(unwatched);
    }
}
