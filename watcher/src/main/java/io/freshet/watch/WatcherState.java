package io.freshet.watch;

/** What a watcher is doing. */
public enum WatcherState {
    /** Placing its marks; nothing is promised yet. */
    STARTING,
    /** Seeing and journaling changes. */
    WATCHING,
    /** The source root is missing or replaced; it is opened again as soon as it is back. */
    SOURCE_GONE,
    /** Another watcher has the source now; this one has ended. */
    LEASE_LOST,
    /** Ended on request. */
    STOPPED
}
