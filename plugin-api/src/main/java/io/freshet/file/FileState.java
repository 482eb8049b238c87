package io.freshet.file;

import org.jspecify.annotations.Nullable;

/**
 * What {@code lstat} told of a path at one moment.
 *
 * @param size bytes; for a symlink the length of its text, for others than files not meaningful
 * @param mtimeNanos modification time, nanoseconds since the epoch
 * @param ctimeNanos status change time, nanoseconds since the epoch; never compared with another host's clock
 * @param mode permission bits including setuid, setgid and sticky (07777)
 * @param links number of hard links
 * @param linkTarget the text form of a symlink's target, otherwise null
 * @param device the number of a device node, {@code major << 32 | minor}; 0 for all else
 */
public record FileState(
        FileType type,
        long size,
        long mtimeNanos,
        long ctimeNanos,
        int mode,
        int uid,
        int gid,
        int links,
        FileIdentity identity,
        @Nullable String linkTarget,
        long device,
        ExtendedAttributes extended) {

    private static final int PERMISSION_MASK = 07777;

    public FileState {
        if ((mode & ~PERMISSION_MASK) != 0) {
            throw new IllegalArgumentException("mode 0" + Integer.toOctalString(mode) + " has more than 07777");
        }
        if ((type == FileType.SYMLINK) != (linkTarget != null)) {
            throw new IllegalArgumentException("a symlink, and nothing else, has a link target");
        }
    }

    /** The state of what is no device, and of which nobody asked for extended attributes. */
    public FileState(
            FileType type,
            long size,
            long mtimeNanos,
            long ctimeNanos,
            int mode,
            int uid,
            int gid,
            int links,
            FileIdentity identity,
            @Nullable String linkTarget) {
        this(
                type,
                size,
                mtimeNanos,
                ctimeNanos,
                mode,
                uid,
                gid,
                links,
                identity,
                linkTarget,
                0,
                ExtendedAttributes.NOT_ASKED);
    }

    public boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    public boolean isFile() {
        return type == FileType.FILE;
    }

    /**
     * Returns whether nothing at all happened to the object between the two looks: same object, size, times and
     * metadata. A change of content through {@code mmap} is the one thing this cannot see before the page is written.
     */
    public boolean isUnchangedSince(FileState earlier) {
        return equals(earlier);
    }

    /** Returns the same state but for the size. */
    public FileState withSize(long bytes) {
        return new FileState(
                type, bytes, mtimeNanos, ctimeNanos, mode, uid, gid, links, identity, linkTarget, device, extended);
    }

    /** Returns the attributes that are delivered beside the content. */
    public Attributes attributes() {
        return new Attributes(mode, uid, gid, mtimeNanos, extended);
    }
}
