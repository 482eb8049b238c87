package io.freshet.architecture.violations.jna.run;

import com.sun.jna.Native;

/** A native call where there should be none. */
final class CallsNatively {
    int size() {
        return Native.LONG_SIZE + Native.getNativeSize(long.class);
    }
}
