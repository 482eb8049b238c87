package io.freshet.journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far one target is, at one moment.
 *
 * @param reason why it is in this condition and who moves next, as a sentence without a full stop
 * @param needsPerson whether it goes on only when a person acts
 * @param observedAt everything that happened before this moment was seen; null if nothing ever was
 * @param oldestPendingAt when the oldest change was seen that has not arrived, held, failed and unplanned ones included;
 *     null if there is none
 * @param lagSeconds the age of that change, 0 if there is none, null if the source is not observed
 * @param pending paths to look at; an estimate unless {@code pendingIsExact}
 * @param unplanned changes that are not in the work queue yet, counted up to 10 001
 * @param failed paths that failed at least once and are tried again
 * @param failures the same, by cause
 * @param held paths in open holds
 * @param bandwidth what may be sent per second; null where nothing limits it
 * @param failing why the target as a whole cannot be served; null when it can
 * @param entries what the target holds, by our manifest
 * @param runs the last 20, newest first
 * @param progress what its lanes are sending just now
 * @param lanes what those of its lanes have before them that have something to do
 * @param eta when everything that waits is expected to have arrived, or why that cannot be told; null if nothing waits
 */
public record TargetStatus(
        String source,
        String target,
        String url,
        String policy,
        TargetCondition condition,
        String reason,
        boolean needsPerson,
        @Nullable Instant observedAt,
        @Nullable Instant oldestPendingAt,
        @Nullable Long lagSeconds,
        long pending,
        boolean pendingIsExact,
        long unplanned,
        long failed,
        List<Failures> failures,
        long held,
        List<Hold> holds,
        @Nullable Pause pause,
        @Nullable BandwidthLimit bandwidth,
        @Nullable TargetFailure failing,
        @Nullable Instant lastDeliveryAt,
        long entries,
        List<RunRecord> runs,
        List<LaneProgress> progress,
        List<LaneOutlook> lanes,
        @Nullable Eta eta) {

    /** Returns the run that is at work, the newest if there are two; null if none is. */
    public @Nullable RunRecord running() {
        return runs.stream()
                .filter(run -> run.state() == RunState.RUNNING)
                .findFirst()
                .orElse(null);
    }

    /**
     * Paths that failed for the same reason.
     *
     * @param code the name of an {@link io.freshet.failure.ErrorCode}
     * @param example the message of one of them
     * @param needsPerson whether trying again will not help
     */
    public record Failures(
            String code, long paths, @Nullable String example, Instant nextAttemptAt, boolean needsPerson) {}

    /** A person's wish that nothing be delivered for now. */
    public record Pause(Instant pausedAt, String pausedBy, String reason) {}

    /** Why a target as a whole cannot be served. */
    public record TargetFailure(
            String code,
            @Nullable String message,
            @Nullable Instant since,
            int attempts,
            @Nullable Instant nextAttemptAt) {}
}
