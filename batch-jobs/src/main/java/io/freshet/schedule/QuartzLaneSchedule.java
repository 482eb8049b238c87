package io.freshet.schedule;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Lane;
import io.freshet.journal.TargetId;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import org.quartz.JobBuilder;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lanes as durable Quartz jobs, one key per target and lane, and for the schedule of each target a job with one trigger; the only
 * class that talks to the {@link Scheduler}.
 *
 * <p>Its job store takes part in Spring's transactions, so every write to it is made in one.
 */
final class QuartzLaneSchedule implements LaneSchedule, FiringSchedule {
    private static final String GROUP = "lane";
    private static final String FIRINGS = "firing";

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

    /** The machine's clock counts the time that is left, so what is to be fired late is fired late by as much. */
    @Override
    public void fireAfter(TargetId target, Duration time) {
        JobKey key = firing(target);
        Date at = Date.from(Instant.ofEpochMilli(System.currentTimeMillis() + time.toMillis()));
        transaction.executeWithoutResult(status -> {
            try {
                scheduler.scheduleJob(
                        JobBuilder.newJob(FiringJob.class)
                                .withIdentity(key)
                                .usingJobData(FiringJob.TARGET, Integer.toString(target.value()))
                                .requestRecovery()
                                .storeDurably()
                                .build(),
                        Set.of(TriggerBuilder.newTrigger()
                                .withIdentity(key.getName(), key.getGroup())
                                .startAt(at)
                                .withSchedule(
                                        SimpleScheduleBuilder.simpleSchedule().withMisfireHandlingInstructionFireNow())
                                .build()),
                        true);
            } catch (SchedulerException e) {
                throw unavailable(e);
            }
        });
    }

    @Override
    public void neverFire(TargetId target) {
        transaction.executeWithoutResult(status -> {
            try {
                scheduler.deleteJob(firing(target));
            } catch (SchedulerException e) {
                throw unavailable(e);
            }
        });
    }

    private static JobKey firing(TargetId target) {
        return JobKey.jobKey(Integer.toString(target.value()), FIRINGS);
    }

    private static JobKey key(TargetId target, Lane lane) {
        return JobKey.jobKey(target.value() + "-" + lane.name(), GROUP);
    }

    private static FreshetException unavailable(SchedulerException e) {
        return new FreshetException(
                ErrorCode.DATABASE_UNAVAILABLE, "the schedule could not be written: " + e.getMessage(), e);
    }
}
