package io.freshet.target;

/** Something that a target may or may not be able to do; probed at every connect, stored and shown. */
public enum Capability {
    /** Replaces an existing file by renaming over it, atomically. */
    ATOMIC_RENAME,
    /** Flushes a file to stable storage. */
    FILE_SYNC,
    /** Flushes everything on a file system to stable storage at once. */
    FILE_SYSTEM_SYNC,
    /** Flushes a directory to stable storage. */
    DIRECTORY_SYNC,
    /** Makes hard links. */
    HARD_LINK,
    /** Sets times and owner of a symlink itself. */
    SYMLINK_ATTRIBUTES,
    /** Tells free space. */
    FREE_SPACE,
    /** Copies bytes from one file to another on the target's side. */
    SERVER_COPY,
    /** Tells the SHA-256 of its files without sending them. */
    CHECKSUM,
    /** Takes new directories with all that is in them as one stream. */
    WHOLE_DIRECTORY,
    /** Changes owners (the account is the superuser). */
    CHANGE_OWNER,
    /** Follows the gate, so that an owner that lost its lease can do nothing more. */
    GATE,
    /** Keeps modification times in nanoseconds. */
    NANOSECOND_TIMES,
    /** Keeps extended attributes; found out where the option {@code xattrs} asks for it, as the following by theirs. */
    XATTRS,
    /** Keeps POSIX ACLs. */
    ACLS,
    /** Makes FIFOs. */
    FIFOS,
    /** Makes device nodes. */
    DEVICE_NODES
}
