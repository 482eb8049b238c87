package io.freshet.journal;

import java.util.EnumSet;
import java.util.Set;

/** Where a run is; every change of state goes through {@link #canBecome}. */
public enum RunState {
    RUNNING,
    /** Everything it took on was delivered. */
    COMPLETED,
    /** It ended by itself, but items failed or are held. */
    COMPLETED_WITH_FAILURES,
    /** The target as a whole could not be served, or the process died. */
    FAILED,
    /** A person or the shutdown stopped it. */
    STOPPED;

    /** Returns whether a run may go from this state to {@code next}. */
    public boolean canBecome(RunState next) {
        return successors().contains(next);
    }

    /** Returns whether a person may restart a run in this state. */
    public boolean isRestartable() {
        return canBecome(RUNNING);
    }

    private Set<RunState> successors() {
        return switch (this) {
            case RUNNING -> EnumSet.of(COMPLETED, COMPLETED_WITH_FAILURES, FAILED, STOPPED);
            case COMPLETED_WITH_FAILURES, FAILED, STOPPED -> EnumSet.of(RUNNING);
            case COMPLETED -> EnumSet.noneOf(RunState.class);
        };
    }
}
