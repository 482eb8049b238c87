package io.freshet.policy;

import java.time.Instant;

/**
 * A span in which a target is served.
 *
 * @param closes exclusive
 */
public record Opening(Instant opens, Instant closes) {
    public Opening {
        if (!opens.isBefore(closes)) {
            throw new IllegalArgumentException(
                    "an opening must end after it has begun, not " + opens + " to " + closes);
        }
    }

    /** Returns whether a moment lies in it. */
    public boolean contains(Instant moment) {
        return !moment.isBefore(opens) && moment.isBefore(closes);
    }
}
