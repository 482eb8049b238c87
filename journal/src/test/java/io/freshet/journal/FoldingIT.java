package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.freshet.database.TestDatabase;
import io.freshet.failure.ErrorCode;
import io.freshet.journal.Holds.HeldPath;
import io.freshet.journal.WorkQueue.Found;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rule 39: the queue of a target that nobody serves costs bounded space, and says the same as before. */
class FoldingIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Target target;
    private Folding folding;
    private Holds holds;

    @BeforeEach
    void setUp() {
        target = new Target(database);
        folding = new Folding(target.dataSource);
        holds = new Holds(target.dataSource);
    }

    @Test
    void oneWalkIsAsOldAndAsNewAsAllThatItStandsFor() {
        target.changed("a", "d/b", "d/c");
        target.writer.append(List.of(Target.change("moved", ChangeKind.TREE, false)));
        target.changed("e");
        target.plan();
        Instant oldest = dirtySince();
        assertThat(folding.foldable(target.id, 3)).isEqualTo(3);
        assertThat(folding.foldable(target.id, 10)).isEqualTo(5);

        assertThat(folding.fold(target.lease)).isEqualTo(5);

        assertThat(target.rows()).containsExactly(" 1 5");
        assertThat(dirtySince()).isEqualTo(oldest);
        assertThat(target.ready(Lane.BULK))
                .extracting(WorkItem::path, WorkItem::kind, WorkItem::walkPosition)
                .containsExactly(tuple(RelativePath.ROOT, ChangeKind.TREE, null));
        Completeness completeness = new Completeness(target.jdbc);
        long first = (1L << 40) + 1;
        assertThat(completeness.isComplete(first - 1, "d", List.of("student2"))).isTrue();
        assertThat(completeness.isComplete(first, "d", List.of("student2"))).isFalse();
        target.changed("later");
        target.plan();
        assertThat(folding.fold(target.lease)).isEqualTo(1);
        assertThat(target.rows()).containsExactly(" 1 6");
    }

    @Test
    void aWalkThatIsUnderWayStartsOverAndWhatIsInFlightBringsNothingBack() {
        target.changed("a");
        target.plan();
        folding.fold(target.lease);
        WorkItem walk = target.ready(Lane.BULK).get(0);
        target.changed("b");
        target.plan();
        WorkItem inFlight = target.readyItem("b");

        folding.fold(target.lease);

        target.queue.advanceWalk(target.lease, walk, Found.NOTHING, null);
        WaveRecord wave = new WaveRecord();
        wave.fail(new Failure(inFlight, "write", ErrorCode.TARGET_CONFLICT, "no", Instant.now()));
        target.deliveries.record(target.lease, target.openRun(), wave);
        assertThat(target.rows()).containsExactly(" 2 2");
    }

    @Test
    void whatFailedAndWhatPeopleHaveASayInStays() {
        target.changed("failed", "held", "rejected", "approved", "now/x", "held before", "plain");
        target.plan();
        WaveRecord wave = new WaveRecord();
        wave.fail(new Failure(
                target.readyItem("failed"),
                "write",
                ErrorCode.PERMISSION_DENIED,
                "no",
                Instant.now().plusSeconds(3600)));
        target.deliveries.record(target.lease, target.openRun(), wave);
        hold("rejected", 3);
        decide(false);
        hold("approved", 4);
        decide(true);
        hold("held", 2);
        hold("held before", 5);
        target.jdbc.sql("""
                        INSERT INTO expedite (target_id, path, requested_by, expires_at)
                        VALUES (:target, 'now', 'ben', now() + interval '1 hour')
                        """).param("target", target.id.value()).update();

        assertThat(folding.fold(target.lease)).isEqualTo(2);

        assertThat(target.rows())
                .containsExactly(" 6 7", "approved 4 4", "failed 1 1", "held 2 2", "now/x 5 5", "rejected 3 3");
        assertThat(target.jdbc
                        .sql(
                                "SELECT attempts || ' ' || failed_run || ' ' || error_code FROM work_item WHERE path = 'failed'")
                        .query(String.class)
                        .single())
                .isEqualTo("1 1 PERMISSION_DENIED");
    }

    /** The walk finds everything that differs, and so what waits for a person, too: that is no newer change. */
    @Test
    void theWalkTellsNothingNewOfWhatWasDecided() {
        target.changed("d/rejected", "plain");
        target.plan();
        hold("d/rejected", 1);
        decide(false);
        folding.fold(target.lease);
        found("d/rejected");
        assertThat(target.rows()).containsExactly(" 2 2", "d/rejected 1 1");
        assertThat(target.ready(Lane.EXPRESS)).isEmpty();

        // What the journal tells of everything below the directory is newer.
        target.writer.append(List.of(Target.change("d", ChangeKind.TREE, false)));
        target.plan();
        assertThat(folding.fold(target.lease)).isEqualTo(2);
        assertThat(target.rows()).containsExactly(" 1 3");
        found("d/rejected");
        assertThat(target.ready(Lane.BULK)).extracting(WorkItem::path).contains(RelativePath.parse("d/rejected"));
    }

    /** What somebody asks for because of the journal is asked for by no folding. */
    @Test
    void aWalkThatTheJournalAsksForIsAnOrdinaryOne() {
        target.changed("rejected", "plain");
        target.plan();
        hold("rejected", 1);
        decide(false);
        folding.fold(target.lease);
        target.writer.append(List.of(Target.change("", ChangeKind.TREE, false)));
        target.plan();
        found("rejected");
        assertThat(target.rows()).containsExactly(" 2 3", "rejected 1 3");
    }

    private Instant dirtySince() {
        return target.jdbc
                .sql("SELECT min(first_dirty_at) AS since FROM work_item")
                .query((row, number) -> Rows.instant(row, "since"))
                .single();
    }

    private void found(String path) {
        WorkItem walk = target.ready(Lane.BULK).get(0);
        target.queue.advanceWalk(
                target.lease,
                walk,
                new Found(List.of(RelativePath.parse(path)), List.of(), List.of(), List.of()),
                RelativePath.ROOT);
    }

    private void hold(String path, long change) {
        holds.hold(
                target.lease,
                HoldReason.DELETIONS_OVER_LIMIT,
                "many",
                null,
                null,
                List.of(new HeldPath(RelativePath.parse(path), (1L << 40) + change, 1)));
    }

    private void decide(boolean approve) {
        HoldBook book = new HoldBook(target.jdbc);
        book.open().forEach(hold -> book.decide(hold.hold(), approve, null, "anna", "meant", Duration.ofHours(1)));
    }
}
