package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.journal.Keeping;
import io.freshet.journal.RetentionBook;
import io.freshet.journal.RetentionState;
import io.freshet.policy.Retention;
import io.freshet.target.TargetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** When things are cleared away, and what becomes of a pass that could not do all of it. */
class RetentionKeeperIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private final SettableClock clock = new SettableClock(Instant.now());

    @Test
    void everyProcessClearsAwayAtItsStartAndThenEveryNight() {
        RetentionKeeper keeper = keeper("node1");
        keeper.keep();
        RetentionState first = state();
        assertThat(first.succeededAt()).isNotNull();
        assertThat(first.done()).isEqualTo("nothing");
        keeper.keep();
        assertThat(state()).as("once is enough").isEqualTo(first);

        keeper("node2").keep();
        assertThat(state().node()).as("another process has started").isEqualTo("node2");

        RetentionState second = state();
        clock.advance(Duration.ofHours(24));
        keeper.keep();
        assertThat(state().succeededAt()).isAfter(second.succeededAt());
    }

    @Test
    void whatFailsIsToldAndTriedAgainAndKeepsNothingElse() {
        sql("ALTER TABLE run_request RENAME TO away");
        sql(
                "INSERT INTO audit (at, actor, origin, action, object) VALUES (now() - interval '4 years', 'anna', '::1', 'stop', 'x')");
        RetentionKeeper keeper = keeper("node1");

        keeper.keep();
        assertThat(state().failure()).startsWith("runs: ").contains("run_request");
        assertThat(state().done()).isEqualTo("lines of the record of actions: 1");
        assertThat(state().succeededAt()).isNull();

        sql("ALTER TABLE away RENAME TO run_request");
        keeper.keep();
        assertThat(state().failure()).isNull();
        assertThat(state().succeededAt()).isNotNull();
    }

    /** The process as a whole does it, and what its runs need is not touched. */
    @Test
    void runsGoOnWhileThingsAreClearedAway(@TempDir Path directory) throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        Path copy = Files.createDirectory(directory.resolve("copy"));
        Files.writeString(source.resolve("f"), "content");
        try (Replication replication = new Replication(database, source)
                .target(new TargetAddress("copy", copy.toUri(), Map.of()))
                .start()) {
            replication.awaitEqual(copy);
            await().until(() -> state().succeededAt() != null);
            assertThat(state().node()).isEqualTo("test-node");
        }
    }

    private RetentionKeeper keeper(String node) {
        return new RetentionKeeper(
                new RetentionBook(database.dataSource()),
                new Keeping(database.dataSource()),
                Retention.DEFAULT,
                node,
                clock);
    }

    private RetentionState state() {
        return new RetentionBook(database.dataSource()).state();
    }

    private void sql(String sql) {
        database.jdbcClient().sql(sql).update();
    }
}
