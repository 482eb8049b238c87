package io.freshet.journal;

import java.time.Duration;
import java.util.function.IntToLongFunction;

/** Much work as many short transactions, each as large as the one before leads to expect it to be short. */
final class Slices {
    private static final int FIRST = 1_000;
    private static final int LEAST = 50;
    private static final int MOST = 5_000;
    private static final Duration LONG = Duration.ofSeconds(1);

    private int limit = FIRST;

    /** Returns the most rows of the next slice. */
    int limit() {
        return limit;
    }

    /** Learns from a slice. */
    void took(Duration time) {
        limit = time.compareTo(LONG) > 0 ? Math.max(LEAST, limit / 2) : Math.min(MOST, limit * 2);
    }

    /**
     * Repeats a slice until one is not full.
     *
     * @param slice takes the most rows it may touch, and returns how many it did
     * @return all of them
     */
    static long all(IntToLongFunction slice) {
        Slices slices = new Slices();
        long all = 0;
        while (true) {
            long begun = System.nanoTime();
            int limit = slices.limit();
            long rows = slice.applyAsLong(limit);
            slices.took(Duration.ofNanos(System.nanoTime() - begun));
            all += rows;
            if (rows < limit) {
                return all;
            }
        }
    }
}
