package io.freshet.journal;

/** What stands still because the database's disk is short of space; a later constant covers an earlier one. The journal never does. */
public enum Shortage {
    NONE,
    /** What arrives is counted, and not listed path by path. */
    DETAIL,
    /** Nothing goes by the bulk lanes. */
    BULK
}
