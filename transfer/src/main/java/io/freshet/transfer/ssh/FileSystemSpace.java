package io.freshet.transfer.ssh;

/**
 * What {@code statvfs} tells of the target's file system.
 *
 * @param freeBytes bytes that the superuser may still use
 * @param availableBytes bytes that others may still use
 * @param files how many inodes there are, 0 where the file system does not count them
 * @param freeFiles how many inodes are free
 */
record FileSystemSpace(long freeBytes, long availableBytes, long files, long freeFiles, boolean readOnly) {
    /** Below this a write that failed for no other reason is put down to a full file system. */
    private static final long NEARLY_FULL = 1 << 20;

    /** Reads the reply to {@code statvfs@openssh.com}. */
    static FileSystemSpace of(SftpReply reply) {
        reply.longNumber();
        long fragment = reply.longNumber();
        reply.longNumber();
        long free = reply.longNumber();
        long available = reply.longNumber();
        long files = reply.longNumber();
        long freeFiles = reply.longNumber();
        reply.longNumber();
        reply.longNumber();
        long flags = reply.longNumber();
        return new FileSystemSpace(
                free * fragment, available * fragment, files, freeFiles, (flags & SftpProtocol.STATVFS_READ_ONLY) != 0);
    }

    long usableBytes(boolean superuser) {
        return superuser ? freeBytes : availableBytes;
    }

    boolean isFull(boolean superuser) {
        return usableBytes(superuser) < NEARLY_FULL || (files > 0 && freeFiles == 0);
    }
}
