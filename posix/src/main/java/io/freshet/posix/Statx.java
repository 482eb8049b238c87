package io.freshet.posix;

import java.nio.ByteBuffer;

/**
 * What {@code statx(2)} told, decoded from {@code struct statx} of linux/stat.h.
 *
 * @param mode file type and permission bits
 * @param birthNanos 0 where the file system keeps none
 * @param node the number of the device that a device node stands for, major and minor
 * @param device the number of the device that it lies on, major and minor
 * @param mount the id of the mount; unique for ever from Linux 6.8 on
 */
record Statx(
        int mode,
        int links,
        int uid,
        int gid,
        long inode,
        long size,
        long birthNanos,
        long ctimeNanos,
        long mtimeNanos,
        long node,
        long device,
        long mount) {
    /** Bytes of {@code struct statx}. */
    static final int SIZE = 256;

    private static final int MASK = 0;
    private static final int LINKS = 16;
    private static final int UID = 20;
    private static final int GID = 24;
    private static final int MODE = 28;
    private static final int INODE = 32;
    private static final int LENGTH = 40;
    private static final int BIRTH_TIME = 80;
    private static final int CHANGE_TIME = 96;
    private static final int MODIFICATION_TIME = 112;
    private static final int NODE_MAJOR = 128;
    private static final int NODE_MINOR = 132;
    private static final int DEVICE_MAJOR = 136;
    private static final int DEVICE_MINOR = 140;
    private static final int MOUNT = 144;
    private static final int NANOS_IN_TIMESTAMP = 8;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    static Statx decode(ByteBuffer struct) {
        boolean born = (struct.getInt(MASK) & Constants.STATX_BTIME) != 0;
        return new Statx(
                struct.getShort(MODE) & 0xffff,
                struct.getInt(LINKS),
                struct.getInt(UID),
                struct.getInt(GID),
                struct.getLong(INODE),
                struct.getLong(LENGTH),
                born ? nanos(struct, BIRTH_TIME) : 0,
                nanos(struct, CHANGE_TIME),
                nanos(struct, MODIFICATION_TIME),
                number(struct, NODE_MAJOR, NODE_MINOR),
                number(struct, DEVICE_MAJOR, DEVICE_MINOR),
                struct.getLong(MOUNT));
    }

    private static long number(ByteBuffer struct, int major, int minor) {
        return ((long) struct.getInt(major) << 32) | (struct.getInt(minor) & 0xffffffffL);
    }

    /** Times before 1677 and after 2262 do not fit and become the nearest that does. */
    private static long nanos(ByteBuffer struct, int offset) {
        long seconds = struct.getLong(offset);
        int nanos = struct.getInt(offset + NANOS_IN_TIMESTAMP);
        if (seconds >= Long.MAX_VALUE / NANOS_PER_SECOND) {
            return Long.MAX_VALUE;
        }
        if (seconds <= Long.MIN_VALUE / NANOS_PER_SECOND) {
            return Long.MIN_VALUE;
        }
        return seconds * NANOS_PER_SECOND + nanos;
    }
}
