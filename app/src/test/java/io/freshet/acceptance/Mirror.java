package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.config.PolicyDocument;
import io.freshet.database.TestDatabase;
import io.freshet.failure.FreshetException;
import io.freshet.filter.FilterRules;
import io.freshet.journal.Completeness;
import io.freshet.journal.Completeness.Arrival;
import io.freshet.journal.Completeness.State;
import io.freshet.journal.Journal;
import io.freshet.journal.Notifications;
import io.freshet.journal.PolicyBook;
import io.freshet.journal.Registry;
import io.freshet.journal.RescanReason;
import io.freshet.journal.SourceId;
import io.freshet.path.RelativePath;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Policy;
import io.freshet.posix.MountPoint;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.posix.Tree;
import io.freshet.run.Registration;
import io.freshet.run.RunConfiguration;
import io.freshet.run.RunSettings;
import io.freshet.run.SourceDefinition;
import io.freshet.run.TargetDefinition;
import io.freshet.target.TargetAddress;
import io.freshet.transfer.ssh.OpenSshServer;
import io.freshet.watch.Tier;
import io.freshet.watch.Watcher;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.WatcherState;
import io.freshet.watch.WatcherStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Everything between a source and its replicas in this process: the real watcher, journal, queue and runs on a real
 * PostgreSQL, started, stopped and broken off at will over the same trees.
 *
 * <p>One at a time in a process, as Quartz keeps its schedulers by name. Beside the source, on its file system, lies {@code outside}, for what is moved in and out. The paths of the tree begin
 * with {@code source/} or {@code outside/}.
 */
final class Mirror implements AutoCloseable {
    static final String SOURCE = "source";
    static final String OUTSIDE = "outside";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final Tree tree;
    private final TestDatabase database = TestDatabase.fresh().interruptible().opened();
    private final Notifications notifications = new Notifications(database.dataSource());
    private final Completeness completeness = new Completeness(database.jdbcClient());
    private final LossyReaders readers = new LossyReaders();
    private final Map<String, Path> replicas = new LinkedHashMap<>();
    private final List<TargetDefinition> targets = new ArrayList<>();
    private FilterRules filter = FilterRules.NONE;
    private Policy policy = policy(DeletionLimit.NONE);
    private WatcherOptions options;
    private Duration tick = Difference.LOCAL_TICK;
    private @Nullable Watcher watcher;
    private @Nullable AnnotationConfigApplicationContext runs;

    /** @param directory where the trees are made */
    Mirror(Path directory) {
        this.directory = directory;
        this.tree = Tree.in(directory);
        tree.directory(SOURCE);
        tree.directory(OUTSIDE);
        this.options = WatcherOptions.of(source());
        notifications.start();
    }

    /** Holds no more than a limit lets vanish, and settles so briefly that a thousand sequences are done in a night. */
    static Policy policy(DeletionLimit limit) {
        return policy(limit, OptionalLong.empty());
    }

    static Policy policy(DeletionLimit limit, OptionalLong bytesPerSecond) {
        Policy defaults = Policy.withDefaults(Policy.CONTINUOUS);
        return new Policy(
                Policy.CONTINUOUS,
                defaults.windows(),
                defaults.timeZone(),
                bytesPerSecond,
                limit,
                Duration.ofMillis(10),
                Duration.ofMillis(500),
                defaults.verify(),
                defaults.unstable(),
                defaults.linger(),
                defaults.extras());
    }

    /** Watches by this tier only; null for the best that works. */
    Mirror by(@Nullable Tier tier) {
        options = options.withTier(tier);
        return this;
    }

    /** Returns why the source cannot be watched as the options say on this machine, or null. */
    @Nullable
    String refusal() {
        try (SourceRoot root = SourceRoot.open(source())) {
            readers.open(root, OwnDirectory.in(root), options).close();
            return null;
        } catch (FreshetException e) {
            return e.getMessage();
        }
    }

    Mirror watching(WatcherOptions changed) {
        options = changed;
        return this;
    }

    Mirror under(Policy changed) {
        policy = changed;
        return this;
    }

    Mirror leavingOut(FilterRules rules) {
        filter = rules;
        return this;
    }

    WatcherOptions options() {
        return options;
    }

    /** Adds a replica in a directory of this machine. */
    Mirror replica() {
        String name = "target" + (replicas.size() + 1);
        Path replica = makeReplica(name);
        return target(new TargetAddress(name, replica.toUri(), Map.of()), replica);
    }

    /** Adds a replica that is reached by SSH. */
    Mirror replica(OpenSshServer server) {
        String name = "target" + (replicas.size() + 1);
        Path replica = makeReplica(name);
        tick = Difference.SSH_TICK;
        return target(server.address(name, replica), replica);
    }

    private Path makeReplica(String name) {
        try {
            return Files.createDirectory(tree.root().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Mirror target(TargetAddress address, Path replica) {
        replicas.put(address.name(), replica);
        targets.add(new TargetDefinition(address, policy));
        return this;
    }

    /** The tree that holds source and outside; its paths are bytes. */
    Tree tree() {
        return tree;
    }

    Path source() {
        return tree.root().resolve(SOURCE);
    }

    Path replica(int number) {
        return List.copyOf(replicas.values()).get(number - 1);
    }

    /** Why the targets are held, oldest first. */
    List<String> holds() {
        return jdbc().sql("SELECT reason::text FROM hold WHERE state = 'OPEN' ORDER BY hold_id")
                .query(String.class)
                .list();
    }

    /** Says to everything that is held what a person says who means it. */
    void approveHolds() {
        jdbc().sql("UPDATE hold SET state = 'APPROVED', decided_at = now() WHERE state = 'OPEN'")
                .update();
    }

    /** What is mounted in the source now. */
    List<MountPoint> mounts() {
        try (SourceRoot root = SourceRoot.open(source())) {
            return root.mounts();
        }
    }

    JdbcClient jdbc() {
        return database.jdbcClient();
    }

    long count(String sql) {
        return jdbc().sql(sql).query(Long.class).single();
    }

    TestDatabase database() {
        return database;
    }

    LossyReaders readers() {
        return readers;
    }

    Mirror start() {
        startRuns();
        startWatcher();
        return this;
    }

    /** Takes over the journal and watches; returns when the marks are placed. */
    void startWatcher() {
        SourceDefinition definition = definition();
        SourceId id = Registration.of(
                        List.of(definition),
                        new Registry(database.dataSource()),
                        new PolicyBook(database.dataSource()),
                        new PolicyDocument())
                .sources()
                .get(definition);
        Watcher started =
                new Watcher(options, readers, new Journal(database.dataSource()).openWriter(id), Clock.systemUTC());
        watcher = started;
        started.start();
        await("the watcher watches", () -> started.status().state() == WatcherState.WATCHING);
    }

    private SourceDefinition definition() {
        return new SourceDefinition("content", source(), filter, targets);
    }

    void startRuns() {
        RunSettings settings =
                new RunSettings(List.of(definition()), "node-" + directory.getFileName(), new PolicyDocument());
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        // What outlives the context is not destroyed with it. Spring Batch goes by these names.
        context.registerBean(
                "dataSource", DataSource.class, database::dataSource, bean -> bean.setDestroyMethodName(""));
        context.registerBean(
                "transactionManager",
                PlatformTransactionManager.class,
                () -> new JdbcTransactionManager(database.dataSource()));
        context.registerBean("clock", Clock.class, Clock::systemUTC);
        context.registerBean(RunSettings.class, () -> settings);
        context.registerBean(Notifications.class, () -> notifications, bean -> bean.setDestroyMethodName(""));
        context.register(RunConfiguration.class);
        context.refresh();
        runs = context;
    }

    void stopWatcher() {
        Watcher running = watcher;
        watcher = null;
        if (running != null) {
            running.close();
        }
    }

    void stopRuns() {
        AnnotationConfigApplicationContext running = runs;
        runs = null;
        if (running != null) {
            running.close();
        }
    }

    /**
     * Breaks everything off as a kill does: from one moment on nothing more gets into the database, whatever was under way
     * on the targets, and what was in memory is lost.
     */
    void kill() {
        database.interrupt();
        stopWatcher();
        stopRuns();
        database.restore();
        database.forgetConnections();
    }

    WatcherStatus watching() {
        return running().status();
    }

    private Watcher running() {
        Watcher running = watcher;
        if (running == null) {
            throw new IllegalStateException("nothing is watched");
        }
        return running;
    }

    /** Compares the source with its catalogue, as is done from time to time, and returns when that is over. */
    void rescan() {
        long since = running().rescan(RelativePath.ROOT, RescanReason.SCHEDULE).join();
        await(
                "the rescan is over",
                () -> count("SELECT count(*) FROM rescan WHERE finished_at IS NULL AND since_seq <= " + since) == 0);
    }

    /** Waits until every change made before this call is in the journal, and returns its head then. */
    long awaitJournaled() {
        Watcher running = running();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return running.barrier().join();
            } catch (CompletionException e) {
                // After an overflow nobody can tell, and the next barrier stands behind the look at everything.
                if (!(e.getCause() instanceof FreshetException) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    /** Waits until every change made before this call has arrived on every target, as Freshet itself says it. */
    void awaitArrived() {
        awaitArrived(PATIENCE);
    }

    void awaitArrived(Duration patience) {
        long head = awaitJournaled();
        List<List<Arrival>> last = new ArrayList<>();
        try {
            Awaitility.await()
                    .atMost(patience)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        List<Arrival> arrivals = arrivals(head);
                        last.add(0, arrivals);
                        return arrivals.stream().noneMatch(arrival -> arrival.state() == State.WAITING);
                    });
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "not arrived after " + patience + ": " + last.get(0) + queue() + Threads.working(), e);
        }
        assertThat(last.get(0))
                .as(() -> "arrivals up to " + head + queue())
                .hasSize(targets.size())
                .allMatch(arrival -> arrival.state() == State.COMPLETE);
    }

    List<Arrival> arrivals(long head) {
        return completeness.check(head, "", replicas.keySet());
    }

    /** The queue, and what the last runs counted, as a person would want to see them when something hangs. */
    String queue() {
        String items = lines("""
                SELECT path || ' ' || kind || ' ' || lane || ' ' || first_seq || '-' || seq || ' asked ' || asked
                    || ' ready ' || extract(epoch FROM ready_at - now())::int || ' s attempts ' || attempts || ' '
                    || coalesce('from ' || moved_from || ' ', '') || coalesce(error_code || ' ' || error, '')
                FROM work_item ORDER BY path LIMIT 30
                """);
        String counts = lines("""
                SELECT run_number || ' ' || lane || ' ' || state || ' unchanged ' || unchanged || ' deleted ' || deleted
                    || ' failed ' || failed || ' transferred ' || transferred
                FROM run ORDER BY run_number DESC LIMIT 4
                """);
        String differences = replicas.values().stream()
                .map(replica -> "\n" + replica.getFileName() + " differs: "
                        + Difference.between(source(), replica, filter, tick))
                .reduce("", String::concat);
        return "; queue:" + items + "\nruns:" + counts + differences + "\ndelivered last:" + lines("""
                SELECT run_number || ' ' || path || ' ' || outcome || coalesce(' from ' || moved_from, '')
                    || coalesce(' ' || reason, '')
                FROM (SELECT * FROM delivery WHERE outcome <> 'FAILED' ORDER BY delivered_at DESC LIMIT 80) last
                ORDER BY delivered_at
                """);
    }

    private String lines(String sql) {
        return jdbc().sql(sql).query((row, number) -> row.getString(1)).list().stream()
                .reduce("", (all, line) -> all + "\n  " + line);
    }

    /** Fails unless every replica equals what of the source is replicated, attribute for attribute. */
    void assertEqual() {
        for (Path replica : replicas.values()) {
            assertThat(Difference.between(source(), replica, filter, tick))
                    .as("differences of %s", replica.getFileName())
                    .isEmpty();
        }
    }

    /** Waits until all has arrived, and has both our own comparison and the project's judge look. */
    void assertArrived() throws IOException, InterruptedException {
        awaitArrived();
        assertEqual();
        judge();
    }

    /** Has the project's judge look, who compares times as SSH carries them, to the second. */
    void judge() throws IOException, InterruptedException {
        for (Path replica : replicas.values()) {
            Judge.requireEqual(source(), replica);
        }
    }

    static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(condition);
    }

    /** A path in the source. */
    static RelativePath in(String path) {
        return RelativePath.parse(SOURCE + "/" + path);
    }

    @Override
    public void close() {
        readers.release();
        stopWatcher();
        stopRuns();
        notifications.close();
        database.close();
        tree.close();
    }
}
