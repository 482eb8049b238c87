package io.freshet.watch;

/** What an event tells of somebody who writes to a file. */
public enum Writing {
    /** The file was created or modified, and not closed since. */
    GOES_ON,
    /** It was closed after writing, renamed or removed; or it is no file. */
    ENDED,
    /** Nothing. */
    UNTOLD
}
