package io.freshet.posix;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Content;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntFunction;

/**
 * The root directory of a source, pinned by an open descriptor, and the only way to what is below it.
 *
 * <p>Everything is reached component by component without following links ({@code openat2(2)} with
 * {@code RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS}, or {@code openat(2)} with {@code O_NOFOLLOW}). Only
 * {@code ENOENT} and {@code ENOTDIR} mean absent, the latter also where an ancestor is a symlink; any other error is a
 * {@link FreshetException}. Names are bytes; paths may be longer than {@code PATH_MAX}.
 *
 * <p>Thread-safe; closing waits for calls under way. While it is open, the file system cannot be unmounted.
 */
public final class SourceRoot implements AutoCloseable {
    private final Descriptor descriptor;
    private final byte[] openedBy;
    private final String path;
    private final Looks looks;
    private final ReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    private SourceRoot(Descriptor descriptor, byte[] openedBy, String path, Selection extended) {
        this.descriptor = descriptor;
        this.openedBy = openedBy;
        this.path = path;
        this.looks = new Looks(path, extended);
    }

    /**
     * Pins a directory; links in {@code path} itself are followed.
     *
     * @throws FreshetException with {@code SOURCE_ROOT_SUSPECT} if there is no directory that can be opened
     */
    public static SourceRoot open(Path path) {
        return open(path, Selection.NOTHING);
    }

    /**
     * Pins a directory; links in {@code path} itself are followed.
     *
     * @param extended which extended attributes the states of what is below have
     * @throws FreshetException with {@code SOURCE_ROOT_SUSPECT} if there is no directory that can be opened
     */
    public static SourceRoot open(Path path, Selection extended) {
        return open(path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8), extended);
    }

    /**
     * Pins a directory by the bytes of its absolute path.
     *
     * @throws FreshetException with {@code SOURCE_ROOT_SUSPECT} if there is no directory that can be opened
     */
    public static SourceRoot open(byte[] absolutePath) {
        return open(absolutePath, Selection.NOTHING);
    }

    private static SourceRoot open(byte[] absolutePath, Selection extended) {
        String text = TextForm.encode(absolutePath);
        int descriptor = LibC.C.open(
                Below.terminated(absolutePath), Constants.O_PATH | Constants.O_DIRECTORY | Constants.O_CLOEXEC, 0);
        if (descriptor < 0) {
            throw new FreshetException(
                    ErrorCode.SOURCE_ROOT_SUSPECT,
                    "cannot open the source root " + text + ": " + Errno.text(Errno.last())
                            + "; mount it or create the directory, or correct the source's path in the configuration");
        }
        return new SourceRoot(new Descriptor(descriptor), absolutePath.clone(), text, extended);
    }

    /** Returns the path it was opened by, in text form. */
    public String path() {
        return path;
    }

    /**
     * Requires that the path it was opened by still leads to the pinned directory: that is not so when it was removed, renamed
     * or unmounted, or something is mounted over it, and then what is seen below it says nothing about the source.
     *
     * @throws FreshetException with {@code SOURCE_ROOT_SUSPECT}
     */
    public void requireStillThere() {
        try (SourceRoot now = open(openedBy)) {
            if (!now.rootState().identity().equals(rootState().identity())) {
                throw new FreshetException(
                        ErrorCode.SOURCE_ROOT_SUSPECT,
                        "another directory is at the source root " + path + " now; it is opened anew");
            }
        }
    }

    /**
     * Returns the absolute path, as bytes, that the pinned directory has by now, in the view of this process. Whether it is
     * still there is not told by this.
     *
     * @throws FreshetException with {@code SOURCE_UNREADABLE}
     */
    public byte[] resolvedPath() {
        return withDescriptor(number -> ProcessFiles.pathOf(number)
                .orElseThrow(
                        () -> Errno.unreadable(looks.describe(RelativePath.ROOT), "tell the path of", Errno.ENOENT)));
    }

    /**
     * Looks at a path without following a link.
     *
     * @return empty if there is nothing
     * @throws FreshetException with {@code SOURCE_UNREADABLE} for every error but absence
     */
    public Optional<FileState> lstat(RelativePath at) {
        return withDescriptor(number -> looks.lstat(number, at));
    }

    /**
     * Lists a directory with a look at each entry, without {@code .freshet}, in no order.
     *
     * @return empty if there is no directory at the path
     * @throws FreshetException with {@code SOURCE_UNREADABLE} if it, or one of its entries, cannot be read
     */
    public Optional<List<DirectoryEntry>> list(RelativePath directory) {
        Optional<SourceDirectory> opened = openDirectory(directory);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (SourceDirectory listed = opened.get()) {
            return Optional.of(listed.entries());
        }
    }

    /**
     * Lists the names in a directory, without {@code .freshet}, in no order.
     *
     * @return empty if there is no directory at the path
     * @throws FreshetException with {@code SOURCE_UNREADABLE}
     */
    public Optional<List<DirectoryName>> names(RelativePath directory) {
        Optional<SourceDirectory> opened = openDirectory(directory);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (SourceDirectory listed = opened.get()) {
            return Optional.of(listed.names());
        }
    }

    /**
     * Opens a directory; the caller closes it.
     *
     * @return empty if there is no directory at the path
     * @throws FreshetException with {@code SOURCE_UNREADABLE}
     */
    public Optional<SourceDirectory> openDirectory(RelativePath directory) {
        int opened = openBelow(directory, Constants.O_RDONLY | Constants.O_DIRECTORY | Constants.O_NONBLOCK);
        if (opened >= 0) {
            return Optional.of(new SourceDirectory(opened, directory, looks));
        }
        if (Errno.meansAbsent(-opened)) {
            return Optional.empty();
        }
        throw Errno.unreadable(looks.describe(directory), "open the directory", -opened);
    }

    /**
     * Returns the content of a file; nothing is opened yet.
     *
     * @param expected what the look at the path saw; opening fails with {@code SOURCE_CHANGED} for any other object
     */
    public Content content(RelativePath file, FileState expected) {
        return new SourceContent(this, looks, file, expected);
    }

    /**
     * Returns who this source is, by the id in its root or, without one, by the root directory itself.
     *
     * @throws FreshetException with {@code SOURCE_ROOT_SUSPECT} if the id's file is damaged, {@code SOURCE_UNREADABLE} if
     *     it cannot be read
     */
    public SourceIdentity readIdentity() {
        return SourceIdentity.read(this, rootState());
    }

    /**
     * Gives the source an id in {@code .freshet/source-id} unless it has one, and returns who it is then; where Freshet may
     * not write, that is the root directory itself. To be called for a source that is known to be what it should be.
     *
     * @throws FreshetException as {@link #readIdentity()}
     */
    public SourceIdentity createIdentity() {
        return SourceIdentity.create(this, rootState());
    }

    private FileState rootState() {
        return lstat(RelativePath.ROOT).orElseThrow();
    }

    /**
     * Returns what is mounted below the root by now, ordered by path.
     *
     * @throws FreshetException with {@code SOURCE_UNREADABLE} if the kernel's mount table cannot be read
     */
    public List<MountPoint> mounts() {
        List<MountPoint> mounts = new ArrayList<>();
        MountTable.below(ProcessFiles.mountInfo(), resolvedPath()).forEach((at, mount) -> {
            try {
                lstat(at).ifPresent(state -> mounts.add(new MountPoint(at, mount, state.identity())));
            } catch (FreshetException e) {
                mounts.add(new MountPoint(at, mount, null));
            }
        });
        return mounts;
    }

    /**
     * Returns how the file system of the root itself is mounted.
     *
     * @throws FreshetException with {@code SOURCE_UNREADABLE} if the kernel's mount table cannot be read
     */
    public Mount mount() {
        return withDescriptor(number -> MountTable.byId(ProcessFiles.mountInfo(), ProcessFiles.mountOf(number))
                .orElseGet(() -> new Mount(FileSystems.remoteTypeOf(number), Set.of())));
    }

    /** Returns a descriptor, or the negated error number. */
    int openBelow(RelativePath at, int flags) {
        return withDescriptor(number -> Below.open(number, at, flags));
    }

    <T> T withDescriptor(IntFunction<T> action) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new FreshetException(ErrorCode.STOPPED, "the source root " + path + " was closed");
            }
            return action.apply(descriptor.number());
        } finally {
            life.readLock().unlock();
        }
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            closed = true;
            descriptor.close();
        } finally {
            life.writeLock().unlock();
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
