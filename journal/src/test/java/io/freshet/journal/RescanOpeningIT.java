package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.path.RelativePath;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How rescans are opened, and what waits for them: rules 21, 22 and 23. */
class RescanOpeningIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Target target;
    private Catalogue catalogue;

    @BeforeEach
    void setUp() {
        target = new Target(database);
        catalogue = target.writer.catalogue();
        database.jdbcClient().sql("UPDATE source SET observed_at = now()").update();
    }

    private long open(RescanReason reason, String path) {
        return target.writer.append(List.of(), List.of(order(reason, path)));
    }

    private static RescanOrder order(RescanReason reason, String path) {
        return new RescanOrder(RelativePath.parse(path), reason, Duration.ZERO);
    }

    private Completeness.State state(long seq, String path) {
        return new Completeness(database.jdbcClient())
                .check(seq, path, List.of("student2"))
                .get(0)
                .state();
    }

    private void find(Rescan rescan, String... paths) {
        CatalogueChanges changes = new CatalogueChanges();
        for (String path : paths) {
            changes.journal(Target.change(path, ChangeKind.PATH, false));
        }
        catalogue.record(rescan, changes);
    }

    @Test
    void aRescanHasANumberOfItsOwnBehindTheChangesOfItsTransaction() {
        long before = target.writer.head();
        long head = target.writer.append(
                List.of(Target.change("a", ChangeKind.PATH, false)), List.of(order(RescanReason.OVERFLOW, "")));

        assertThat(head).isEqualTo(before + 2);
        assertThat(target.changed("b")).isEqualTo(before + 3);
        Rescan rescan = catalogue.next().orElseThrow();
        assertThat(rescan.sinceSeq()).isEqualTo(head);
        assertThat(rescan.reason()).isEqualTo(RescanReason.OVERFLOW);
    }

    /** Rule 23: nothing is complete while a rescan at or before it may still find something older. */
    @Test
    void nothingIsCompleteWhileARescanAtOrBeforeItIsOpen() {
        long before = target.writer.head();
        long since = open(RescanReason.START, "");
        target.plan();
        assertThat(state(since, "")).isEqualTo(Completeness.State.WAITING);
        assertThat(state(since + 10, "any/where")).isNotEqualTo(Completeness.State.COMPLETE);
        assertThat(state(since - 1, ""))
                .as("what was asked before it was opened")
                .isEqualTo(Completeness.State.COMPLETE);
        assertThat(before).isLessThan(since);

        Rescan rescan = catalogue.next().orElseThrow();
        find(rescan, "a");
        catalogue.finish(rescan);
        assertThat(state(since, "")).as("found, not planned yet").isEqualTo(Completeness.State.WAITING);
        assertThat(state(since, "b")).isEqualTo(Completeness.State.COMPLETE);
        target.plan();
        assertThat(state(since, "")).as("found, on its way").isEqualTo(Completeness.State.WAITING);
        assertThat(state(since, "b")).isEqualTo(Completeness.State.COMPLETE);
        target.deliver(target.openRun(), target.readyItem("a"));
        assertThat(state(since, "")).isEqualTo(Completeness.State.COMPLETE);
    }

    @Test
    void aRescanOfAFolderHoldsUpThatFolderOnly() {
        long since = open(RescanReason.REQUEST, "a/b");
        target.plan();
        for (String touched : List.of("", "a", "a/b", "a/b/c")) {
            assertThat(state(since, touched)).as(touched).isEqualTo(Completeness.State.WAITING);
        }
        for (String other : List.of("a/bc", "b", "a/c")) {
            assertThat(state(since, other)).as(other).isEqualTo(Completeness.State.COMPLETE);
        }
    }

    /** Events are complete without it: it looks for what no event ever tells. */
    @Test
    void nobodyWaitsForAScheduledRescanAndWhatItFindsIsNew() {
        long since = open(RescanReason.SCHEDULE, "");
        target.plan();
        assertThat(state(since, "")).isEqualTo(Completeness.State.COMPLETE);
        find(catalogue.next().orElseThrow(), "a");
        target.plan();
        assertThat(state(since, "")).isEqualTo(Completeness.State.COMPLETE);
        assertThat(state(since + 1, "")).isEqualTo(Completeness.State.WAITING);
    }

    /** Rule 21: what was found is as old as the rescan, and an older change of the path is not forgotten. */
    @Test
    void whatARescanFoundIsAsOldAsItsOpening() {
        target.changed("old");
        long since = open(RescanReason.START, "");
        Rescan rescan = catalogue.next().orElseThrow();
        target.changed("live");
        find(rescan, "found", "live", "old");
        target.plan();

        long first = since - (1L << 40);
        assertThat(target.rows())
                .containsExactly(
                        "found %d %d".formatted(first, first + 2),
                        "live %d %d".formatted(first, first + 3),
                        "old %d %d".formatted(first - 1, first + 4));
    }

    @Test
    void aRescanThatHasNotBegunServesLaterOnesAndOneThatHasDoesNot() {
        open(RescanReason.START, "");
        open(RescanReason.OVERFLOW, "");
        open(RescanReason.SCAN, "a");
        assertThat(rescans()).containsExactly("START ");
        catalogue.next();
        open(RescanReason.OVERFLOW, "");
        assertThat(rescans()).containsExactly("START ", "OVERFLOW ");
    }

    @Test
    void ofRescansOpenedTogetherTheFirstServesTheOthers() {
        target.writer.append(
                List.of(),
                List.of(order(RescanReason.START, ""), order(RescanReason.SCAN, ""), order(RescanReason.SCAN, "a")));
        assertThat(rescans()).containsExactly("START ");
    }

    /**
     * Rule 38: who opens a rescan while another one begins waits for it with the row of the source in nobody's hands, as
     * the one that begins takes that row next.
     */
    @Test
    void openingAndBeginningNeverWaitForEachOtherInACircle() throws Exception {
        open(RescanReason.START, "");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT FROM rescan FOR UPDATE");
            Future<Optional<Rescan>> begun = threads.submit(catalogue::next);
            awaitWaiting(1);
            Future<Long> opened = threads.submit(() -> open(RescanReason.OVERFLOW, ""));
            awaitWaiting(2);

            statement.execute("SELECT FROM source FOR NO KEY UPDATE NOWAIT");
            other.rollback();
            assertThat(begun.get(30, TimeUnit.SECONDS)).isPresent();
            opened.get(30, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
        assertThat(rescans()).as("the first had begun").containsExactly("START ", "OVERFLOW ");
    }

    private void awaitWaiting(int connections) {
        Awaitility.await()
                .until(() -> connections
                        == database.jdbcClient().sql("""
                                SELECT count(*) FROM pg_stat_activity
                                WHERE datname = current_database() AND wait_event_type = 'Lock'
                                """).query(Integer.class).single());
    }

    @Test
    void aScheduledRescanThatWaitsServesNobodyWhoMustWait() {
        open(RescanReason.SCHEDULE, "");
        open(RescanReason.SCHEDULE, "");
        open(RescanReason.OVERFLOW, "");
        assertThat(rescans()).containsExactly("SCHEDULE ", "OVERFLOW ");
    }

    @Test
    void overviewAndWhereSayThatTheSourceIsBeingCompared() {
        target.plan();
        Wording wording = new Wording(java.time.ZoneOffset.UTC);
        TargetOverview overview = new TargetOverview(database.jdbcClient(), (name, now) -> null, wording);
        PathAnswers answers = new PathAnswers(database.jdbcClient(), (name, now) -> null, wording, SourceLook.BLIND);
        open(RescanReason.START, "");
        TargetStatus status = overview.read().sources().get(0).targets().get(0);
        assertThat(status.condition()).isEqualTo(TargetCondition.WAITING);
        assertThat(status.oldestPendingAt()).isNotNull();
        assertThat(answers.where("a/b", null, null).get(0).targets().get(0).state())
                .isEqualTo(PathAnswer.State.WAITING);
        catalogue.finish(catalogue.next().orElseThrow());
        TargetStatus after = overview.read().sources().get(0).targets().get(0);
        assertThat(after.condition()).isNotEqualTo(TargetCondition.WAITING);
        assertThat(answers.where("a/b", null, null).get(0).targets().get(0).state())
                .isEqualTo(PathAnswer.State.ABSENT);
    }

    private List<String> rescans() {
        return database.jdbcClient()
                .sql("SELECT reason || ' ' || path AS said FROM rescan ORDER BY rescan_id")
                .query((row, number) -> row.getString("said"))
                .list();
    }
}
