package io.freshet.posix;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The calls that are made for every file and every entry of a directory, bound to native methods: there the way through
 * {@link LibC} costs more than the call itself. Binding needs memory that can be executed, which SELinux may deny; then that
 * way it is. {@code Native.getLastError()} tells why one returned -1.
 */
final class DirectCalls {
    private static final boolean BOUND = bind();

    private DirectCalls() {}

    private static native int statx(int directory, long path, int flags, int mask, long buffer);

    private static native int openat(int directory, long path, int flags, int mode);

    private static native long syscall(long number, long directory, long path, long how, long howSize);

    private static native long pread(int descriptor, long buffer, long size, long offset);

    private static native int close(int descriptor);

    private static boolean bind() {
        try {
            Native.register(DirectCalls.class, "c");
            return true;
        } catch (RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** {@code statx(2)} of a name in a directory, or of the directory itself, into {@code scratch.statx}. */
    static int statxInto(Scratch scratch, int directory, byte[] terminatedName, int flags, int mask) {
        if (!BOUND || !scratch.holdPath(terminatedName)) {
            return LibC.C.statx(directory, terminatedName, flags, mask, scratch.statx);
        }
        return statx(directory, scratch.pathAddress, flags, mask, scratch.statxAddress);
    }

    /** {@code openat(2)} of what is there already. */
    static int openExisting(Scratch scratch, int directory, byte[] terminatedName, int flags) {
        if (!BOUND || !scratch.holdPath(terminatedName)) {
            return LibC.C.openat(directory, terminatedName, flags, 0);
        }
        return openat(directory, scratch.pathAddress, flags, 0);
    }

    /** {@code openat2(2)} as {@code scratch.openHow} says. */
    static int openBelow(Scratch scratch, int directory, byte[] terminatedPath) {
        if (!BOUND || !scratch.holdPath(terminatedPath)) {
            return (int) LibC.C.syscall(
                    Constants.SYS_OPENAT2, directory, terminatedPath, scratch.openHow, Below.OPEN_HOW_SIZE);
        }
        return (int) syscall(
                Constants.SYS_OPENAT2,
                directory,
                scratch.pathAddress,
                Pointer.nativeValue(scratch.openHow),
                Below.OPEN_HOW_SIZE);
    }

    /** {@code pread(2)}. */
    static long readAt(int descriptor, Memory buffer, long size, long offset) {
        return BOUND
                ? pread(descriptor, Pointer.nativeValue(buffer), size, offset)
                : LibC.C.pread(descriptor, buffer, size, offset);
    }

    /** {@code close(2)}. */
    static int closeDescriptor(int descriptor) {
        return BOUND ? close(descriptor) : LibC.C.close(descriptor);
    }
}
