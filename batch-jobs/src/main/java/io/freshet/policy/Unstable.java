package io.freshet.policy;

/** What becomes of a file that was changed while it was read, at every one of a few tries. */
public enum Unstable {
    /** It is sent as it was read, said to be so, and tried again. */
    PUBLISH,
    /** It waits until it holds still; the target keeps what it has. */
    WAIT
}
