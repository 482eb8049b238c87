package io.freshet.posix;

import com.sun.jna.Native;

/**
 * {@code statx(2)} bound to a native method: a listing calls it for every entry, and there the way through {@link LibC}
 * costs more than the call itself. Binding needs memory that can be executed, which SELinux may deny; then that way it is.
 */
final class QuickStatx {
    private static final boolean BOUND = bind();

    private QuickStatx() {}

    private static native int statx(int directory, long path, int flags, int mask, long buffer);

    private static boolean bind() {
        try {
            Native.register(QuickStatx.class, "c");
            return true;
        } catch (RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** Looks at a name in a directory, into {@code scratch.statx}; {@code Native.getLastError()} tells why it returned -1. */
    static int call(int directory, byte[] terminatedName, int flags, int mask, Scratch scratch) {
        if (!BOUND || terminatedName.length > Scratch.NAME) {
            return LibC.C.statx(directory, terminatedName, flags, mask, scratch.statx);
        }
        scratch.nameBytes.put(0, terminatedName);
        return statx(directory, scratch.nameAddress, flags, mask, scratch.statxAddress);
    }
}
