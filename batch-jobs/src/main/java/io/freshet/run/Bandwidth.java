package io.freshet.run;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A limit on the bytes per second that some lanes send together, which may change at any time. Thread-safe.
 *
 * <p>Whoever wants to send takes a place behind all that others were charged for before, and waits until so much may have
 * been sent: those who wait share the rate evenly, and a new rate is in force at once for all of them.
 */
final class Bandwidth {
    /** How far ahead of the rate a burst may run, in seconds of sending. */
    private static final double BURST_SECONDS = 0.05;
    /** How long a wait goes on without a look at whether it has become pointless. */
    private static final long STEP_MILLIS = 50;

    private double bytesPerSecond = Double.POSITIVE_INFINITY;
    private double allowed;
    private long charged;
    private long countedAt = System.nanoTime();

    /** Takes over another limit; empty lifts it. */
    synchronized void limit(OptionalLong most) {
        double rate = most.isPresent() ? most.getAsLong() : Double.POSITIVE_INFINITY;
        if (rate != bytesPerSecond) {
            count();
            bytesPerSecond = rate;
            notifyAll();
        }
    }

    /** Takes a place in the queue for so many bytes; tells which, for {@link #await}. */
    synchronized long charge(long bytes) {
        count();
        charged += bytes;
        return charged;
    }

    /** Waits until everything up to a place may have been sent, or {@code stop} says that nobody wants it any more. */
    synchronized void await(long place, BooleanSupplier stop) {
        for (count(); place > allowed && !stop.getAsBoolean(); count()) {
            double millis = (place - allowed) / bytesPerSecond * 1000;
            try {
                TimeUnit.MILLISECONDS.timedWait(this, Math.max(1, Math.min(STEP_MILLIS, (long) Math.ceil(millis))));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Credits the time since the last count. */
    private void count() {
        long now = System.nanoTime();
        if (bytesPerSecond == Double.POSITIVE_INFINITY) {
            allowed = charged;
        } else {
            double earned = allowed + bytesPerSecond * (now - countedAt) / 1e9;
            allowed = Math.min(earned, charged + bytesPerSecond * BURST_SECONDS);
        }
        countedAt = now;
    }
}
