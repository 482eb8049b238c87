package io.freshet.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When targets may be served, by the windows of their policies. */
@FunctionalInterface
public interface OpeningHours {
    /** Every target at any time. */
    OpeningHours ALWAYS = (target, now) -> null;

    /** Returns when the target's next window opens, or null if it is open now. */
    @Nullable
    Instant closedUntil(String target, Instant now);
}
