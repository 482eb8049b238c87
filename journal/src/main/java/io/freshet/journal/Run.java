package io.freshet.journal;

import org.jspecify.annotations.Nullable;

/**
 * One burst of work on a target.
 *
 * @param parentRun for a rerun the run whose failed items it takes, else null
 * @param held items held in it
 * @param failed items that failed in it
 */
public record Run(
        TargetId target,
        long number,
        Lane lane,
        RunState state,
        RunCause cause,
        @Nullable Long parentRun,
        long held,
        long failed) {}
