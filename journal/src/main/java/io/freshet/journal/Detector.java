package io.freshet.journal;

/** What noticed a change. */
public enum Detector {
    FANOTIFY,
    INOTIFY,
    /** The periodic scan of a source that cannot be watched. */
    SCAN,
    /** The rescan at every start. */
    START,
    /** The kernel's queue or the reader's memory overflowed: everything is to be looked at. */
    OVERFLOW,
    /** A person or a program asked. */
    REQUEST
}
