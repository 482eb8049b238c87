package io.freshet.transfer.ssh;

import org.jspecify.annotations.Nullable;

/**
 * A thread's calls into the library, one after the other, which may wait there for ever: another thread can tell since when
 * one has lasted, and end the waiting.
 *
 * <p>An interruption is about the call only and leaves no trace when that has ended. Thread-safe.
 */
final class BlockingCall {
    private @Nullable Thread thread;
    private boolean interrupted;
    private volatile long since;

    synchronized void begin() {
        since = System.nanoTime() | 1;
        thread = Thread.currentThread();
    }

    /** The call is not waiting: its time begins anew. */
    void progressed() {
        since = System.nanoTime() | 1;
    }

    /** Returns whether the call was interrupted. */
    synchronized boolean end() {
        since = 0;
        thread = null;
        boolean wasInterrupted = interrupted;
        if (wasInterrupted) {
            interrupted = false;
            Thread.interrupted();
        }
        return wasInterrupted;
    }

    /** Ends the waiting of the call that is under way, if one is. */
    synchronized void interrupt() {
        if (thread != null) {
            interrupted = true;
            thread.interrupt();
        }
    }

    /** Returns since when a call is under way, 0 while none is. */
    long since() {
        return since;
    }
}
