package io.freshet.schedule;

import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.quartz.SchedulerFactoryBean;
import org.springframework.scheduling.quartz.SpringBeanJobFactory;
import org.springframework.transaction.PlatformTransactionManager;

/** Quartz on its clustered JDBC store in schema {@code quartz}, with a thread for every lane. */
@Configuration(proxyBeanMethods = false)
public class ScheduleConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduleConfiguration.class);
    private static final String LAUNCHES_AT_ONCE = "20";
    private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

    /**
     * How many lanes may work at the same time.
     *
     * @param threads at least one per lane
     * @param checkIn as often as leases are renewed: a lane of a node that is gone is free for the next owner of its target about
     *     as soon as the lease is
     */
    public record LaneThreads(int threads, Duration checkIn) {}

    @Bean
    SchedulerFactoryBean laneScheduler(
            DataSource dataSource,
            PlatformTransactionManager transactionManager,
            ApplicationContext context,
            LaneThreads lanes) {
        SpringBeanJobFactory jobFactory = new SpringBeanJobFactory();
        jobFactory.setApplicationContext(context);
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceName", "freshet-lanes");
        properties.setProperty("org.quartz.scheduler.instanceId", "AUTO");
        properties.setProperty("org.quartz.scheduler.idleWaitTime", "1000");
        properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        // A change begins a run on every target: launched one by one, the last would wait for the transactions of all
        // others.
        properties.setProperty("org.quartz.scheduler.batchTriggerAcquisitionMaxCount", LAUNCHES_AT_ONCE);
        properties.setProperty("org.quartz.jobStore.acquireTriggersWithinLock", "true");
        properties.setProperty("org.quartz.threadPool.threadCount", Integer.toString(lanes.threads()));
        properties.setProperty("org.quartz.threadPool.threadNamePrefix", "freshet-lane");
        properties.setProperty("org.quartz.threadPool.makeThreadsDaemons", "true");
        properties.setProperty(
                "org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
        properties.setProperty("org.quartz.jobStore.isClustered", "true");
        properties.setProperty(
                "org.quartz.jobStore.clusterCheckinInterval",
                Long.toString(lanes.checkIn().toMillis()));
        properties.setProperty("org.quartz.jobStore.useProperties", "true");
        properties.setProperty("org.quartz.jobStore.tablePrefix", "quartz.QRTZ_");
        SchedulerFactoryBean factory = new BoundedShutdown();
        factory.setDataSource(dataSource);
        factory.setTransactionManager(transactionManager);
        factory.setJobFactory(jobFactory);
        factory.setQuartzProperties(properties);
        factory.setOverwriteExistingJobs(true);
        factory.setWaitForJobsToCompleteOnShutdown(true);
        return factory;
    }

    /**
     * Quartz does not end before it has written that its jobs are complete, and tries that for ever while the database is
     * away. Nothing is lost with it: who comes next recovers what an instance that is gone has left.
     */
    private static final class BoundedShutdown extends SchedulerFactoryBean {
        @Override
        public void destroy() {
            Thread ending = new Thread(this::end, "freshet-lanes-end");
            ending.setDaemon(true);
            ending.start();
            try {
                ending.join(LONGEST_STOP.toMillis());
                if (ending.isAlive()) {
                    LOG.warn("event=schedule_not_stopped reason=\"the database does not answer\"");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void end() {
            try {
                super.destroy();
            } catch (SchedulerException e) {
                LOG.warn("event=schedule_not_stopped", e);
            }
        }
    }

    @Bean
    QuartzLaneSchedule laneSchedule(Scheduler scheduler, PlatformTransactionManager transactionManager) {
        return new QuartzLaneSchedule(scheduler, transactionManager);
    }
}
