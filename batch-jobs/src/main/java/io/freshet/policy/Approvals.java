package io.freshet.policy;

import java.time.Duration;

/**
 * What an approval of a hold takes, and how long it is good for.
 *
 * @param fourEyes whether it takes two persons who have looked at the same
 * @param expireAfter what was not done so long after the decision, or after the opening that follows it, is held again
 */
public record Approvals(boolean fourEyes, Duration expireAfter) {
    /** One person, within a day. */
    public static final Approvals DEFAULT = new Approvals(false, Duration.ofHours(24));

    public Approvals {
        if (expireAfter.isNegative() || expireAfter.isZero()) {
            throw new IllegalArgumentException("approvals must be good for some time");
        }
    }
}
