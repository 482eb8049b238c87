package io.freshet.posix;

import com.sun.jna.Memory;
import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open directory of a source: what is done with it is done to this very directory, whatever its path leads to by now.
 *
 * <p>Used by one thread. The listing is read from the descriptor once, from its start, so that a watch placed on
 * {@link #descriptor()} before {@link #names()} or {@link #entries()} misses nothing.
 */
public final class SourceDirectory implements AutoCloseable {
    private final Descriptor descriptor;
    private final RelativePath path;
    private final Looks looks;

    SourceDirectory(int descriptor, RelativePath path, Looks looks) {
        this.descriptor = new Descriptor(descriptor);
        this.path = path;
        this.looks = looks;
    }

    /** Returns where it was below the source root when it was opened. */
    public RelativePath path() {
        return path;
    }

    /** Returns the file descriptor, for calls that mark a directory; it stays this object's. */
    public int descriptor() {
        return descriptor.number();
    }

    /** Returns the absolute path, as bytes, that it has now; empty where that is longer than {@code PATH_MAX}. */
    public Optional<byte[]> resolvedPath() {
        return ProcessFiles.pathOf(descriptor.number());
    }

    /**
     * Returns what the directory itself is now.
     *
     * @throws io.freshet.failure.FreshetException with {@code SOURCE_UNREADABLE}
     */
    public FileState state() {
        return looks.fstat(descriptor.number(), path);
    }

    /**
     * Returns the names in it, without {@code .freshet}, in no order; none if it was removed meanwhile (getdents(2), ENOENT),
     * but for the root, about which only its path can tell.
     *
     * @throws io.freshet.failure.FreshetException with {@code SOURCE_UNREADABLE}
     */
    public List<DirectoryName> names() {
        List<DirectoryName> names = new ArrayList<>();
        Scratch scratch = Scratch.ofThread();
        Memory block = scratch.block;
        while (true) {
            long length = LibC.C.syscall(Constants.SYS_GETDENTS64, descriptor.number(), block, Scratch.BLOCK);
            if (length < 0 && Errno.last() == Errno.ENOENT && !path.isRoot()) {
                // It was removed since it was opened, and only an empty directory can be.
                return List.of();
            }
            if (length < 0) {
                throw Errno.unreadable(looks.describe(path), "list", Errno.last());
            }
            if (length == 0) {
                return names;
            }
            Dirents.decode(scratch.blockBytes, (int) length, (name, type) -> {
                if (!OwnDirectory.isReservedName(name)) {
                    names.add(new DirectoryName(child(name), type));
                }
            });
        }
    }

    /**
     * Returns the entries in it, without {@code .freshet}, in no order; what vanished while it was read is left out.
     *
     * @throws io.freshet.failure.FreshetException with {@code SOURCE_UNREADABLE}
     */
    public List<DirectoryEntry> entries() {
        List<DirectoryName> names = names();
        List<DirectoryEntry> entries = new ArrayList<>(names.size());
        for (DirectoryName name : names) {
            looks.entry(descriptor.number(), name.path())
                    .ifPresent(state -> entries.add(new DirectoryEntry(name.path(), state)));
        }
        return entries;
    }

    private RelativePath child(byte[] name) {
        try {
            return path.child(name);
        } catch (IllegalArgumentException e) {
            // Only a damaged file system has such a name.
            throw Errno.unreadable(looks.describe(path), "list", Errno.EIO);
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
