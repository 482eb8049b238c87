package io.freshet.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When targets may be served, by the windows and schedules of their policies. */
@FunctionalInterface
public interface OpeningHours {
    /** Every target at any time. */
    OpeningHours ALWAYS = (target, now) -> null;

    /** Returns when the target may be served next, or null if it may be now; a firing under way is not asked for. */
    @Nullable
    Next closedUntil(String target, Instant now);

    /**
     * The next moment at which a target may be served.
     *
     * @param fires whether a schedule fires then, and no window opens
     */
    record Next(Instant at, boolean fires) {}
}
