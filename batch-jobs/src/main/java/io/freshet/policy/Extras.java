package io.freshet.policy;

/** What becomes of what a target holds and we never put there; in every case it is listed. */
public enum Extras {
    /** It stays, and a person may approve that it is deleted. */
    HOLD,
    /** It stays. */
    LEAVE,
    /** It is deleted, as {@code rsync --delete} would, within the limit of deletions. */
    DELETE
}
