package io.freshet.run;

import io.freshet.journal.Lease;
import java.time.Duration;

/**
 * A lease together with how long it may be relied on, by the monotonic clock of this process.
 *
 * <p>Once it has not been renewed for its time to live less a margin, nothing more may be done under it, whatever the
 * database says later: a process that was frozen finds it expired when it wakes. Thread-safe.
 */
final class HeldLease {
    private final Lease lease;
    private final Duration usable;
    private volatile long renewedAt;
    private volatile boolean lost;

    /**
     * @param usable how long after a renewal side effects are allowed: the time to live less a margin
     * @param askedAt {@link System#nanoTime()} before the database was asked
     */
    HeldLease(Lease lease, Duration usable, long askedAt) {
        this.lease = lease;
        this.usable = usable;
        this.renewedAt = askedAt;
    }

    Lease lease() {
        return lease;
    }

    boolean isLive() {
        return !lost && System.nanoTime() - renewedAt < usable.toNanos();
    }

    void renewed(long askedAt) {
        renewedAt = askedAt;
    }

    void lost() {
        lost = true;
    }
}
