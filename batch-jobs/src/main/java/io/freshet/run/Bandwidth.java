package io.freshet.run;

import java.util.concurrent.locks.LockSupport;

/** A limit on the bytes per second that all lanes of a target send together. Thread-safe. */
final class Bandwidth {
    /** How far ahead of the rate a burst may run, in nanoseconds of sending. */
    private static final long BURST_NANOS = 50_000_000;

    private final double nanosPerByte;
    private long paidUntil = System.nanoTime();

    /** @param bytesPerSecond at least 1 */
    Bandwidth(long bytesPerSecond) {
        this.nanosPerByte = 1e9 / bytesPerSecond;
    }

    /** Waits until {@code bytes} more may have been sent. */
    void pay(long bytes) {
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            paidUntil = Math.max(paidUntil, now - BURST_NANOS) + (long) (bytes * nanosPerByte);
            wait = paidUntil - now;
        }
        if (wait > 0) {
            LockSupport.parkNanos(wait);
        }
    }
}
