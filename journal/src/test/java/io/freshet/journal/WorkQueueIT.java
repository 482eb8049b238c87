package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.WorkQueue.Found;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WorkQueueIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Target target;

    @BeforeEach
    void setUp() {
        target = new Target(database);
    }

    @Test
    void aPathThatChangesOftenIsOneRowThatKnowsItsOldestAndNewestChange() {
        target.changed("x", "y", "x");
        target.plan();
        target.changed("x");
        target.plan();
        assertThat(target.rows()).containsExactly("x 1 4", "y 2 2");
    }

    /** Rule 20: the row says 200, but what was asked for at 50 was never delivered. */
    @Test
    void anAcknowledgementOfWhatWasReadLeavesWhatCameAfter() {
        target.changed("x");
        target.plan();
        WorkItem read = target.readyItem("x");
        target.changed("x");
        target.plan();
        target.deliver(target.openRun(), read);
        assertThat(target.rows()).containsExactly("x 2 2");
        target.deliver(target.openRun(), target.readyItemWheneverReady("x"));
        assertThat(target.rows()).isEmpty();
    }

    /** Rule 40: who copies very many files into one folder is not in the way of everybody else. */
    @Test
    void aCrowdInOneFolderGoesByBulkAndTheExpressLaneServesFoldersByTurns() {
        for (int batch = 0; batch < 3; batch++) {
            String folder = "crowded/" + batch;
            target.changed(
                    IntStream.range(0, 600).mapToObj(i -> folder + "/f" + i).toArray(String[]::new));
            target.plan();
        }
        target.changed("quiet/a", "in the root", "quiet/b", "crowded/late");
        target.plan();

        assertThat(target.jdbc.sql("""
                                SELECT top_folder(path) || ' ' || lane || ' ' || count(*) FROM work_item
                                GROUP BY top_folder(path), lane ORDER BY 1
                                """).query(String.class).list())
                .containsExactly(" EXPRESS 1", "crowded BULK 801", "crowded EXPRESS 1000", "quiet EXPRESS 2");
        assertThat(target.ready(Lane.EXPRESS).stream()
                        .limit(5)
                        .map(item -> item.path().toString()))
                .containsExactly("crowded/0/f0", "quiet/a", "in the root", "crowded/0/f1", "quiet/b");
    }

    /** What waits in the express lane stays there, however crowded its folder is by now. */
    @Test
    void whatChangesAgainKeepsItsPlace() {
        target.changed("crowded/first");
        target.plan();
        target.changed(IntStream.range(0, 1500).mapToObj(i -> "crowded/f" + i).toArray(String[]::new));
        target.changed("crowded/first");
        target.plan();
        assertThat(target.jdbc
                        .sql("SELECT lane::text FROM work_item WHERE path = 'crowded/first'")
                        .query(String.class)
                        .single())
                .isEqualTo("EXPRESS");
    }

    @Test
    void planningMovesTheCursorWithTheRowsOrNotAtAll() {
        target.changed("x");
        assertThat(target.plan()).isEqualTo(1);
        assertThat(target.plan()).isZero();
        assertThat(new TargetStates(target.dataSource).get(target.id).cursor()).isEqualTo(target.writer.head());
    }

    @Test
    void whoLostTheLeaseCanNeitherPlanNorRecord() {
        target.changed("x");
        target.plan();
        WorkItem item = target.readyItem("x");
        long run = target.openRun();
        Lease next = new Leases(target.dataSource)
                .acquire(target.id, "node", Duration.ofMinutes(1))
                .orElseThrow();
        assertThat(next.epoch()).isGreaterThan(target.lease.epoch());
        for (Runnable late : List.<Runnable>of(target::plan, () -> target.deliver(run, item))) {
            assertThatThrownBy(late::run)
                    .isInstanceOfSatisfying(
                            FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
        }
        assertThat(target.rows()).containsExactly("x 1 1");
        assertThat(target.manifest.find(target.id, List.of(item.path()))).isEmpty();
    }

    @Test
    void aFileThatIsStillWrittenSettlesAndOneThatWasClosedIsReadyAtOnce() {
        target.writer.append(List.of(Target.change("open", ChangeKind.PATH, true)));
        target.writer.append(List.of(
                Target.change("closed", ChangeKind.PATH, true), Target.change("closed", ChangeKind.PATH, false)));
        target.plan();
        assertThat(target.ready(Lane.EXPRESS))
                .extracting(item -> item.path().toString())
                .containsExactly("closed");
    }

    /** Rule 21: what waits for a walk waits for what the walk finds. */
    @Test
    void childrenOfAWalkTakeOverItsNumbers() {
        target.writer.append(List.of(Target.change("d", ChangeKind.TREE, false)));
        target.changed("z");
        target.plan();
        WorkItem walk = target.ready(Lane.BULK).get(0);
        target.queue.advanceWalk(
                target.lease,
                walk,
                new Found(List.of(RelativePath.parse("d/a")), List.of(), List.of(), List.of()),
                RelativePath.parse("d"));
        assertThat(target.rows()).containsExactly("d 1 1", "d/a 1 1", "z 2 2");
        WorkItem later = target.ready(Lane.BULK).get(0);
        assertThat(later.walkPosition()).isEqualTo(RelativePath.parse("d"));
        target.queue.advanceWalk(
                target.lease,
                later,
                new Found(List.of(), List.of(), List.of(), List.of(RelativePath.parse("d/secret"))),
                null);
        assertThat(target.rows()).containsExactly("d/a 1 1", "d/secret 1 1", "z 2 2");
    }

    /** The target may lack the directory itself, which needs no reading; only what is below has to wait. */
    @Test
    void anUnreadableDirectoryThatIsToBeLookedAtDoesNotWaitForItsWalk() {
        WorkItem walk = walkOfD();
        List<RelativePath> secret = List.of(RelativePath.parse("d/secret"));
        target.queue.advanceWalk(target.lease, walk, new Found(secret, List.of(), List.of(), secret), null);
        assertThat(target.ready(Lane.BULK))
                .extracting(WorkItem::path, WorkItem::kind, WorkItem::attempts)
                .containsExactly(tuple(secret.get(0), ChangeKind.TREE, 0));
        WorkItem below = target.ready(Lane.BULK).get(0);
        target.queue.advanceWalk(target.lease, below, new Found(List.of(), List.of(), List.of(), secret), null);
        assertThat(target.rows()).containsExactly("d/secret 1 1");
        assertThat(target.ready(Lane.BULK)).isEmpty();
    }

    @Test
    void aWalkThatSomebodyAskedForAgainMeanwhileStartsOver() {
        WorkItem walk = walkOfD();
        target.writer.append(List.of(Target.change("d", ChangeKind.TREE, false)));
        target.plan();
        target.queue.advanceWalk(target.lease, walk, Found.NOTHING, null);
        assertThat(target.rows()).containsExactly("d 2 2");
    }

    /** What the walk has passed may have changed since, and whoever reads the row now reads the newer number with it. */
    @Test
    void aWalkThatIsAskedForAgainHalfWayForgetsItsPosition() {
        WorkItem walk = walkOfD();
        target.queue.advanceWalk(target.lease, walk, Found.NOTHING, RelativePath.parse("d/m"));
        target.writer.append(List.of(Target.change("d", ChangeKind.TREE, false)));
        target.plan();
        assertThat(walkPosition()).isEqualTo("none");
        target.queue.advanceWalk(target.lease, walk, Found.NOTHING, RelativePath.parse("d/z"));
        assertThat(walkPosition()).isEqualTo("none");
    }

    /** A run may ask again for reasons of its own, at numbers that the row has already. */
    @Test
    void whatIsAskedForAgainAtTheSameNumbersIsLookedAtAgain() {
        WorkItem walk = walkOfD();
        List<RelativePath> child = List.of(RelativePath.parse("d/a"));
        target.queue.alsoLookAt(target.lease, walk, child, ChangeKind.PATH);
        WorkItem read = target.ready(Lane.BULK).get(1);
        target.queue.alsoLookAt(target.lease, walk, child, ChangeKind.TREE);
        target.deliver(target.openRun(), read);
        assertThat(target.rows()).containsExactly("d 1 1", "d/a 1 1");
        WorkItem again = target.ready(Lane.BULK).get(1);
        assertThat(again.kind()).isEqualTo(ChangeKind.TREE);
        target.deliver(target.openRun(), again);
        assertThat(target.rows()).containsExactly("d 1 1");
    }

    @Test
    void whatIsWidenedIsNotDoneByALookBefore() {
        target.changed("d");
        target.plan();
        WorkItem read = target.ready(Lane.EXPRESS).get(0);
        WorkItem widened = target.queue
                .widen(target.lease, List.of(read))
                .values()
                .iterator()
                .next();
        target.deliver(target.openRun(), read);
        assertThat(target.rows()).containsExactly("d 1 1");
        assertThat(target.ready(Lane.EXPRESS))
                .extracting(WorkItem::kind, WorkItem::asked)
                .containsExactly(tuple(ChangeKind.TREE, widened.asked()));
        target.queue.advanceWalk(target.lease, widened, Found.NOTHING, null);
        assertThat(target.rows()).isEmpty();
    }

    /** Rule 34: a rescan asks for what waits already; whoever looks at that then has answered both. */
    @Test
    void whatARescanFindsOfAnItemThatWaitsCostsNoSecondLook() {
        long before = target.changed("x");
        target.plan();
        target.changed("x");
        target.jdbc
                .sql("UPDATE change SET since_seq = :since WHERE seq > :since")
                .param("since", before)
                .update();
        target.plan();
        assertThat(target.rows()).containsExactly("x 1 2");
        target.deliver(target.openRun(), target.readyItemWheneverReady("x"));
        assertThat(target.rows()).isEmpty();
    }

    private String walkPosition() {
        return database.jdbcClient()
                .sql("SELECT coalesce(walk_position, 'none') FROM work_item WHERE path = 'd'")
                .query(String.class)
                .single();
    }

    @Test
    void aFailedItemWaitsAndAnotherDoesNot() {
        target.changed("bad", "good");
        target.plan();
        long run = target.openRun();
        WaveRecord wave = new WaveRecord();
        wave.fail(new Failure(
                target.readyItem("bad"),
                "write",
                ErrorCode.PERMISSION_DENIED,
                "no",
                Instant.now().plusSeconds(3600)));
        target.deliveries.record(target.lease, run, wave);
        assertThat(target.ready(Lane.EXPRESS))
                .extracting(item -> item.path().toString())
                .containsExactly("good");
        assertThat(target.queue.failedOf(target.id, run, 10))
                .extracting(item -> item.path().toString())
                .containsExactly("bad");
        assertThat(target.queue.failedOf(target.id, run + 1, 10)).isEmpty();
    }

    @Test
    void sendNowMakesAFailedItemReadyOnce() {
        target.changed("d/bad");
        target.plan();
        WaveRecord wave = new WaveRecord();
        wave.fail(new Failure(
                target.readyItem("d/bad"),
                "write",
                ErrorCode.PERMISSION_DENIED,
                "no",
                Instant.now().plusSeconds(3600)));
        target.deliveries.record(target.lease, target.openRun(), wave);
        assertThat(target.ready(Lane.EXPRESS)).isEmpty();
        target.jdbc.sql("""
                        INSERT INTO expedite (target_id, path, requested_by, expires_at)
                        VALUES (:target, 'd', 'ben', now() + interval '1 hour')
                        """).param("target", target.id.value()).update();
        target.plan();
        assertThat(target.ready(Lane.EXPRESS)).isNotEmpty();
    }

    /** Asked twice a second while a target is closed, and then a million items may wait that nobody asked for. */
    @Test
    void whatIsSentNowIsFoundAmongManyThatWait() {
        target.changed("a", "a/b", "a/b/c", "a/b/c/d", "a/bc", "other");
        target.plan();
        target.jdbc.sql("""
                        INSERT INTO work_item (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at)
                        SELECT :target, 'd' || n % 100 || '/f' || n, 'PATH', n, n, now(), 'BULK', now()
                        FROM generate_series(1, 300000) n
                        """).param("target", target.id.value()).update();
        target.jdbc.sql("ANALYZE work_item").update();
        assertThat(target.queue.hasExpedited(target.id)).isFalse();
        target.jdbc.sql("""
                        INSERT INTO expedite (target_id, path, requested_by, expires_at)
                        VALUES (:target, 'a/b', 'ben', now() + interval '1 hour'), (:target, 'a', 'ben', now())
                        """).param("target", target.id.value()).update();
        assertThat(target.queue.expedited(target.id, 10))
                .extracting(item -> item.path().toString())
                .containsExactly("a", "a/b", "a/b/c", "a/b/c/d");
        target.jdbc.sql("DELETE FROM work_item WHERE path LIKE 'a%'").update();
        long begun = System.nanoTime();
        assertThat(target.queue.hasExpedited(target.id)).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(60)); // some 2 ms here
    }

    /** Rule 28: a file that is changed all the time is told of all the time, and is not read all the time. */
    @Test
    void anotherChangeBringsAFailedItemForwardButNotOneThatWasFoundChanging() {
        target.changed("bad", "busy");
        target.plan();
        Instant inAnHour = Instant.now().plusSeconds(3600);
        WaveRecord wave = new WaveRecord();
        wave.fail(new Failure(target.readyItem("bad"), "write", ErrorCode.TARGET_CONFLICT, "no", inAnHour));
        wave.fail(new Failure(target.readyItem("busy"), "read", ErrorCode.SOURCE_CHANGED, "no", inAnHour));
        target.deliveries.record(target.lease, target.openRun(), wave);

        target.changed("bad", "busy");
        target.plan();

        assertThat(target.jdbc
                        .sql("SELECT path FROM work_item WHERE ready_at < now() + interval '1 minute'")
                        .query(String.class)
                        .list())
                .containsExactly("bad");
    }

    /** Whoever dispatches would find it at its next look only. */
    @Test
    void theOtherLaneIsToldOfWhatIsHandedOverToIt() {
        target.changed("large");
        target.plan();
        AtomicInteger told = new AtomicInteger();
        try (Notifications notifications = new Notifications(target.dataSource)) {
            notifications.subscribe(NotificationKind.WORK, told::incrementAndGet);
            notifications.start();
            await("the call at the start").until(() -> told.get() == 1);
            target.queue.changeLane(target.lease, List.of(RelativePath.parse("large")), Lane.BULK);
            await().until(() -> told.get() == 2);
        }
        assertThat(target.queue.readyLanes(target.id)).containsExactly(Lane.BULK);
    }

    private WorkItem walkOfD() {
        target.writer.append(List.of(Target.change("d", ChangeKind.TREE, false)));
        target.plan();
        return target.ready(Lane.BULK).get(0);
    }
}
