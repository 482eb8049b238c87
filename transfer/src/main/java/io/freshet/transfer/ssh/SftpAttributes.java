package io.freshet.transfer.ssh;

import io.freshet.file.FileType;

/**
 * What SFTP version 3 tells of an object: times in whole seconds, owners as numbers.
 *
 * @param mode type and permission bits as in {@code st_mode}
 * @param mtimeSeconds seconds since the epoch, 0 to 2³²−1
 */
record SftpAttributes(long size, int uid, int gid, int mode, long mtimeSeconds) {
    private static final int PERMISSION_MASK = 07777;

    boolean hasType() {
        return (mode & ~PERMISSION_MASK) != 0;
    }

    FileType type() {
        return FileType.ofMode(mode);
    }

    int permissions() {
        return mode & PERMISSION_MASK;
    }

    boolean isDirectory() {
        return (mode & ~PERMISSION_MASK) == FileType.DIRECTORY.formatBits();
    }

    boolean isFile() {
        return (mode & ~PERMISSION_MASK) == FileType.FILE.formatBits();
    }

    boolean isSymlink() {
        return (mode & ~PERMISSION_MASK) == FileType.SYMLINK.formatBits();
    }
}
