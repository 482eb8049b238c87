package io.freshet.journal;

/** How a delivery ended, one row of the audit trail per path, target and run. */
public enum Outcome {
    TRANSFERRED,
    /** Sent while it was still being changed; stays in the queue. */
    TRANSFERRED_UNSTABLE,
    RENAMED,
    LINKED,
    DELETED,
    /** Only mode, owner or times were set. */
    METADATA,
    /** The target held it already, as far as size and time tell. */
    ADOPTED,
    HELD,
    FAILED,
    UNSUPPORTED
}
