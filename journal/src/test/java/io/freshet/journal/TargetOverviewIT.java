package io.freshet.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TargetOverviewIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private JournalRows rows;
    private Instant opensAt;
    private boolean fires;
    private TargetOverview overview;

    @BeforeEach
    void oneTarget() {
        rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1");
        overview = new TargetOverview(
                database.jdbcClient(),
                (target, now) -> opensAt == null ? null : new OpeningHours.Next(opensAt, fires),
                new Wording(ZoneId.of("Europe/Berlin")));
    }

    @Test
    void isUpToDateOnlyAsOfARecentObservation() {
        assertThat(web1().condition()).isEqualTo(TargetCondition.UP_TO_DATE);
        assertThat(web1().reason()).startsWith("As of ").containsPattern("CES?T$");
        assertThat(web1().lagSeconds()).isZero();

        rows.sql("UPDATE source SET observed_at = now() - interval '121 seconds'");
        assertThat(web1().condition()).isEqualTo(TargetCondition.UNKNOWN);
        assertThat(web1().lagSeconds()).isNull();

        rows.sql("UPDATE source SET observed_at = NULL");
        assertThat(web1().condition()).isEqualTo(TargetCondition.UNKNOWN);
        assertThat(web1().reason()).isEqualTo("The source has not been observed yet");
    }

    @Test
    void showsWhatAWatcherTellsOfItself() {
        SourceId source = new SourceId(database.jdbcClient()
                .sql("SELECT source_id FROM source")
                .query(Integer.class)
                .single());
        WatcherRecords records = new WatcherRecords(database.dataSource());
        records.report(report(
                source, List.of(new SourceStatus.Unwatched("a", "EACCES"), new SourceStatus.Unwatched("b", "ENOSPC"))));
        records.report(report(
                source, List.of(new SourceStatus.Unwatched("b", "ENOSPC"), new SourceStatus.Unwatched("", "all"))));

        SourceStatus.Watcher told =
                requireNonNull(overview.read().sources().get(0).watcher());

        assertThat(told.unwatched())
                .containsExactly(new SourceStatus.Unwatched("", "all"), new SourceStatus.Unwatched("b", "ENOSPC"));
        assertThat(told.facts())
                .extracting(fact -> (fact.name() + ": " + fact.words()).replace('\u00a0', ' '))
                .containsExactly(
                        "Tier: inotify: because",
                        "Limits: 7 of 8",
                        "Events read: 12 345",
                        "Overflows: 2",
                        "Waiting in memory: 3 paths, 700 B",
                        "Rescan: under way",
                        "Trouble: none",
                        "Scanned, not watched: 2 subtrees",
                        "Node: node2");
        records.report(report(source, List.of()));
        assertThat(requireNonNull(overview.read().sources().get(0).watcher()).unwatched())
                .isEmpty();
    }

    private static WatcherRecords.Report report(SourceId source, List<SourceStatus.Unwatched> unwatched) {
        return new WatcherRecords.Report(
                source, "node2", "INOTIFY", "because", "7 of 8", "WATCHING", null, 12_345, 2, true, 3, 700, unwatched);
    }

    @Test
    void aChangeThatIsNotPlannedYetCountsAsLag() {
        rows.change("content", "a", "PATH", null);
        rows.sql("UPDATE change SET observed_at = now() - interval '90 seconds'");
        assertThat(web1().condition()).isEqualTo(TargetCondition.WAITING);
        assertThat(web1().unplanned()).isEqualTo(1);
        assertThat(web1().lagSeconds()).isBetween(90L, 95L);
    }

    @Test
    void lagIsTheAgeOfTheOldestChangeEvenIfThatOneFailed() {
        rows.item("web1", "fresh", "PATH", 20, Duration.ofSeconds(2));
        rows.item("web1", "old", "PATH", 10, Duration.ofMinutes(10));
        rows.failed("web1", "old", 7, "CONNECTION_LOST", "connection reset");
        TargetStatus status = web1();
        assertThat(status.lagSeconds()).isBetween(600L, 605L);
        assertThat(status.pending()).isEqualTo(2);
        assertThat(status.failed()).isEqualTo(1);
        assertThat(status.condition()).isEqualTo(TargetCondition.WAITING);
        assertThat(status.needsPerson()).isFalse();
        assertThat(status.reason()).contains("tried again by itself").contains("connection lost");
    }

    @Test
    void aFailureThatTryingAgainDoesNotMendNeedsAPerson() {
        rows.item("web1", "old", "PATH", 10, Duration.ofMinutes(10));
        rows.failed("web1", "old", 1, "PERMISSION_DENIED", "permission denied");
        assertThat(web1().condition()).isEqualTo(TargetCondition.FAILING);
        assertThat(web1().needsPerson()).isTrue();
    }

    @Test
    void theWorstConditionIsTheHeadline() {
        rows.item("web1", "a", "PATH", 10, Duration.ofSeconds(1));
        opensAt = Instant.now().plus(Duration.ofHours(3));
        assertThat(web1().reason()).startsWith("Window opens ");
        fires = true;
        assertThat(web1().reason()).startsWith("Next firing ").endsWith("; 1\u00a0item waits");
        rows.sql(
                "INSERT INTO firing (target_id, due_at, state, missed, up_to) SELECT target_id, now(), 'OPEN', false, 1"
                        + " FROM target");
        assertThat(web1().reason()).as("it is under way").endsWith("about to start");
        rows.run("web1", 1, "RUNNING", 0, 0, Duration.ofSeconds(1));
        assertThat(web1().condition()).isEqualTo(TargetCondition.DELIVERING);
        rows.sql(
                "INSERT INTO target_pause (target_id, paused_by, reason) SELECT target_id, 'anna', 'kernel update' FROM target");
        assertThat(web1().condition()).isEqualTo(TargetCondition.PAUSED);
        assertThat(web1().reason()).contains("anna").contains("kernel update").contains("1\u00a0item waits");
        rows.sql(
                "UPDATE target_state SET failing_code = 'TARGET_UNREACHABLE', failing_message = 'web1 refused.', failing_since = now()");
        assertThat(web1().condition()).isEqualTo(TargetCondition.FAILING);
        rows.hold("web1", "DELETIONS_OVER_LIMIT", "59 204 deletions, above the limit of 5 000", "a");
        assertThat(web1().condition()).isEqualTo(TargetCondition.HELD);
        assertThat(web1().held()).isEqualTo(1);
        rows.sql("UPDATE source SET observed_at = now() - interval '3 minutes'");
        assertThat(web1().condition()).isEqualTo(TargetCondition.UNKNOWN);
    }

    @Test
    void whatIsExtraAwaitsADecisionAndDelaysNothing() {
        rows.hold("web1", "EXTRAS", "1 path was never put there", "a");
        assertThat(web1().condition()).isEqualTo(TargetCondition.UP_TO_DATE);
        assertThat(web1().held()).isZero();
        assertThat(web1().holds()).hasSize(1);
        rows.hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "b");
        assertThat(web1().condition()).isEqualTo(TargetCondition.HELD);
        assertThat(web1().held()).isEqualTo(1);
    }

    @Test
    void aRunWhoseOwnerIsGoneDoesNotDeliver() {
        rows.run("web1", 1, "RUNNING", 0, 0, Duration.ofSeconds(60));
        rows.sql(
                "INSERT INTO lease (target_id, node, epoch, nonce, expires_at) SELECT target_id, 'n', 1, 'x', now() - interval '1 second' FROM target");
        assertThat(web1().condition()).isEqualTo(TargetCondition.WAITING);
        assertThat(web1().reason()).contains("no sign of life");
    }

    @Test
    void whatAPersonKeptIsNotCalledArrived() {
        rows.item("web1", "a", "PATH", 10, Duration.ofSeconds(1));
        rows.hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "a");
        rows.sql("UPDATE hold SET state = 'REJECTED'");
        assertThat(web1().condition()).isEqualTo(TargetCondition.WAITING);
        assertThat(web1().reason()).contains("kept on the target, as decided");
    }

    @Test
    void aRunThatBeganLongAgoIsFoundBehindManyShortOnes() {
        rows.run("web1", 1, "RUNNING", 5, 0, Duration.ofMinutes(10));
        for (int i = 2; i < 40; i++) {
            rows.run("web1", i, "COMPLETED", 1, 0, Duration.ofSeconds(40 - i));
        }
        assertThat(web1().running().run()).isEqualTo(1);
        assertThat(web1().runs()).hasSize(21).first().extracting(RunRecord::run).isEqualTo(39L);
    }

    @Test
    void longQueuesAreEstimatedEachByItself() {
        rows.target("content", "web2").target("content", "web3");
        rows.sql("""
                INSERT INTO work_item (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at)
                SELECT target_id, 'd/f' || n, 'PATH', n, n, now(), 'BULK', now()
                FROM target, generate_series(1, 60000) n
                WHERE name = 'web1' OR (name = 'web3' AND n <= 20000) OR (name = 'web2' AND n <= 5)
                """);
        rows.sql("ANALYZE work_item");
        List<TargetStatus> targets = overview.read().targets();
        assertThat(targets).extracting(TargetStatus::pendingIsExact).containsExactly(false, true, false);
        assertThat(targets.get(0).pending()).isBetween(50_000L, 70_000L);
        assertThat(targets.get(1).pending()).isEqualTo(5);
        assertThat(targets.get(2).pending()).isBetween(15_000L, 25_000L);
    }

    @Test
    void expectsWhatWaitsAsARangeFromItsLanesRates() {
        assertThat(web1().eta()).isNull();
        assertThat(web1().lanes()).isEmpty();
        for (int i = 0; i < 400; i++) {
            rows.item("web1", "d/f" + i, "PATH", i, Duration.ofSeconds(1));
        }
        assertThat(requireNonNull(web1().eta()).reason()).isEqualTo("no rate of the last minutes is known");
        rows.run("web1", 1, "RUNNING", 100, 2, Duration.ofSeconds(20));
        rows.sql("UPDATE run SET busy_millis = 10200, bytes = 1020000");
        TargetStatus status = web1();
        LaneOutlook lane = status.lanes().get(0);
        assertThat(lane.planned().items()).isEqualTo(502);
        assertThat(lane.words().replace('\u00a0', ' '))
                .isEqualTo(
                        "400 items waiting; run 1 has done 100 items, 1.02 MB, 2 failed; 10 items/s, 100 kB/s over the"
                                + " last minutes");
        Eta eta = requireNonNull(status.eta());
        assertThat(Duration.between(eta.earliest(), eta.latest())).isEqualTo(Duration.ofSeconds(30));
        assertThat(status.reason().replace('\u00a0', ' ')).isEqualTo("Delivering 400 items, 30 s to 1 min left");

        rows.failed("web1", "d/f0", 1, "CONNECTION_LOST", "connection reset");
        assertThat(requireNonNull(web1().eta()).latest()).isNull();
        assertThat(web1().reason()).doesNotContain("left");
        opensAt = Instant.now().plus(Duration.ofHours(3));
        assertThat(requireNonNull(web1().eta()).words())
                .startsWith("not before ")
                .endsWith(" (window opens)");
        rows.sql("INSERT INTO target_pause (target_id, paused_by) SELECT target_id, 'anna' FROM target");
        assertThat(requireNonNull(web1().eta()).words()).isEqualTo("no time can be told: paused by anna");
    }

    @Test
    @Tag("nightly")
    void isCheapWithAMillionItems() {
        rows.sql("""
                INSERT INTO work_item (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at)
                SELECT target_id, 'd' || n % 1000 || '/f' || n, 'PATH', n, n, now() - interval '1 hour', 'BULK', now()
                FROM target, generate_series(1, 1000000) n
                """);
        rows.sql("ANALYZE work_item");
        web1();
        long begun = System.nanoTime();
        TargetStatus status = web1();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(status.pendingIsExact()).isFalse();
        assertThat(status.pending()).isBetween(800_000L, 1_200_000L);
        assertThat(status.lagSeconds()).isGreaterThanOrEqualTo(3600);
        assertThat(took).isLessThan(Duration.ofMillis(500)); // some 15 ms here; a count of them all takes longer
        Completeness completeness = new Completeness(database.jdbcClient());
        begun = System.nanoTime();
        assertThat(completeness.check(0, "", List.of("web1")).get(0).state()).isEqualTo(Completeness.State.COMPLETE);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(300));
    }

    private TargetStatus web1() {
        return overview.read().targets().get(0);
    }
}
