package io.freshet.posix;

import com.sun.jna.Library;
import com.sun.jna.Native;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A temporary directory in which tests make what {@code java.nio.file} cannot: names that are no text, paths longer than
 * {@code PATH_MAX}, FIFOs, renames of all of these. Every path is walked component by component.
 */
public final class Tree implements AutoCloseable {
    private static final int AT_REMOVEDIR = 0x200;
    private static final int MS_BIND = 4096;
    private static final int MNT_DETACH = 2;
    private static final int S_IFIFO = 0010000;
    private static final int O_TRUNC = 01000;
    private static final int O_APPEND = 02000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    /** linux/stat.h: leaves this one of the two times as it is. */
    private static final long UTIME_OMIT = (1L << 30) - 2;

    private static final long NANOS = 1_000_000_000L;

    private final Path root;
    private final Descriptor descriptor;

    private interface More extends Library {
        More C = Native.load(More.class);

        int symlinkat(byte[] target, int directory, byte[] path);

        int mknodat(int directory, byte[] path, int mode, long device);

        int fchmodat(int directory, byte[] path, int mode, int flags);

        int fchownat(int directory, byte[] path, int uid, int gid, int flags);

        /** {@code struct timespec[2]}: seconds and nanoseconds of the access time, then of the modification time. */
        int utimensat(int directory, byte[] path, long[] times, int flags);

        int ftruncate(int file, long size);

        int geteuid();

        int setfsuid(int uid);

        int setfsgid(int gid);

        int mount(byte[] source, byte[] target, byte[] type, long flags, byte[] data);

        int umount2(byte[] target, int flags);
    }

    private Tree(Path root) {
        this.root = root;
        this.descriptor = new Descriptor(LibC.C.open(
                Below.terminated(root.toString().getBytes(StandardCharsets.UTF_8)),
                Constants.O_RDONLY | Constants.O_DIRECTORY | Constants.O_CLOEXEC,
                0));
    }

    /** Makes an empty one in {@code parent}. */
    public static Tree in(Path parent) {
        try {
            Path root = Files.createTempDirectory(parent, "freshet-tree").toRealPath();
            root.toFile().setReadable(true, false);
            root.toFile().setExecutable(true, false);
            return new Tree(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Tree temporary() {
        return in(Path.of(System.getProperty("java.io.tmpdir")));
    }

    public Path root() {
        return root;
    }

    public static RelativePath path(String text) {
        return RelativePath.parse(text);
    }

    /** Makes a directory and those above it. */
    public RelativePath directory(String text) {
        RelativePath path = path(text);
        for (int depth = 1; depth <= path.depth(); depth++) {
            RelativePath ancestor = path;
            while (ancestor.depth() > depth) {
                ancestor = ancestor.parent();
            }
            if (depth > 1 || !path.isRoot()) {
                makeDirectory(ancestor);
            }
        }
        return path;
    }

    private void makeDirectory(RelativePath path) {
        int result = at(path.parent(), parent -> LibC.C.mkdirat(parent, name(path), 0755));
        if (result != 0 && Errno.last() != Errno.EEXIST) {
            throw failed("mkdir", path);
        }
    }

    /** Makes a directory so deep that its path is longer than {@code bytes}. */
    public RelativePath deepDirectory(String prefix, int bytes) {
        RelativePath path = path(prefix);
        makeDirectory(path);
        byte[] name = new byte[200];
        Arrays.fill(name, (byte) 'd');
        // One component after the other from where the last one was made, or this would be quadratic.
        while (path.bytes().length <= bytes) {
            path = path.child(name);
            makeDirectory(path);
        }
        return path;
    }

    /** Writes a file, replacing its content if it exists. */
    public RelativePath file(String text, String content) {
        RelativePath path = path(text);
        file(path, content);
        return path;
    }

    public void file(RelativePath path, String content) {
        write(path, Constants.O_CREAT | O_TRUNC, content);
    }

    /** Writes to the end of a file that exists. */
    public void append(RelativePath path, String content) {
        write(path, O_APPEND, content);
    }

    /** Writes over the first bytes of a file that exists, in place. */
    public void overwrite(RelativePath path, String content) {
        write(path, 0, content);
    }

    private void write(RelativePath path, int flags, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        try (Descriptor file = openToWrite(path, flags)) {
            if (LibC.C.write(file.number(), bytes, bytes.length) != bytes.length) {
                throw failed("write", path);
            }
        }
    }

    /** Makes a file that exists shorter or longer, in place. */
    public void truncate(RelativePath path, long size) {
        try (Descriptor file = openToWrite(path, 0)) {
            check(More.C.ftruncate(file.number(), size), "truncate", path);
        }
    }

    private Descriptor openToWrite(RelativePath path, int flags) {
        int all = flags | Constants.O_WRONLY | Constants.O_NONBLOCK | Constants.O_CLOEXEC;
        int file = at(path.parent(), parent -> LibC.C.openat(parent, name(path), all, 0644));
        if (file < 0) {
            throw failed("open to write", path);
        }
        return new Descriptor(file);
    }

    /** Sets the modification time, of a symlink its own. */
    public void modified(RelativePath path, long nanosSinceEpoch) {
        long[] times = {0, UTIME_OMIT, Math.floorDiv(nanosSinceEpoch, NANOS), Math.floorMod(nanosSinceEpoch, NANOS)};
        check(
                at(path.parent(), parent -> More.C.utimensat(parent, name(path), times, AT_SYMLINK_NOFOLLOW)),
                "set the time of",
                path);
    }

    /** Gives something away, of a symlink itself; only root may. */
    public void owner(RelativePath path, int uid, int gid) {
        check(
                at(path.parent(), parent -> More.C.fchownat(parent, name(path), uid, gid, AT_SYMLINK_NOFOLLOW)),
                "chown",
                path);
    }

    public RelativePath symlink(String text, String targetText) {
        RelativePath path = path(text);
        byte[] target = Below.terminated(TextForm.decode(targetText));
        check(at(path.parent(), parent -> More.C.symlinkat(target, parent, name(path))), "symlink", path);
        return path;
    }

    public RelativePath fifo(String text) {
        RelativePath path = path(text);
        check(at(path.parent(), parent -> More.C.mknodat(parent, name(path), S_IFIFO | 0644, 0)), "mkfifo", path);
        return path;
    }

    public void hardLink(RelativePath from, RelativePath to) {
        int result =
                at(from.parent(), old -> at(to.parent(), fresh -> LibC.C.linkat(old, name(from), fresh, name(to), 0)));
        check(result, "link", to);
    }

    public void rename(RelativePath from, RelativePath to) {
        int result =
                at(from.parent(), old -> at(to.parent(), fresh -> LibC.C.renameat(old, name(from), fresh, name(to))));
        check(result, "rename", to);
    }

    public void remove(RelativePath path) {
        check(at(path.parent(), parent -> LibC.C.unlinkat(parent, name(path), 0)), "unlink", path);
    }

    public void removeDirectory(RelativePath path) {
        check(at(path.parent(), parent -> LibC.C.unlinkat(parent, name(path), AT_REMOVEDIR)), "rmdir", path);
    }

    /** Removes everything below and at a path. */
    public void removeTree(RelativePath path) {
        try (SourceRoot opened = SourceRoot.open(root)) {
            for (DirectoryEntry entry : opened.list(path).orElse(List.of())) {
                if (entry.state().isDirectory()) {
                    removeTree(entry.path());
                } else {
                    remove(entry.path());
                }
            }
        }
        if (!path.isRoot()) {
            removeDirectory(path);
        }
    }

    public void mode(RelativePath path, int mode) {
        // By name, for what may not be opened.
        int result = path.isRoot()
                ? LibC.C.fchmod(descriptor.number(), mode)
                : at(path.parent(), parent -> More.C.fchmodat(parent, name(path), mode, 0));
        check(result, "chmod", path);
    }

    public static boolean isRoot() {
        return More.C.geteuid() == 0;
    }

    /**
     * Runs something on a thread of its own that reaches files as an ordinary user would: as ourselves if we are one, else
     * as {@code nobody} ({@code setfsuid(2)} is per thread and takes the file capabilities away).
     */
    public static <T> T asOrdinaryUser(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            becomeOrdinaryUser();
            return action.call();
        });
        Thread thread = new Thread(task, "ordinary-user");
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Lets the calling thread reach files as an ordinary user from now on, for good. */
    public static void becomeOrdinaryUser() {
        if (isRoot()) {
            ClassesInDirectories.load();
            More.C.setfsgid(65534);
            More.C.setfsuid(65534);
        }
    }

    /** Binds one directory over another; returns false where this process may not. */
    public boolean bind(Path from, RelativePath onto) {
        return More.C.mount(
                        bytes(from), bytes(root.resolve(onto.toString())), bytes(Path.of("none")), MS_BIND, new byte[] {
                            0
                        })
                == 0;
    }

    /** Mounts a new tmpfs; returns false where this process may not. */
    public boolean mountTmpfs(RelativePath onto) {
        byte[] tmpfs = Below.terminated("tmpfs".getBytes(StandardCharsets.US_ASCII));
        return More.C.mount(tmpfs, bytes(root.resolve(onto.toString())), tmpfs, 0, new byte[] {0}) == 0;
    }

    /** Mounts an overlay of two directories and a work directory beside them; returns false where this process may not. */
    public boolean mountOverlay(RelativePath onto, RelativePath lower, RelativePath upper, RelativePath work) {
        byte[] overlay = Below.terminated("overlay".getBytes(StandardCharsets.US_ASCII));
        String options = "lowerdir=" + root.resolve(lower.toString()) + ",upperdir=" + root.resolve(upper.toString())
                + ",workdir=" + root.resolve(work.toString());
        return More.C.mount(
                        overlay,
                        bytes(root.resolve(onto.toString())),
                        overlay,
                        0,
                        Below.terminated(options.getBytes(StandardCharsets.UTF_8)))
                == 0;
    }

    public void unmount(RelativePath at) {
        check(More.C.umount2(bytes(root.resolve(at.toString())), MNT_DETACH), "umount", at);
    }

    private static byte[] bytes(Path path) {
        return Below.terminated(path.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        removeOwnDirectories(RelativePath.ROOT);
        removeTree(RelativePath.ROOT);
        descriptor.close();
        try {
            Files.delete(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code .freshet} is hidden from listings of a source. */
    private void removeOwnDirectories(RelativePath below) {
        try (SourceRoot opened = SourceRoot.open(root)) {
            for (DirectoryEntry entry : opened.list(below).orElse(List.of())) {
                if (entry.state().isDirectory()) {
                    removeOwnDirectories(entry.path());
                }
            }
            RelativePath own = below.child(RelativePath.RESERVED_NAME.getBytes(StandardCharsets.US_ASCII));
            if (opened.lstat(own).isPresent()) {
                removeTree(own);
            }
        }
    }

    private interface OnParent {
        int apply(int parent);
    }

    private int at(RelativePath directory, OnParent action) {
        if (directory.isRoot()) {
            return action.apply(descriptor.number());
        }
        int opened = Below.walk(
                descriptor.number(), directory.bytes(), Constants.O_PATH | Constants.O_DIRECTORY | Constants.O_CLOEXEC);
        if (opened < 0) {
            throw failed("open the parent", directory);
        }
        int result = action.apply(opened);
        int error = Errno.last();
        LibC.C.close(opened);
        Native.setLastError(error);
        return result;
    }

    private static byte[] name(RelativePath path) {
        return Below.terminated(path.name());
    }

    private static void check(int result, String operation, RelativePath path) {
        if (result != 0) {
            throw failed(operation, path);
        }
    }

    private static IllegalStateException failed(String operation, RelativePath path) {
        return new IllegalStateException(operation + " " + path + ": " + Errno.text(Errno.last()));
    }
}
