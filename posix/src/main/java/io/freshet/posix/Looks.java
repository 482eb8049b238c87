package io.freshet.posix;

import com.sun.jna.Memory;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code lstat} by descriptors: what an object is, its symlink text and its identity from one and the same descriptor. */
final class Looks {
    static final byte[] EMPTY = {0};
    private static final int PERMISSIONS = 07777;
    private static final int STATX_MASK = Constants.STATX_BASIC_STATS
            | Constants.STATX_BTIME
            | Constants.STATX_MNT_ID
            | Constants.STATX_MNT_ID_UNIQUE;

    private final String root;
    private final Selection extended;
    private final FileSystems fileSystems = new FileSystems();

    /** @param root the source's path, for messages */
    Looks(String root) {
        this(root, Selection.NOTHING);
    }

    /**
     * @param root the source's path, for messages
     * @param extended which extended attributes belong to a state
     */
    Looks(String root, Selection extended) {
        this.root = root;
        this.extended = extended;
    }

    /** Looks at a path below a directory. */
    Optional<FileState> lstat(int directory, RelativePath path) {
        int descriptor = Below.open(directory, path, Constants.O_PATH);
        return byDescriptor(descriptor, path);
    }

    /** Looks at one entry of an open directory; {@code path} is where it is below the root. */
    Optional<FileState> entry(int directory, RelativePath path) {
        byte[] name = Below.terminated(path.name());
        Scratch scratch = Scratch.ofThread();
        int flags = Constants.AT_SYMLINK_NOFOLLOW | Constants.AT_NO_AUTOMOUNT;
        // Extended attributes must come from the same object as the rest.
        if (extended.isEmpty() && DirectCalls.statxInto(scratch, directory, name, flags, STATX_MASK) == 0) {
            Statx statx = Statx.decode(scratch.statxBytes);
            Long fileSystem = fileSystems.known(statx);
            if (fileSystem != null && type(statx, path) != FileType.SYMLINK) {
                return Optional.of(state(statx, fileSystem, null, ExtendedAttributes.NOT_ASKED, path));
            }
        }
        // A symlink's text must come from the same object as its times; errors are told apart there as well.
        int all = Constants.O_PATH | Constants.O_NOFOLLOW | Constants.O_CLOEXEC;
        return byDescriptor(Below.openOne(directory, name, all), path);
    }

    private Optional<FileState> byDescriptor(int descriptor, RelativePath path) {
        if (descriptor < 0) {
            if (Errno.meansAbsent(-descriptor)) {
                return Optional.empty();
            }
            throw Errno.unreadable(describe(path), "look at", -descriptor);
        }
        try {
            return Optional.of(fstat(descriptor, path));
        } finally {
            DirectCalls.closeDescriptor(descriptor);
        }
    }

    /** Returns the state of what a descriptor is open on. */
    FileState fstat(int descriptor, RelativePath path) {
        Statx statx = statx(descriptor, path);
        String linkTarget = type(statx, path) == FileType.SYMLINK ? readLink(descriptor, path) : null;
        return state(statx, fileSystems.idOf(descriptor, statx), linkTarget, extended(descriptor, path), path);
    }

    private Statx statx(int descriptor, RelativePath path) {
        Scratch scratch = Scratch.ofThread();
        int flags = Constants.AT_EMPTY_PATH | Constants.AT_NO_AUTOMOUNT;
        if (DirectCalls.statxInto(scratch, descriptor, EMPTY, flags, STATX_MASK) != 0) {
            throw Errno.unreadable(describe(path), "look at", Errno.last());
        }
        return Statx.decode(scratch.statxBytes);
    }

    private String readLink(int descriptor, RelativePath path) {
        Memory buffer = Scratch.ofThread().link;
        long length = LibC.C.readlinkat(descriptor, EMPTY, buffer, buffer.size());
        if (length < 0) {
            throw Errno.unreadable(describe(path), "read the symlink", Errno.last());
        }
        if (length == buffer.size()) {
            throw Errno.unreadable(describe(path), "read the symlink", Errno.ENAMETOOLONG);
        }
        return TextForm.encode(buffer.getByteArray(0, (int) length));
    }

    private ExtendedAttributes extended(int descriptor, RelativePath path) {
        try {
            return ExtendedReads.of(descriptor, extended);
        } catch (ExtendedReads.Unreadable e) {
            throw Errno.unreadable(describe(path), "read the extended attributes of", e.error);
        }
    }

    private FileState state(
            Statx statx,
            long fileSystem,
            @Nullable String linkTarget,
            ExtendedAttributes attributes,
            RelativePath path) {
        FileType type = type(statx, path);
        return new FileState(
                type,
                statx.size(),
                statx.mtimeNanos(),
                statx.ctimeNanos(),
                statx.mode() & PERMISSIONS,
                statx.uid(),
                statx.gid(),
                statx.links(),
                new FileIdentity(fileSystem, statx.inode(), statx.birthNanos()),
                linkTarget,
                type.isDevice() ? statx.node() : 0,
                attributes);
    }

    private FileType type(Statx statx, RelativePath path) {
        try {
            return FileType.ofMode(statx.mode());
        } catch (IllegalArgumentException e) {
            throw Errno.unreadable(
                    describe(path), "tell the type (mode 0" + Integer.toOctalString(statx.mode()) + ") of", Errno.EIO);
        }
    }

    /** Returns a path as messages name it. */
    String describe(RelativePath path) {
        return path.isRoot() ? "the source root " + root : "'" + path + "' of source " + root;
    }
}
