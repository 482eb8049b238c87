package io.freshet.watch.linux;

import com.sun.jna.Memory;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Waiting for a descriptor of events, for a change of the mount table, or for being woken (poll(2), eventfd(2),
 * proc_pid_mountinfo(5)).
 */
final class Waiting implements AutoCloseable {
    private static final int EFD_FLAGS = Kernel.O_CLOEXEC | Kernel.O_NONBLOCK;
    private static final int POLLFD_SIZE = 8;
    private static final int EVENTS = 4;
    private static final int RETURNED = 6;
    /**
     * How long events gather while they come one after the other. A reader that sleeps until the next one is woken by each, and
     * that costs whoever changes the files, in whose call it happens, more than the change itself.
     */
    private static final long GATHER_NANOS = Duration.ofMillis(4).toNanos();

    private static final byte[] ONE = {1, 0, 0, 0, 0, 0, 0, 0};

    private final int wake;
    private final int mounts;
    private final Memory polled = new Memory(3L * POLLFD_SIZE);
    private final Memory counter = new Memory(8);
    private boolean closed;
    private boolean mountsChanged;
    private long lastEvents = System.nanoTime() - GATHER_NANOS;

    Waiting(int events) {
        wake = Kernel.CALL.eventfd(0, EFD_FLAGS);
        if (wake < 0) {
            throw new FreshetException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "cannot wait for events: eventfd: " + Kernel.lastError() + "; allow Freshet more open files");
        }
        // Where /proc is missing (-1), poll ignores the entry and mounts are seen at the next start only.
        mounts = Kernel.CALL.open(Kernel.path("/proc/self/mountinfo"), Kernel.O_RDONLY | Kernel.O_CLOEXEC, 0);
        set(0, events, Kernel.POLLIN);
        set(1, wake, Kernel.POLLIN);
        set(2, mounts, Kernel.POLLPRI);
    }

    private void set(int index, int descriptor, short events) {
        polled.setInt((long) index * POLLFD_SIZE, descriptor);
        polled.setShort((long) index * POLLFD_SIZE + EVENTS, events);
        polled.setShort((long) index * POLLFD_SIZE + RETURNED, (short) 0);
    }

    /** Waits; returns whether there may be events. The first after a pause is told of at once. */
    boolean await(Duration longest) {
        LockSupport.parkNanos(lastEvents + GATHER_NANOS - System.nanoTime());
        int ready = Kernel.CALL.poll(polled, 3, (int) Math.min(Integer.MAX_VALUE, Math.max(0, longest.toMillis())));
        if (ready <= 0) {
            return false;
        }
        if (returned(1) != 0) {
            Kernel.CALL.read(wake, counter, counter.size());
        }
        noteMounts();
        if (returned(0) == 0) {
            return false;
        }
        lastEvents = System.nanoTime();
        return true;
    }

    private void noteMounts() {
        mountsChanged |= (returned(2) & (Kernel.POLLPRI | Kernel.POLLERR)) != 0;
    }

    private short returned(int index) {
        return polled.getShort((long) index * POLLFD_SIZE + RETURNED);
    }

    /** Returns whether the mount table changed between the last call and this one. */
    boolean takeMountsChanged() {
        if (Kernel.CALL.poll(polled, 3, 0) > 0) {
            noteMounts();
        }
        boolean changed = mountsChanged;
        mountsChanged = false;
        return changed;
    }

    /** Lets {@link #await} return; from any thread. */
    synchronized void wake() {
        if (!closed) {
            Kernel.CALL.write(wake, ONE, ONE.length);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Kernel.CALL.close(wake);
            if (mounts >= 0) {
                Kernel.CALL.close(mounts);
            }
        }
    }
}
