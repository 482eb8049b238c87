package io.freshet.watch.linux;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.freshet.posix.Errno;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The functions of the C library that Freshet sees events with, and the numbers that belong to none of the two interfaces.
 * {@code Native.getLastError()} tells why one returned -1.
 */
interface Kernel extends Library {
    Kernel CALL = Native.load(Kernel.class);

    // asm-generic/fcntl.h, linux/fcntl.h
    int O_RDONLY = 0;
    int O_NONBLOCK = 04000;
    int O_CLOEXEC = 02000000;
    int O_PATH = 010000000;
    int AT_FDCWD = -100;

    // asm-generic/poll.h
    short POLLIN = 1;
    short POLLPRI = 2;
    short POLLERR = 8;

    int open(byte[] path, int flags, int mode);

    int openat(int directory, byte[] path, int flags, int mode);

    int close(int descriptor);

    long read(int descriptor, Pointer buffer, long size);

    long write(int descriptor, byte[] buffer, long size);

    long readlink(byte[] path, Pointer buffer, long size);

    int poll(Pointer descriptors, long count, int timeoutMillis);

    int eventfd(int initial, int flags);

    int inotify_init1(int flags);

    int inotify_add_watch(int descriptor, byte[] path, int mask);

    int inotify_rm_watch(int descriptor, int watch);

    int fanotify_init(int flags, int eventFlags);

    int fanotify_mark(int descriptor, int flags, long mask, int directory, byte @Nullable [] path);

    int open_by_handle_at(int mountDescriptor, Pointer handle, int flags);

    /** Returns a path as the C library wants it. */
    static byte[] path(String ascii) {
        return (ascii + '\0').getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the name under which this process sees an open file of its own. */
    static byte[] pathOf(int descriptor) {
        return path("/proc/self/fd/" + descriptor);
    }

    /** Returns the text of this thread's last error. */
    static String lastError() {
        return Errno.text(Native.getLastError());
    }
}
