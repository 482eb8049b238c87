package io.freshet.watch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import io.freshet.path.RelativePath;
import io.freshet.posix.Errno;
import io.freshet.posix.SourceDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.watch.linux.Fanotify.Handle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where the objects that fanotify names by handle are below a source root <em>now</em>.
 *
 * <p>A handle is opened through the mount of each place in the source where a mount shows (the root itself, and every mount
 * point below it), so that an object that is reached through a bind mount is found under that one's path too. Answers for
 * directories are remembered until {@link #forget}; used by one thread.
 */
final class HandlePaths implements AutoCloseable {
    private static final int PATH_MAX = 4096;
    private static final int MOST_REMEMBERED = 16_384;
    private static final int MOST_TRIES = 1000;
    private static final long BETWEEN_TRIES_NANOS = 1_000_000;

    private static final byte[] DELETED = " (deleted)".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PARENT = Kernel.path("..");

    private final SourceRoot root;
    private final RelativePath cookies;
    private final byte @Nullable [] cookieDirectory;
    private final List<Doorway> doorways = new ArrayList<>();
    private final Memory link = new Memory(PATH_MAX);
    private final Map<Handle, Found> remembered = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Handle, Found> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** A mount that shows in the source, and where. */
    private static final class Doorway {
        private final RelativePath path;
        private final SourceDirectory directory;
        private final long fileSystem;
        private byte[] absolute;

        private Doorway(RelativePath path, SourceDirectory directory) {
            this.path = path;
            this.directory = directory;
            this.fileSystem = directory.state().identity().fileSystem();
            this.absolute = directory.resolvedPath().orElse(new byte[0]);
        }
    }

    /**
     * Where an object is.
     *
     * @param paths below the root, one for each way to it; none if it is outside or no longer exists
     * @param exact whether it is there itself, rather than somewhere below, too deep to be named
     * @param cookies whether it is the directory for cookies
     */
    record Found(List<RelativePath> paths, boolean exact, boolean cookies) {
        private static final Found NOWHERE = new Found(List.of(), true, false);
    }

    // cookieDirectory: its absolute path if it is not .freshet of the root
    HandlePaths(SourceRoot root, byte @Nullable [] cookieDirectory) {
        this.root = root;
        this.cookieDirectory = cookieDirectory;
        this.cookies = RelativePath.parse(RelativePath.RESERVED_NAME);
    }

    /** Adds a place where a mount shows; returns its open directory, which stays this object's. */
    Optional<SourceDirectory> addDoorway(RelativePath path) {
        Optional<SourceDirectory> opened = root.openDirectory(path);
        opened.ifPresent(directory -> doorways.add(new Doorway(path, directory)));
        forget();
        return opened;
    }

    void removeDoorway(RelativePath path) {
        for (Doorway doorway : List.copyOf(doorways)) {
            if (doorway.path.equals(path)) {
                doorway.directory.close();
                doorways.remove(doorway);
            }
        }
        forget();
    }

    /** Forgets all answers: a directory has a new path. */
    void forget() {
        remembered.clear();
    }

    /**
     * Finds a directory.
     *
     * @throws LookupException if nobody can tell for the moment
     */
    Found directory(Handle handle) throws LookupException {
        Found known = remembered.get(handle);
        if (known != null) {
            return known;
        }
        Found found = find(handle);
        remembered.put(handle, found);
        return found;
    }

    /** Finds any object under one of its names; used where an event has no directory. */
    Found object(Handle handle) throws LookupException {
        return find(handle);
    }

    private Found find(Handle handle) throws LookupException {
        List<RelativePath> paths = new ArrayList<>();
        boolean exact = true;
        boolean isCookies = false;
        // A handle means something to its own file system only.
        boolean known = doorways.stream().anyMatch(doorway -> doorway.fileSystem == handle.fileSystem());
        for (Doorway doorway : doorways) {
            if (known && doorway.fileSystem != handle.fileSystem()) {
                continue;
            }
            Located located = locate(doorway, handle);
            if (located == null) {
                continue;
            }
            exact &= located.exact;
            isCookies |= cookieDirectory != null && Arrays.equals(located.absolute.value(), cookieDirectory);
            RelativePath path = below(doorway, located.absolute.value());
            if (path != null && !paths.contains(path)) {
                paths.add(path);
                isCookies |= cookieDirectory == null && path.equals(cookies);
            }
        }
        return paths.isEmpty() && !isCookies ? Found.NOWHERE : new Found(List.copyOf(paths), exact, isCookies);
    }

    private record Located(Bytes absolute, boolean exact) {}

    /** Opens a handle through one mount and asks for its path; null if it exists no more, or not there. */
    private @Nullable Located locate(Doorway doorway, Handle handle) throws LookupException {
        byte[] struct = handle.struct().value();
        try (Memory memory = new Memory(struct.length)) {
            memory.write(0, struct, 0, struct.length);
            for (int tries = 1; ; tries++) {
                int opened = Kernel.CALL.open_by_handle_at(
                        doorway.directory.descriptor(), memory, Kernel.O_PATH | Kernel.O_CLOEXEC);
                if (opened >= 0) {
                    return pathOf(opened);
                }
                int error = Native.getLastError();
                // ESTALE: gone. EINVAL, EOPNOTSUPP: not a handle of this file system.
                if (error == Errno.ESTALE || error == Errno.EINVAL || error == Errno.EOPNOTSUPP) {
                    return null;
                }
                // Also said while another object is made under the number of one that is gone (iget_locked of
                // fs/inode.c finds an inode in state I_CREATING); a moment later it is ESTALE.
                if (error != Errno.ENOMEM || tries == MOST_TRIES) {
                    throw new LookupException("open_by_handle_at: " + Errno.text(error));
                }
                LockSupport.parkNanos(BETWEEN_TRIES_NANOS);
            }
        }
    }

    /** Reads the path of a descriptor, or of the nearest directory above it that is not too deep; closes it. */
    private Located pathOf(int descriptor) throws LookupException {
        int at = descriptor;
        boolean exact = true;
        try {
            while (true) {
                long length = Kernel.CALL.readlink(Kernel.pathOf(at), link, link.size());
                if (length >= 0 && length < link.size()) {
                    return new Located(new Bytes(link.getByteArray(0, (int) length)), exact);
                }
                int error = length < 0 ? Native.getLastError() : Errno.ENAMETOOLONG;
                int parent = error == Errno.ENAMETOOLONG
                        ? Kernel.CALL.openat(at, PARENT, Kernel.O_PATH | Kernel.O_CLOEXEC, 0)
                        : -1;
                if (parent < 0) {
                    throw new LookupException("readlink of /proc/self/fd: " + Errno.text(error));
                }
                Kernel.CALL.close(at);
                at = parent;
                exact = false;
            }
        } finally {
            Kernel.CALL.close(at);
        }
    }

    /** Returns where an absolute path is below the root by way of a doorway, or null. */
    private @Nullable RelativePath below(Doorway doorway, byte[] absolute) {
        RelativePath path = strip(doorway, absolute);
        if (path == null) {
            // The directory through which we look may itself have been moved.
            byte[] now = doorway.directory.resolvedPath().orElse(doorway.absolute);
            if (!Arrays.equals(now, doorway.absolute)) {
                doorway.absolute = now;
                forget();
                path = strip(doorway, absolute);
            }
        }
        if (path == null || (endsWithDeleted(absolute) && root.lstat(path).isEmpty())) {
            return null;
        }
        return path;
    }

    private static @Nullable RelativePath strip(Doorway doorway, byte[] absolute) {
        byte[] prefix = doorway.absolute;
        int length = prefix.length == 1 && prefix[0] == '/' ? 0 : prefix.length;
        if (absolute.length < length || !Arrays.equals(absolute, 0, length, prefix, 0, length)) {
            return null;
        }
        if (absolute.length == length) {
            return doorway.path;
        }
        if (absolute[length] != '/') {
            return null;
        }
        if (absolute.length == length + 1) {
            return doorway.path;
        }
        RelativePath rest = RelativePath.of(Arrays.copyOfRange(absolute, length + 1, absolute.length));
        return rest.moved(RelativePath.ROOT, doorway.path);
    }

    private static boolean endsWithDeleted(byte[] path) {
        int from = path.length - DELETED.length;
        return from >= 0 && Arrays.equals(path, from, path.length, DELETED, 0, DELETED.length);
    }

    @Override
    public void close() {
        doorways.forEach(doorway -> doorway.directory.close());
        doorways.clear();
    }

    /** Where an object is could not be found out, though it may be in the source. */
    static final class LookupException extends Exception {
        private static final long serialVersionUID = 1L;

        LookupException(String message) {
            super(message);
        }
    }
}
