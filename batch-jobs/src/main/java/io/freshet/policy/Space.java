package io.freshet.policy;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How much room in the database may be taken, and how much of its disk has to stay free.
 *
 * @param queue the queue of a target with more items than this is folded into one walk
 * @param minFree what has to stay free
 * @param disk a directory on the database's disk, as this process sees it; null: wherever the embedded database is
 * @param size how much room the database has on a disk that this process does not see; empty where it sees it
 */
public record Space(long queue, MinFree minFree, @Nullable Path disk, OptionalLong size) {
    /** Walks queue up to 20 000 items per lane: with less than this, what they find would be folded again and again. */
    public static final long SMALLEST_QUEUE = 50_000;

    public static final Space DEFAULT = new Space(200_000, MinFree.DEFAULT, null, OptionalLong.empty());

    /** The same with another size of queues. */
    public Space withQueue(long items) {
        return new Space(items, minFree, disk, size);
    }

    /** The same with another part of the disk that has to stay free. */
    public Space withMinFree(MinFree free) {
        return new Space(queue, free, disk, size);
    }

    /**
     * A part of a disk, and so many bytes at most.
     *
     * @param percent 0: nothing has to stay free
     */
    public record MinFree(double percent, long bytes) {
        public static final MinFree DEFAULT = new MinFree(5, 2_000_000_000L);

        /** So many bytes of any disk. */
        public static MinFree of(long bytes) {
            return new MinFree(100, bytes);
        }

        /** So much of any disk. */
        public static MinFree ofDisk(double percent) {
            return new MinFree(percent, Long.MAX_VALUE);
        }

        /** Returns how many bytes of a disk of this size that is. */
        public long of(Capacity capacity) {
            return Math.min(bytes, (long) (capacity.total() / 100.0 * percent));
        }
    }

    /** The size of a disk, and what of it is free. */
    public record Capacity(long total, long free) {}
}
