package io.freshet.policy;

/** What becomes of what a target was given and holds otherwise by now, when it is to be replaced or deleted. */
public enum Drift {
    /** It is replaced or deleted, and that is recorded. */
    OVERWRITE,
    /** It stays until a person decides. */
    HOLD
}
