package io.freshet.schedule;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Lane;
import io.freshet.journal.TargetId;
import org.quartz.JobBuilder;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lanes as durable Quartz jobs, one key per target and lane; the only class that talks to the {@link Scheduler}.
 *
 * <p>Its job store takes part in Spring's transactions, so every write to it is made in one.
 */
final class QuartzLaneSchedule implements LaneSchedule {
    private static final String GROUP = "lane";

    private final Scheduler scheduler;
    private final TransactionTemplate transaction;

    QuartzLaneSchedule(Scheduler scheduler, PlatformTransactionManager transactionManager) {
        this.scheduler = scheduler;
        this.transaction = new TransactionTemplate(transactionManager);
    }

    @Override
    public void add(TargetId target, Lane lane) {
        transaction.executeWithoutResult(status -> {
            try {
                scheduler.addJob(
                        JobBuilder.newJob(LaneJob.class)
                                .withIdentity(key(target, lane))
                                .usingJobData(LaneJob.TARGET, Integer.toString(target.value()))
                                .usingJobData(LaneJob.LANE, lane.name())
                                .storeDurably()
                                .build(),
                        true);
            } catch (SchedulerException e) {
                throw unavailable(e);
            }
        });
    }

    @Override
    public void launch(TargetId target, Lane lane) {
        transaction.executeWithoutResult(status -> {
            try {
                scheduler.triggerJob(key(target, lane));
            } catch (SchedulerException e) {
                throw unavailable(e);
            }
        });
    }

    private static JobKey key(TargetId target, Lane lane) {
        return JobKey.jobKey(target.value() + "-" + lane.name(), GROUP);
    }

    private static FreshetException unavailable(SchedulerException e) {
        return new FreshetException(
                ErrorCode.DATABASE_UNAVAILABLE, "the schedule could not be written: " + e.getMessage(), e);
    }
}
