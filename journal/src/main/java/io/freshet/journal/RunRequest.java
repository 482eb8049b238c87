package io.freshet.journal;

/** What a person asked of a run. */
public record RunRequest(long id, TargetId target, long runNumber, Action action, String requestedBy) {
    /** What can be asked of a run. */
    public enum Action {
        RERUN_FAILED,
        RESTART,
        STOP
    }
}
