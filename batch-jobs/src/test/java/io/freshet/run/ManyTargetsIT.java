package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.target.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Rules 30 and 32: many targets, of which one waits for no other, and what a run costs that comes after another. */
class ManyTargetsIT {
    /** More than Quartz or Spring have threads where nobody says how many. */
    private static final int STUCK = 12;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    @TempDir
    Path directory;

    private final CountDownLatch goesOn = new CountDownLatch(1);
    private Path source;
    private Replication replication;

    @BeforeEach
    void setUp() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        replication = new Replication(database, source);
    }

    @AfterEach
    void tearDown() {
        goesOn.countDown();
        replication.close();
    }

    @Test
    void oneThatAnswersWaitsForNoneThatDoNot() throws IOException {
        Files.writeString(source.resolve("file"), "1");
        AtomicInteger stuck = new AtomicInteger();
        WatchedConnector.Onlooker doesNotAnswer = new WatchedConnector.Onlooker() {
            @Override
            public void applied(List<Operation> operations) throws InterruptedException {
                stuck.incrementAndGet();
                assertThat(goesOn.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
        };
        List<Path> replicas = new ArrayList<>();
        for (int i = 0; i < STUCK; i++) {
            replicas.add(Files.createDirectory(directory.resolve("stuck" + i)));
            replication.target(WatchedConnector.address("stuck" + i, replicas.get(i), doesNotAnswer));
        }
        Path answers = Files.createDirectory(directory.resolve("answers"));
        replication
                .target(WatchedConnector.address("zz", answers, new WatchedConnector.Onlooker() {}))
                .start();
        await().atMost(PATIENCE).until(() -> stuck.get() >= STUCK);
        Files.writeString(source.resolve("late"), "2");
        replication.changed("late");
        await().atMost(PATIENCE).until(() -> Files.exists(answers.resolve("late")));
        assertThat(replication.jdbc().sql("""
                                SELECT count(*) FROM pg_stat_activity
                                WHERE datname = current_database() AND state = 'idle in transaction'
                                  AND clock_timestamp() - state_change > interval '1 second'
                                """).query(Long.class).single())
                .as("transactions that wait for a target")
                .isZero();
        goesOn.countDown();
        for (Path replica : replicas) {
            replication.awaitEqual(replica);
        }
    }

    @Test
    void theNextRunFindsTheConnectionOfTheLastAndNothingToDoMakesNone() throws IOException {
        Files.writeString(source.resolve("file"), "1");
        AtomicInteger connections = new AtomicInteger();
        WatchedConnector.Onlooker counts = new WatchedConnector.Onlooker() {
            @Override
            public void enteringGate() {
                connections.incrementAndGet();
            }
        };
        Path replica = Files.createDirectory(directory.resolve("replica"));
        replication
                .target(WatchedConnector.address("replica", replica, counts), OneTarget.named("soon"))
                .start();
        replication.awaitEqual(replica);
        awaitNoRun();
        change(replica, "first");
        int connected = connections.get();
        long runs = runs();
        change(replica, "second");
        assertThat(connections).hasValue(connected);
        assertThat(runs()).as("runs, of which none had nothing to do").isEqualTo(runs + 1);
    }

    private void change(Path replica, String path) throws IOException {
        Files.writeString(source.resolve(path), path);
        replication.changed(path);
        replication.awaitEqual(replica);
        awaitNoRun();
    }

    private void awaitNoRun() {
        await().atMost(PATIENCE)
                .until(() -> replication
                                .jdbc()
                                .sql("SELECT count(*) FROM run WHERE state = 'RUNNING'")
                                .query(Long.class)
                                .single()
                        == 0);
    }

    private long runs() {
        return replication
                .jdbc()
                .sql("SELECT count(*) FROM run")
                .query(Long.class)
                .single();
    }
}
