package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.policy.Retry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/** When to try again: later after every failure, by a random part of the wait so that tries do not come in step. */
final class BackOff {
    private static final Duration TARGET_FIRST = Duration.ofMillis(500);
    private static final Duration TARGET_LONGEST = Duration.ofSeconds(15);

    private BackOff() {}

    /** When to try a whole target again after {@code attempts} failures before this one. */
    static Instant ofTarget(Clock clock, int attempts) {
        return after(clock, TARGET_FIRST, TARGET_LONGEST, attempts);
    }

    /** When to try an item again after {@code attempts} failures before this one. */
    static Instant ofItem(Retry retry, Clock clock, ErrorCode code, int attempts) {
        Retry waits = code.kind() == ErrorCode.Kind.TRANSIENT ? retry : retry.ofPermanent();
        return after(clock, waits.first(), waits.longest(), attempts);
    }

    /**
     * When to try a file again that was changed while it was read: later than {@link #ofItem}, and not before the lane had
     * twice the time for others that it spent on this one.
     */
    static Instant ofChangingFile(Retry retry, Clock clock, int attempts, Duration took) {
        Instant usual = ofItem(retry, clock, ErrorCode.SOURCE_CHANGED, attempts);
        Instant fair = clock.instant().plus(took.multipliedBy(2));
        return fair.isAfter(usual) ? fair : usual;
    }

    private static Instant after(Clock clock, Duration first, Duration longest, int attempts) {
        long whole = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempts, 20));
        long wait = whole / 2 + ThreadLocalRandom.current().nextLong(whole / 2 + 1);
        return clock.instant().plusMillis(wait);
    }
}
