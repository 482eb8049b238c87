package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.freshet.database.TestDatabase;
import io.freshet.failure.ErrorCode;
import io.freshet.journal.WorkQueue.Found;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MoveHintsIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Target target;

    @BeforeEach
    void setUp() {
        target = new Target(database);
    }

    /** Rule 41: what is not looked through yet may hold what seems to be deleted; what will not be, or comes later, may not. */
    @Test
    void aDeletionKnowsWhatIsNotLookedThroughYet() {
        assertThat(unexpanded()).isEmpty();
        long[] numbers = new long[4];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = target.writer.append(List.of(Target.change("d" + i, ChangeKind.DIR, false)));
        }
        target.changed("f");
        target.plan();
        assertThat(unexpanded()).contains(numbers[0]);
        assertThat(unexpanded("d0")).as("it is gone itself").contains(numbers[1]);
        WaveRecord wave = new WaveRecord();
        List<WorkItem> walks = target.ready(Lane.BULK);
        Instant since = Instant.now().truncatedTo(ChronoUnit.MICROS);
        wave.postpone(new Postponement(walks.get(0), since, Duration.ZERO, "it waits itself"));
        wave.fail(new Failure(walks.get(1), "read", ErrorCode.SOURCE_UNREADABLE, "no", since.plusSeconds(60)));
        target.deliveries.record(target.lease, target.openRun(), wave);
        assertThat(unexpanded()).contains(numbers[2]);
        target.queue.advanceWalk(target.lease, walks.get(2), Found.NOTHING, null);
        target.queue.advanceWalk(target.lease, walks.get(3), Found.NOTHING, null);
        assertThat(unexpanded()).isEmpty();
        assertThat(target.ready(Lane.BULK))
                .filteredOn(item -> item.attempts() == 0)
                .extracting(WorkItem::postponedAt)
                .containsExactly(since);
    }

    /** Rule 41: nor may what a rescan under way still finds, or has found and the target does not know yet. */
    @Test
    void norIsWhatARescanHasNotToldYet() {
        long before = target.changed("x");
        target.plan();
        target.jdbc
                .sql("""
                        INSERT INTO rescan (source_id, path, reason, since_seq) VALUES (:source, '', 'OVERFLOW', :since)
                        """)
                .param("source", target.source.value())
                .param("since", before)
                .update();
        assertThat(unexpanded()).contains(before);
        target.changed("found");
        target.jdbc
                .sql("UPDATE change SET since_seq = :since WHERE path = 'found'")
                .param("since", before)
                .update();
        target.jdbc.sql("UPDATE rescan SET finished_at = now()").update();
        assertThat(unexpanded()).contains(before);
        target.plan();
        assertThat(unexpanded()).isEmpty();
    }

    private Optional<Long> unexpanded(String... gone) {
        return target.hints.oldestUnexpanded(
                target.id, Stream.of(gone).map(RelativePath::parse).toList());
    }

    @Test
    void aWalkTellsWithWhatItFindsWhereThatWas() {
        target.writer.append(List.of(Target.change("d", ChangeKind.DIR, false)));
        target.plan();
        RelativePath old = RelativePath.parse("old");
        RelativePath found = RelativePath.parse("d/found");
        target.queue.advanceWalk(
                target.lease,
                target.ready(Lane.BULK).get(0),
                new Found(List.of(), List.of(found), List.of(new Move(old, found, true)), List.of()),
                null);
        assertThat(target.ready(Lane.BULK))
                .extracting(WorkItem::path, WorkItem::kind, WorkItem::movedFrom)
                .containsExactly(tuple(found, ChangeKind.TREE, old));
        Move move = new Move(old, found, true);
        assertThat(awaitingMove("old", "other")).containsExactly(move);
        assertThat(awaitingMove("old/below")).containsExactly(move);
        assertThat(awaitingMove("")).as("not a directory, as far as is known").isEmpty();
        assertThat(target.hints.awaitingMove(target.id, List.of(RelativePath.ROOT), List.of(RelativePath.ROOT)))
                .containsExactly(move);
        assertThat(awaitingMove("older", "ol")).isEmpty();
    }

    private List<Move> awaitingMove(String... files) {
        return target.hints.awaitingMove(
                target.id, Stream.of(files).map(RelativePath::parse).toList(), List.of());
    }
}
