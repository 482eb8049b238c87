package io.freshet.journal;

/** Why a run was started. */
public enum RunCause {
    /** There were changes to deliver. */
    CHANGES,
    /** A window opened or a schedule fired. */
    SCHEDULE,
    /** A person asked for something to be sent now. */
    REQUEST,
    /** A person asked for the failed items of another run to be tried again. */
    RERUN,
    /** What the target holds was to be compared with its manifest. */
    VERIFY
}
