package io.freshet.run;

/** The threads by which a process serves targets, for who watches over it. Thread-safe; never waits. */
public interface RunThreads {
    /** Returns whether they were ever started. */
    boolean haveStarted();

    /** Returns whether work is dispatched and leases are kept: from the start of the runs to their end. */
    boolean areAlive();
}
