package io.freshet.schedule;

import io.freshet.journal.TargetId;
import java.time.Duration;

/** When the schedules of policies fire next: one trigger for each target, whatever the number of processes. Thread-safe. */
public interface FiringSchedule {
    /** Has the target's firing carried out by one process after a time, and at no other. */
    void fireAfter(TargetId target, Duration time);

    /** The target has no schedule any more. */
    void neverFire(TargetId target);
}
