package io.freshet.transfer.ssh;

/**
 * Numbers of SFTP version 3, from draft-ietf-secsh-filexfer-02, and the names of OpenSSH's extensions, from the file
 * {@code PROTOCOL} of OpenSSH.
 */
final class SftpProtocol {
    static final int VERSION = 3;

    static final int INIT = 1;
    static final int VERSION_REPLY = 2;
    static final int OPEN = 3;
    static final int CLOSE = 4;
    static final int READ = 5;
    static final int WRITE = 6;
    static final int LSTAT = 7;
    static final int FSTAT = 8;
    static final int SETSTAT = 9;
    static final int FSETSTAT = 10;
    static final int OPENDIR = 11;
    static final int READDIR = 12;
    static final int REMOVE = 13;
    static final int MKDIR = 14;
    static final int RMDIR = 15;
    static final int RENAME = 18;
    static final int READLINK = 19;
    static final int SYMLINK = 20;
    static final int STATUS = 101;
    static final int HANDLE = 102;
    static final int DATA = 103;
    static final int NAME = 104;
    static final int ATTRIBUTES = 105;
    static final int EXTENDED = 200;
    static final int EXTENDED_REPLY = 201;

    static final int OPEN_READ = 0x01;
    static final int OPEN_WRITE = 0x02;
    static final int OPEN_CREATE = 0x08;
    static final int OPEN_EXCLUSIVE = 0x20;

    static final int HAS_SIZE = 0x1;
    static final int HAS_OWNER = 0x2;
    static final int HAS_MODE = 0x4;
    static final int HAS_TIMES = 0x8;
    static final int HAS_EXTENDED = 0x80000000;

    static final int STATUS_OK = 0;
    static final int STATUS_EOF = 1;
    static final int STATUS_NO_SUCH_FILE = 2;
    static final int STATUS_PERMISSION_DENIED = 3;
    static final int STATUS_FAILURE = 4;
    static final int STATUS_BAD_MESSAGE = 5;
    static final int STATUS_UNSUPPORTED = 8;
    // Version 3 ends at 8; servers that know later versions use these all the same (draft-ietf-secsh-filexfer-13, 9.1).
    static final int STATUS_NO_SUCH_PATH = 10;
    static final int STATUS_WRITE_PROTECT = 12;
    static final int STATUS_NO_SPACE = 14;
    static final int STATUS_QUOTA_EXCEEDED = 15;
    static final int STATUS_INVALID_FILENAME = 20;

    static final String POSIX_RENAME = "posix-rename@openssh.com";
    static final String FSYNC = "fsync@openssh.com";
    static final String HARDLINK = "hardlink@openssh.com";
    static final String LSETSTAT = "lsetstat@openssh.com";
    static final String STATVFS = "statvfs@openssh.com";
    /** Without a domain: draft-ietf-secsh-filexfer-extensions-00, 7. */
    static final String COPY_DATA = "copy-data";

    static final String LIMITS = "limits@openssh.com";

    /** Set in the flags of a {@code statvfs} reply where the file system is mounted read-only. */
    static final long STATVFS_READ_ONLY = 0x1;

    private SftpProtocol() {}
}
