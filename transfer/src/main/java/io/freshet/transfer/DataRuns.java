package io.freshet.transfer;

import java.util.Arrays;

/**
 * Which parts of a content must be written where its zeros may be holes: all but whole pages of zeros, counted from the start of
 * the file.
 */
public final class DataRuns {
    private static final int PAGE = 4096;
    private static final byte[] ZEROS = new byte[PAGE];

    private DataRuns() {}

    /**
     * Returns where the next run of data begins, {@code to} if there is none.
     *
     * @param position where in the file {@code block[0]} belongs
     */
    public static int begin(byte[] block, int from, int to, long position) {
        int at = from;
        while (at < to && isZero(block, at, endOfPage(at, to, position))) {
            at = endOfPage(at, to, position);
        }
        return at;
    }

    /** Returns where the run of data that begins at {@code from} ends. */
    public static int end(byte[] block, int from, int to, long position) {
        int at = from;
        while (at < to && !isZero(block, at, endOfPage(at, to, position))) {
            at = endOfPage(at, to, position);
        }
        return at;
    }

    private static int endOfPage(int at, int to, long position) {
        return (int) Math.min(to, at + PAGE - (position + at) % PAGE);
    }

    private static boolean isZero(byte[] block, int from, int to) {
        return Arrays.equals(block, from, to, ZEROS, 0, to - from);
    }
}
