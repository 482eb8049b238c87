package io.freshet.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the newest pass of clearing away came to.
 *
 * @param node which made it; null if there was none yet
 * @param endedAt null while it is under way, or if its process died
 * @param succeededAt when a pass last did all it had to
 * @param done what the last one that ended has cleared away, in words
 * @param failure what it could not do and will try again, in words; null if nothing
 * @param deliveriesSince the audit trail goes back to here; null if to the beginning
 * @param runsSince runs that ended before this were cleared away; null if none were
 */
public record RetentionState(
        @Nullable String node,
        @Nullable Instant begunAt,
        @Nullable Instant endedAt,
        @Nullable Instant succeededAt,
        @Nullable String done,
        @Nullable String failure,
        @Nullable Instant deliveriesSince,
        @Nullable Instant runsSince) {}
