package io.freshet.journal;

/** Which of a target's two lanes an item goes by. */
public enum Lane {
    /** Small fresh changes and what people asked for. */
    EXPRESS,
    /** Seeding, rescans and large files. */
    BULK
}
