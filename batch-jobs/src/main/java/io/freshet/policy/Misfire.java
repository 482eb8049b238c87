package io.freshet.policy;

/** What becomes of firings that passed while no process was there to begin a run. */
public enum Misfire {
    /** One run begins as soon as somebody is there, however many were missed. */
    RUN_ONCE,
    /** None begins before the next firing. */
    SKIP
}
