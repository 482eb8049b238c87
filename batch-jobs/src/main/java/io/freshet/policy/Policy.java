package io.freshet.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.OptionalLong;

/**
 * When and how a target is served.
 *
 * @param windows when deliveries may begin; empty means always
 * @param bytesPerSecond the most that is sent to the target, over all lanes; empty means no limit
 * @param maxDeletes how much may vanish within 24 hours before deletions are held
 * @param maxDeletesPerRun how much may vanish in one run before deletions are held
 * @param settle a path that somebody still writes to waits until it has been quiet for so long
 * @param settleMax but never longer than this after its first change
 * @param verify how what was sent is proven to have arrived
 * @param unstable what becomes of files that never hold still
 * @param linger how long a run waits for more work before it ends
 * @param extras what becomes of what the target holds and we never put there
 * @param retry when what failed is tried again
 */
public record Policy(
        String name,
        List<Window> windows,
        ZoneId timeZone,
        OptionalLong bytesPerSecond,
        DeletionLimit maxDeletes,
        DeletionLimit maxDeletesPerRun,
        Duration settle,
        Duration settleMax,
        Verify verify,
        Unstable unstable,
        Duration linger,
        Extras extras,
        Retry retry) {
    /** What a source gets that says nothing else. */
    public static final String CONTINUOUS = "continuous";

    public Policy {
        windows = List.copyOf(windows);
        if (settle.isNegative() || settleMax.compareTo(settle) < 0 || linger.isNegative()) {
            throw new IllegalArgumentException("policy " + name
                    + ": settle, settle-max and linger must not be negative, settle-max not below settle");
        }
        if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
            throw new IllegalArgumentException("policy " + name + ": the bandwidth must be at least 1 byte per second");
        }
    }

    /** A policy which retries and limits runs as by default. */
    public Policy(
            String name,
            List<Window> windows,
            ZoneId timeZone,
            OptionalLong bytesPerSecond,
            DeletionLimit maxDeletes,
            Duration settle,
            Duration settleMax,
            Verify verify,
            Unstable unstable,
            Duration linger,
            Extras extras) {
        this(
                name,
                windows,
                timeZone,
                bytesPerSecond,
                maxDeletes,
                DeletionLimit.NONE,
                settle,
                settleMax,
                verify,
                unstable,
                linger,
                extras,
                Retry.DEFAULT);
    }

    /** Returns the same policy with another answer to what becomes of extras. */
    public Policy with(Extras other) {
        return new Policy(
                name,
                windows,
                timeZone,
                bytesPerSecond,
                maxDeletes,
                maxDeletesPerRun,
                settle,
                settleMax,
                verify,
                unstable,
                linger,
                other,
                retry);
    }

    /** Returns a policy with every option at its default. */
    public static Policy withDefaults(String name) {
        return new Policy(
                name,
                List.of(),
                ZoneId.of("UTC"),
                OptionalLong.empty(),
                new DeletionLimit(1000, 50),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Verify.IN_FLIGHT,
                Unstable.PUBLISH,
                Duration.ofSeconds(2),
                Extras.HOLD);
    }

    /** Returns whether deliveries may go on at this moment. */
    public boolean isOpen(Instant moment) {
        ZonedDateTime local = moment.atZone(timeZone);
        return windows.isEmpty()
                || windows.stream().anyMatch(window -> window.contains(local.getDayOfWeek(), local.toLocalTime()));
    }
}
