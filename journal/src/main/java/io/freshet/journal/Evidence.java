package io.freshet.journal;

/** What a manifest entry rests on. */
public enum Evidence {
    /** Size and time were equal; proves no delta, no move and no verification. */
    ADOPTED,
    /** We sent these bytes, flushed and renamed. */
    SENT,
    /** The target's copy was hashed since. */
    VERIFIED
}
