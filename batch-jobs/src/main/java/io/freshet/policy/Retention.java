package io.freshet.policy;

import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;

/**
 * How long things are kept that only say what was.
 *
 * @param deliveries the audit trail; by whole months
 * @param runs runs, and what hangs on them
 * @param changes the journal, at least; what a target has not queued yet is kept in any case
 * @param actions what people did
 * @param batchMetadata Spring Batch's record of executions
 */
public record Retention(Period deliveries, Period runs, Period changes, Period actions, Period batchMetadata) {
    public static final Retention DEFAULT = new Retention(
            Period.ofMonths(13), Period.ofDays(400), Period.ofDays(30), Period.ofYears(3), Period.ofDays(7));

    public Retention {
        requireSomeTime(deliveries, "deliveries");
        requireSomeTime(runs, "runs");
        requireSomeTime(actions, "actions");
        requireSomeTime(batchMetadata, "batch metadata");
        if (changes.isNegative()) {
            throw new IllegalArgumentException("changes cannot be kept for less than no time");
        }
    }

    private static void requireSomeTime(Period time, String what) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(what + " must be kept for some time");
        }
    }

    /** Returns before which moment what is kept for so long goes. */
    public static Instant before(Instant now, Period kept) {
        return now.atOffset(ZoneOffset.UTC).minus(kept).toInstant();
    }
}
