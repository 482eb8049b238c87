package io.freshet.journal;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far a target is.
 *
 * @param cursor every change up to here is in the work queue or done
 * @param sourceIdentity the identity of the source root that the manifest was made from; null before the first run
 * @param marker the nonce in the marker on the target; null before the first run
 * @param adopting whether the target held things we did not put there when we first came
 * @param manifestRows entries that the target holds
 * @param failingAttempts connections that failed in a row
 */
public record TargetState(
        long cursor,
        @Nullable String sourceIdentity,
        @Nullable UUID marker,
        boolean adopting,
        long manifestRows,
        int failingAttempts) {}
