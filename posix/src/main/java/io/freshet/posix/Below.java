package io.freshet.posix;

import com.sun.jna.Memory;
import io.freshet.path.RelativePath;
import java.util.Arrays;

/**
 * Opening below a directory's descriptor without following a link anywhere, {@code openat2(2)} where the kernel has it and
 * component by component elsewhere; the latter also serves paths that are longer than one call takes.
 *
 * <p>Every method returns a descriptor, or the negated error number. Where an ancestor is a symlink or a file, that is
 * {@code ENOTDIR}, by both ways.
 */
final class Below {
    /** Bytes of {@code struct open_how} (linux/openat2.h): flags, mode, resolve. */
    static final int OPEN_HOW_SIZE = 24;

    private static final long RESOLVE =
            Constants.RESOLVE_BENEATH | Constants.RESOLVE_NO_SYMLINKS | Constants.RESOLVE_NO_MAGICLINKS;
    private static final byte[] DOT = {'.', 0};

    /** Set once when the kernel, or a container's seccomp filter, does not know the call. */
    private static volatile boolean openat2Missing;

    private Below() {}

    /** Opens {@code path} with {@code flags}, to which O_NOFOLLOW and O_CLOEXEC are added. */
    static int open(int directory, RelativePath path, int flags) {
        int all = flags | Constants.O_NOFOLLOW | Constants.O_CLOEXEC;
        if (path.isRoot()) {
            return openOne(directory, DOT, all);
        }
        byte[] bytes = path.bytes();
        if (bytes.length < Constants.PATH_MAX && !openat2Missing) {
            int result = openat2(directory, terminated(bytes, 0, bytes.length), all);
            switch (-result) {
                case Errno.ENOSYS -> openat2Missing = true;
                case Errno.EPERM, Errno.ELOOP, Errno.EAGAIN, Errno.EXDEV, Errno.ENAMETOOLONG -> {
                    // Ambiguous: the walk finds out what is really the matter.
                }
                default -> {
                    return result;
                }
            }
        }
        return walk(directory, bytes, all);
    }

    static int walk(int directory, byte[] path, int flags) {
        int at = directory;
        int from = 0;
        try {
            for (int i = 0; i < path.length; i++) {
                if (path[i] == '/') {
                    int next = openOne(
                            at,
                            terminated(path, from, i),
                            Constants.O_PATH | Constants.O_DIRECTORY | Constants.O_NOFOLLOW | Constants.O_CLOEXEC);
                    if (next < 0) {
                        return next;
                    }
                    if (at != directory) {
                        DirectCalls.closeDescriptor(at);
                    }
                    at = next;
                    from = i + 1;
                }
            }
            return openOne(at, terminated(path, from, path.length), flags);
        } finally {
            if (at != directory) {
                DirectCalls.closeDescriptor(at);
            }
        }
    }

    /** Opens one component. */
    static int openOne(int directory, byte[] terminatedName, int flags) {
        Scratch scratch = Scratch.ofThread();
        while (true) {
            int descriptor = DirectCalls.openExisting(scratch, directory, terminatedName, flags);
            if (descriptor >= 0) {
                return descriptor;
            }
            int error = Errno.last();
            if (error != Errno.EINTR) {
                return -error;
            }
        }
    }

    private static int openat2(int directory, byte[] path, int flags) {
        Scratch scratch = Scratch.ofThread();
        Memory how = scratch.openHow;
        how.setLong(0, flags);
        how.setLong(8, 0);
        how.setLong(16, RESOLVE);
        while (true) {
            int descriptor = DirectCalls.openBelow(scratch, directory, path);
            if (descriptor >= 0) {
                return descriptor;
            }
            int error = Errno.last();
            if (error != Errno.EINTR) {
                return -error;
            }
        }
    }

    static byte[] terminated(byte[] bytes, int from, int to) {
        byte[] result = new byte[to - from + 1];
        System.arraycopy(bytes, from, result, 0, to - from);
        return result;
    }

    static byte[] terminated(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length + 1);
    }
}
