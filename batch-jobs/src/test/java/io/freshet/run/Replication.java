package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.filter.FilterRules;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.ChangeWriter;
import io.freshet.journal.Detector;
import io.freshet.journal.Journal;
import io.freshet.journal.Notifications;
import io.freshet.journal.Registry;
import io.freshet.journal.TargetId;
import io.freshet.path.RelativePath;
import io.freshet.policy.Cron;
import io.freshet.policy.Misfire;
import io.freshet.policy.Policy;
import io.freshet.policy.Space;
import io.freshet.schedule.FiringJob;
import io.freshet.target.TargetAddress;
import io.freshet.transfer.Trees;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** The runs of one source as a process has them, on a real database, without a watcher: tests say what changed. */
final class Replication implements AutoCloseable {
    private final TestDatabase database;
    private final Path source;
    private final List<TargetDefinition> targets = new ArrayList<>();
    private FilterRules filter = FilterRules.NONE;
    private OptionalLong bandwidth = OptionalLong.empty();
    private Space space = Space.DEFAULT;
    private DatabaseRoom room = Optional::empty;
    private Clock clock = Clock.systemUTC();
    private AnnotationConfigApplicationContext context;
    private ChangeWriter writer;

    Replication(TestDatabase database, Path source) {
        this.database = database;
        this.source = source;
    }

    Replication target(TargetAddress address) {
        return target(address, Policy.withDefaults(Policy.CONTINUOUS));
    }

    Replication target(TargetAddress address, Policy policy) {
        targets.add(new TargetDefinition(address, policy));
        return this;
    }

    /** A target whose policy people made. */
    Replication targetWithMadePolicy(TargetAddress address, String policy) {
        targets.add(new TargetDefinition(address, policy, null));
        return this;
    }

    /** Reads of a policy that people made when it is served and how long its runs linger, and nothing else. */
    private static Policy made(String name, String document) {
        Policy defaults = Policy.withDefaults(name);
        if (document.contains("linger: \"1h\"")) {
            return new Policy(
                    name,
                    defaults.windows(),
                    defaults.timeZone(),
                    defaults.bytesPerSecond(),
                    defaults.maxDeletes(),
                    defaults.settle(),
                    defaults.settleMax(),
                    defaults.verify(),
                    defaults.unstable(),
                    Duration.ofHours(1),
                    defaults.extras());
        }
        return document.contains("cron: ")
                ? defaults.at(Cron.parse("0 0 29 2 *"), Misfire.SKIP, ZoneId.of("UTC"))
                : defaults;
    }

    Replication largestQueue(long items) {
        space = space.withQueue(items);
        return this;
    }

    /** What is seen of the database's disk instead of that. */
    Replication room(DatabaseRoom seen) {
        room = seen;
        return this;
    }

    Replication clock(Clock instead) {
        clock = instead;
        return this;
    }

    Replication bandwidth(long bytesPerSecond) {
        bandwidth = OptionalLong.of(bytesPerSecond);
        return this;
    }

    Replication filter(FilterRules rules) {
        filter = rules;
        return this;
    }

    Replication start() {
        SourceDefinition definition = new SourceDefinition("content", source, filter, targets, bandwidth, null);
        RunSettings settings = new RunSettings(List.of(definition), "test-node", Replication::made).with(space);
        context = new AnnotationConfigApplicationContext();
        context.registerBean(
                "dataSource", DataSource.class, database::dataSource, bean -> bean.setDestroyMethodName(""));
        context.registerBean(
                "transactionManager",
                PlatformTransactionManager.class,
                () -> new JdbcTransactionManager(database.dataSource()));
        context.registerBean(DatabaseRoom.class, () -> room);
        context.registerBean("clock", Clock.class, () -> clock);
        context.registerBean(RunSettings.class, () -> settings);
        context.registerBean(Notifications.class, () -> {
            Notifications notifications = new Notifications(database.dataSource());
            notifications.start();
            return notifications;
        });
        context.register(RunConfiguration.class);
        context.refresh();
        writer = new Journal(database.dataSource())
                .openWriter(new Registry(database.dataSource()).registerSource("content", source.toString()));
        return this;
    }

    /** Journals that somebody should look at these paths. */
    void changed(String... paths) {
        List<Change> changes = new ArrayList<>();
        for (String path : paths) {
            changes.add(new Change(
                    RelativePath.parse(path), ChangeKind.PATH, null, false, Detector.INOTIFY, Duration.ZERO));
        }
        writer.append(changes);
    }

    void changedTree(String... paths) {
        changed(ChangeKind.TREE, paths);
    }

    void changed(ChangeKind kind, String... paths) {
        writer.append(Stream.of(paths)
                .map(path -> new Change(RelativePath.parse(path), kind, null, false, Detector.INOTIFY, Duration.ZERO))
                .toList());
    }

    void moved(String from, String to, ChangeKind kind) {
        RelativePath old = RelativePath.parse(from);
        writer.append(List.of(
                new Change(old, ChangeKind.PATH, null, false, Detector.INOTIFY, Duration.ZERO),
                new Change(RelativePath.parse(to), kind, old, false, Detector.INOTIFY, Duration.ZERO)));
    }

    /** Has the target's firing carried out, as the schedule would; does nothing where none is due. */
    void fire(String target) {
        int id = jdbc().sql("SELECT target_id FROM target WHERE name = :name")
                .param("name", target)
                .query(Integer.class)
                .single();
        context.getBean(FiringJob.FiringWork.class).accept(new TargetId(id));
    }

    /** Gives a target, counted from 0, another policy, for the next start. */
    void retarget(int index, Policy policy) {
        targets.set(index, new TargetDefinition(targets.get(index).address(), policy));
    }

    JdbcClient jdbc() {
        return database.jdbcClient();
    }

    /** Waits until the queue is empty and the replica equal. */
    void awaitEqual(Path replica) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(
                        () -> assertThat(Trees.differences(source, replica)).isEmpty());
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(jdbc().sql("""
                        SELECT path || ' ' || kind || ' ' || coalesce(error, '') FROM work_item
                        """).query(String.class).list()).isEmpty());
    }

    void stop() {
        context.close();
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }
}
