package io.freshet.run;

import io.freshet.journal.Keeping;
import io.freshet.journal.Notifications;
import io.freshet.journal.RetentionBook;
import io.freshet.schedule.FiringJob;
import io.freshet.schedule.FiringSchedule;
import io.freshet.schedule.LaneJob;
import io.freshet.schedule.LaneSchedule;
import io.freshet.schedule.ScheduleConfiguration;
import io.freshet.target.TargetConnector;
import java.time.Clock;
import java.util.List;
import java.util.ServiceLoader;
import javax.sql.DataSource;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The runs of a process; wants a migrated {@link DataSource}, a transaction manager, a {@link Clock}, {@link
 * Notifications} and {@link RunSettings}.
 */
@Configuration(proxyBeanMethods = false)
@Import({BatchConfiguration.class, ScheduleConfiguration.class})
public class RunConfiguration {
    /** For firings, which take no longer than a transaction: lanes never have more than a thread each. */
    private static final int SPARE_THREADS = 2;

    @Bean
    ScheduleConfiguration.LaneThreads laneThreads(RunSettings settings) {
        return new ScheduleConfiguration.LaneThreads(2 * settings.targets() + SPARE_THREADS, settings.renewal());
    }

    @Bean
    Stores stores(DataSource dataSource) {
        return Stores.of(dataSource);
    }

    /** Closed by the engine, after the lanes have left. */
    @Bean(destroyMethod = "")
    Connections connections(Stores stores) {
        List<TargetConnector> connectors = ServiceLoader.load(TargetConnector.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return new Connections(connectors, new HostKeyGuard(stores.holds()));
    }

    @Bean
    MountGuard mountGuard(Stores stores) {
        return new MountGuard(stores);
    }

    @Bean
    LoopGuard loopGuard(Stores stores) {
        return new LoopGuard(stores);
    }

    @Bean
    SourceGuard sourceGuard(Stores stores, MountGuard mountGuard) {
        return new SourceGuard(stores, mountGuard);
    }

    @Bean
    Settlement settlement(Stores stores) {
        return new Settlement(stores);
    }

    @Bean
    Preparation preparation(
            Stores stores,
            Connections connections,
            SourceGuard sourceGuard,
            LoopGuard loopGuard,
            Settlement settlement) {
        TargetGuard targetGuard = new TargetGuard(stores, connections);
        return new Preparation(stores, connections, sourceGuard, targetGuard, loopGuard, settlement);
    }

    @Bean
    ReplicationJob replicationJob(
            Stores stores,
            Preparation preparation,
            SourceGuard sourceGuard,
            LoopGuard loopGuard,
            MountGuard mountGuard,
            Settlement settlement,
            JobRepository repository) {
        Drain drain = new Drain(stores, sourceGuard, loopGuard, mountGuard, settlement);
        return new ReplicationJob(
                repository,
                stores,
                preparation,
                drain,
                new Verification(stores),
                new FullVerification(stores, sourceGuard, mountGuard, drain));
    }

    /** A bean because Batch restarts only what its registry knows. */
    @Bean
    Job replicate(ReplicationJob replication) {
        return replication.job();
    }

    @Bean
    RunLauncher runLauncher(
            Stores stores,
            Connections connections,
            Preparation preparation,
            ReplicationJob replication,
            JobOperator operator,
            JobRepository repository,
            Clock clock) {
        return new RunLauncher(stores, connections, preparation, replication, operator, repository, clock);
    }

    @Bean
    LaneJob.LaneWork laneWork(RunLauncher launcher) {
        return launcher::work;
    }

    @Bean
    CronFirings cronFirings(Stores stores, FiringSchedule schedule, Clock clock) {
        return new CronFirings(stores.firings(), schedule, clock);
    }

    @Bean
    FiringJob.FiringWork firingWork(CronFirings firings) {
        return firings::fire;
    }

    @Bean
    RetentionKeeper retentionKeeper(RunSettings settings, DataSource dataSource, Clock clock) {
        return new RetentionKeeper(
                new RetentionBook(dataSource), new Keeping(dataSource), settings.retention(), settings.node(), clock);
    }

    /** Tests have another room. */
    @Bean
    RunEngine runEngine(
            ObjectProvider<DatabaseRoom> room,
            RunSettings settings,
            Stores stores,
            RunLauncher launcher,
            LaneSchedule schedule,
            CronFirings firings,
            RetentionKeeper retention,
            Notifications notifications,
            Connections connections,
            Clock clock) {
        Dispatcher dispatcher = new Dispatcher(
                stores, launcher, schedule, firings, clock, settings.space().queue());
        return new RunEngine(
                settings,
                stores,
                launcher,
                dispatcher,
                schedule,
                firings,
                retention,
                notifications,
                connections,
                room.getIfAvailable(() -> DatabaseRoom.of(settings.space(), stores.space())),
                clock);
    }
}
