package io.freshet.watch.linux;

import java.util.Arrays;

/** Bytes that compare by content; whoever makes or gets the array does not change it. */
final class Bytes {
    private final byte[] value;

    Bytes(byte[] value) {
        this.value = value;
    }

    byte[] value() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }
}
