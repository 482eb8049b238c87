package io.freshet.posix;

import java.util.concurrent.atomic.AtomicBoolean;

/** An open file descriptor with one owner; closing it twice closes it once. */
final class Descriptor implements AutoCloseable {
    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    Descriptor(int number) {
        if (number < 0) {
            throw new IllegalArgumentException(number + " is no file descriptor");
        }
        this.number = number;
    }

    int number() {
        return number;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            // Whatever close(2) returns, the number is free again on Linux: a second call could close another's file.
            DirectCalls.closeDescriptor(number);
        }
    }
}
