package io.freshet.posix;

import io.freshet.file.Attributes;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.file.FileType;
import io.freshet.path.TextForm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Map;

/**
 * One object of the local file system, held without being opened: what is set is set on this very object, whatever it is and
 * whatever its mode forbids. A symlink in its place is held itself; a FIFO blocks nobody, a device does nothing.
 *
 * <p>Used by one thread.
 */
public final class LocalNode implements AutoCloseable {
    private final Descriptor descriptor;
    private final String path;
    private final byte[] magicLink;

    private LocalNode(int number, String path) {
        this.descriptor = new Descriptor(number);
        this.path = path;
        this.magicLink = Below.terminated(ProcessFiles.linkTo(number).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Holds what is at an absolute path; links above the last component are followed.
     *
     * @throws NoSuchFileException if there is nothing
     */
    public static LocalNode hold(byte[] absolutePath) throws IOException {
        int number = LibC.C.open(
                Below.terminated(absolutePath), Constants.O_PATH | Constants.O_NOFOLLOW | Constants.O_CLOEXEC, 0);
        String path = TextForm.encode(absolutePath);
        if (number < 0) {
            throw failure(path, "look at", Errno.last());
        }
        return new LocalNode(number, path);
    }

    /**
     * Makes a FIFO or a device node, for its owner only.
     *
     * @param device major and minor as in {@link io.freshet.file.FileState}
     */
    public static void make(byte[] absolutePath, FileType type, long device) throws IOException {
        if (!type.isNode()) {
            throw new IllegalArgumentException(type + " is not made by mknod(2)");
        }
        int mode = type.formatBits() | 0600;
        if (LibC.C.mknod(Below.terminated(absolutePath), mode, deviceNumber(device)) != 0) {
            throw failure(TextForm.encode(absolutePath), "make the node", Errno.last());
        }
    }

    /** The kernel's {@code dev_t} of {@code major << 32 | minor}, as makedev(3) has it. */
    static long deviceNumber(long device) {
        long major = device >>> 32;
        long minor = device & 0xffffffffL;
        return ((major & ~0xfffL) << 32) | ((major & 0xfff) << 8) | ((minor & ~0xffL) << 12) | (minor & 0xff);
    }

    public void setOwner(int uid, int gid) throws IOException {
        require(
                LibC.C.fchownat(descriptor.number(), Looks.EMPTY, uid, gid, Constants.AT_EMPTY_PATH),
                "set the owner of");
    }

    /** Not for symlinks, whose mode means nothing. */
    public void setMode(int mode) throws IOException {
        require(LibC.C.chmod(magicLink, mode), "set the mode of");
    }

    public void setTime(long mtimeNanos) throws IOException {
        long seconds = Math.floorDiv(mtimeNanos, 1_000_000_000L);
        long nanos = Math.floorMod(mtimeNanos, 1_000_000_000L);
        long[] accessAndModification = {seconds, nanos, seconds, nanos};
        require(LibC.C.utimensat(Constants.AT_FDCWD, magicLink, accessAndModification, 0), "set the time of");
    }

    /** Returns the extended attributes that it has. */
    public ExtendedAttributes extended(Selection selection) throws IOException {
        try {
            return ExtendedReads.of(descriptor.number(), selection);
        } catch (ExtendedReads.Unreadable e) {
            throw failure(path, "read the extended attributes of", e.error);
        }
    }

    /** Gives it these extended attributes and takes away all others of the selection. */
    public void setExtended(Selection selection, ExtendedAttributes wanted) throws IOException {
        boolean superuser = LibC.C.geteuid() == 0;
        Map<String, byte[]> present = extended(selection).values();
        for (String name : present.keySet()) {
            if (!wanted.values().containsKey(name)) {
                require(LibC.C.removexattr(magicLink, bytes(name)), "remove the extended attribute " + name + " of");
            }
        }
        for (Map.Entry<String, byte[]> attribute : wanted.values().entrySet()) {
            byte[] value = attribute.getValue();
            byte[] old = present.get(attribute.getKey());
            boolean mine = selection.covers(attribute.getKey(), superuser);
            if (mine && !Arrays.equals(old, value)) {
                require(
                        LibC.C.setxattr(magicLink, bytes(attribute.getKey()), value, value.length, 0),
                        "set the extended attribute " + attribute.getKey() + " of");
            }
        }
    }

    /** Sets owner, mode, extended attributes and time of what is no symlink, in the order in which none undoes another. */
    public void set(Attributes attributes, boolean withOwner, int mode, Selection selection) throws IOException {
        if (withOwner) {
            setOwner(attributes.uid(), attributes.gid());
        }
        if (!attributes.extended().equals(ExtendedAttributes.NOT_ASKED)) {
            // An ordinary account may give attributes only to what it may write.
            setMode(mode | 0600);
            setExtended(selection, attributes.extended());
        }
        // After the ACL, whose mask it would else not find: both say the same.
        setMode(mode);
        setTime(attributes.mtimeNanos());
    }

    private static byte[] bytes(String name) {
        return Below.terminated(TextForm.decode(name));
    }

    private void require(int result, String operation) throws IOException {
        if (result != 0) {
            throw failure(path, operation, Errno.last());
        }
    }

    private static IOException failure(String path, String operation, int error) {
        String reason = "could not " + operation + " it: " + Errno.text(error);
        return switch (error) {
            case Errno.EACCES, Errno.EPERM -> new AccessDeniedException(path, null, reason);
            case Errno.ENOENT, Errno.ENOTDIR -> new NoSuchFileException(path, null, reason);
            default -> new FileSystemException(path, null, reason);
        };
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
