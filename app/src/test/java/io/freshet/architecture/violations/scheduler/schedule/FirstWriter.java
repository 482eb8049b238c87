package io.freshet.architecture.violations.scheduler.schedule;

import org.quartz.Scheduler;
import org.quartz.SchedulerException;

/** One of two that write the schedule. */
final class FirstWriter {
    void pause(Scheduler scheduler) throws SchedulerException {
        scheduler.pauseAll();
    }
}
