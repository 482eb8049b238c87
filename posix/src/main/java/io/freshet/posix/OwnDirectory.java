package io.freshet.posix;

import com.sun.jna.Memory;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntSupplier;

/**
 * The directory in which Freshet keeps its own small files beside a source: {@code .freshet} in the source root, or a
 * {@code barrier-dir} elsewhere on the same file system. Never replicated.
 *
 * <p>Holds nothing open; thread-safe. Names are plain ASCII file names. Where the account may not write, methods that
 * write throw a {@link FreshetException} with {@code CONFIGURATION_INVALID} that says what to set.
 */
public final class OwnDirectory {
    private static final byte[] RESERVED = RelativePath.RESERVED_NAME.getBytes(StandardCharsets.US_ASCII);
    private static final RelativePath IN_ROOT = RelativePath.of(RESERVED);
    private static final int DIRECTORY_MODE = 0755;
    private static final int FILE_MODE = 0644;
    private static final int FLAGS =
            Constants.O_RDONLY | Constants.O_DIRECTORY | Constants.O_NOFOLLOW | Constants.O_CLOEXEC;
    private static final int LARGEST_FILE = 4096;

    private final String path;
    private final IntSupplier opening;
    private final IntSupplier making;

    private OwnDirectory(String path, IntSupplier opening, IntSupplier making) {
        this.path = path;
        this.opening = opening;
        this.making = making;
    }

    /** Returns {@code .freshet} of a source root; it need not exist. */
    public static OwnDirectory in(SourceRoot root) {
        return new OwnDirectory(
                root.path() + "/" + RelativePath.RESERVED_NAME,
                () -> root.openBelow(IN_ROOT, FLAGS),
                () -> root.withDescriptor(
                        number -> result(LibC.C.mkdirat(number, Below.terminated(RESERVED), DIRECTORY_MODE))));
    }

    /** Returns a directory by its absolute path; it must exist and is never made. */
    public static OwnDirectory at(Path directory) {
        byte[] bytes = directory.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
        return new OwnDirectory(
                TextForm.encode(bytes),
                () -> result(LibC.C.open(Below.terminated(bytes), FLAGS, 0)),
                () -> -Errno.ENOENT);
    }

    static boolean isReservedName(byte[] name) {
        return Arrays.equals(name, RESERVED);
    }

    /** Returns its absolute path in text form, as far as the source root was opened by one. */
    public String path() {
        return path;
    }

    /** Makes the directory, with mode 0755, if it is not there. */
    public void make() {
        openedOrMade().close();
    }

    /** Opens the directory, for placing a watch on it; empty if it is not there. The caller closes it. */
    public Optional<SourceDirectory> open() {
        int number = opening.getAsInt();
        if (number >= 0) {
            return Optional.of(new SourceDirectory(number, IN_ROOT, new Looks(path)));
        }
        if (Errno.meansAbsent(-number)) {
            return Optional.empty();
        }
        throw Errno.unreadable(path, "open the directory", -number);
    }

    /** Creates an empty file exclusively, and the directory if need be. */
    public void create(String name) {
        try (Descriptor directory = openedOrMade()) {
            created(directory, name).close();
        }
    }

    /**
     * Returns what time it is by the file system's own clock, as a file that is made now gets it: nanoseconds since the
     * epoch. What has an older change time cannot be changed again without getting a newer one.
     */
    public long time() {
        String name = "time-" + UUID.randomUUID();
        try (Descriptor directory = openedOrMade()) {
            try (Descriptor file = created(directory, name)) {
                return new Looks(path).fstat(file.number(), IN_ROOT).ctimeNanos();
            } finally {
                LibC.C.unlinkat(directory.number(), ascii(name), 0);
            }
        }
    }

    /** Removes a file; one that is not there counts as removed. */
    public void remove(String name) {
        int number = opening.getAsInt();
        if (number < 0) {
            if (!Errno.meansAbsent(-number)) {
                throw Errno.unreadable(path, "open the directory", -number);
            }
            return;
        }
        try (Descriptor directory = new Descriptor(number)) {
            int result = result(LibC.C.unlinkat(directory.number(), ascii(name), 0));
            if (result < 0 && !Errno.meansAbsent(-result)) {
                throw unwritable("remove " + path + "/" + name, -result);
            }
        }
    }

    /** Returns the names of what is in it, as far as they are plain ASCII; empty if it is not there. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        Optional<SourceDirectory> opened = open();
        if (opened.isPresent()) {
            try (SourceDirectory directory = opened.get()) {
                directory.names().forEach(entry -> names.add(entry.path().toString()));
            }
        }
        return names.stream()
                .map(name -> name.substring(name.lastIndexOf('/') + 1))
                .toList();
    }

    /**
     * Returns the content of a small file; empty if it is not there.
     *
     * @throws FreshetException with {@code SOURCE_UNREADABLE}
     */
    Optional<String> read(String name) {
        int number = opening.getAsInt();
        if (number >= 0) {
            try (Descriptor directory = new Descriptor(number)) {
                number = Below.openOne(
                        directory.number(),
                        ascii(name),
                        Constants.O_RDONLY | Constants.O_NONBLOCK | Constants.O_NOFOLLOW | Constants.O_CLOEXEC);
            }
        }
        if (number < 0) {
            if (Errno.meansAbsent(-number)) {
                return Optional.empty();
            }
            throw Errno.unreadable(path + "/" + name, "open", -number);
        }
        try (Descriptor file = new Descriptor(number)) {
            Memory block = Scratch.ofThread().block;
            long length = LibC.C.pread(file.number(), block, LARGEST_FILE, 0);
            if (length < 0) {
                throw Errno.unreadable(path + "/" + name, "read", Errno.last());
            }
            return Optional.of(new String(block.getByteArray(0, (int) length), StandardCharsets.US_ASCII));
        }
    }

    /**
     * Writes a small file durably, whole or not at all, unless one of that name exists.
     *
     * @return whether this call made it
     */
    boolean writeNew(String name, String content) {
        String temporary = name + "." + UUID.randomUUID();
        try (Descriptor directory = openedOrMade()) {
            byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
            int at = directory.number();
            try (Descriptor file = created(directory, temporary)) {
                require(LibC.C.write(file.number(), bytes, bytes.length) == bytes.length, "write");
                require(LibC.C.fsync(file.number()) == 0, "flush");
                int linked = result(LibC.C.linkat(at, ascii(temporary), at, ascii(name), 0));
                if (linked == -Errno.EPERM || linked == -Errno.EOPNOTSUPP) {
                    // A file system without hard links; whoever calls this has just seen that the name is free.
                    linked = result(LibC.C.renameat(at, ascii(temporary), at, ascii(name)));
                }
                if (linked == -Errno.EEXIST) {
                    return false;
                }
                if (linked < 0) {
                    throw unwritable("create " + path + "/" + name, -linked);
                }
                require(LibC.C.fsync(at) == 0, "flush the directory of");
                return true;
            } finally {
                LibC.C.unlinkat(at, ascii(temporary), 0);
            }
        }
    }

    private void require(boolean done, String operation) {
        if (!done) {
            throw unwritable(operation + " a file in " + path, Errno.last());
        }
    }

    private Descriptor openedOrMade() {
        int number = opening.getAsInt();
        if (number == -Errno.ENOENT) {
            int made = making.getAsInt();
            if (made < 0 && made != -Errno.EEXIST) {
                throw unwritable("create the directory " + path, -made);
            }
            number = opening.getAsInt();
            if (number >= 0 && made >= 0) {
                // Not what the umask left of it.
                LibC.C.fchmod(number, DIRECTORY_MODE);
            }
        }
        if (number < 0) {
            throw unwritable("open the directory " + path, -number);
        }
        return new Descriptor(number);
    }

    private Descriptor created(Descriptor directory, String name) {
        int flags =
                Constants.O_WRONLY | Constants.O_CREAT | Constants.O_EXCL | Constants.O_NOFOLLOW | Constants.O_CLOEXEC;
        int number = result(LibC.C.openat(directory.number(), ascii(name), flags, FILE_MODE));
        if (number < 0) {
            throw unwritable("create " + path + "/" + name, -number);
        }
        LibC.C.fchmod(number, FILE_MODE);
        return new Descriptor(number);
    }

    private static byte[] ascii(String name) {
        return Below.terminated(name.getBytes(StandardCharsets.US_ASCII));
    }

    private static int result(int returned) {
        return returned >= 0 ? returned : -Errno.last();
    }

    private static FreshetException unwritable(String what, int error) {
        boolean full = error == Errno.ENOSPC || error == Errno.EDQUOT || error == Errno.EIO;
        String message = "cannot " + what + ": " + Errno.text(error) + "; "
                + (full
                        ? "make room on the source's file system"
                        : "let Freshet's account write there, or set barrier-dir of the source to a directory on the"
                                + " same file system where it may");
        return new FreshetException(full ? ErrorCode.SOURCE_UNREADABLE : ErrorCode.CONFIGURATION_INVALID, message);
    }
}
