package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.Requests;
import io.freshet.policy.Cron;
import io.freshet.policy.Drift;
import io.freshet.policy.Misfire;
import io.freshet.policy.Policy;
import io.freshet.policy.Verify;
import io.freshet.target.TargetAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs that begin when a schedule fires. A second target that is always open tells when everything that was to be moved could
 * have been, so that nobody has to wait for nothing to happen.
 */
class CronIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Instant TWO_IN_THE_MORNING = Instant.parse("2026-03-02T02:00:00Z");

    private final SettableClock clock = new SettableClock(TWO_IN_THE_MORNING);
    private Path open;

    @BeforeEach
    void anotherTarget() throws IOException {
        open = Files.createDirectory(directory.resolve("open"));
        write("first", "1");
    }

    @Test
    void onlyAFiringDelivers() throws IOException {
        start(Misfire.RUN_ONCE);
        awaitFile(open, "first");
        assertThat(replica.resolve("first")).doesNotExist();
        assertThat(runs("nightly")).isZero();

        clock.advance(Duration.ofHours(1));
        replication.fire("nightly");
        awaitFile(replica, "first");
        awaitEnded(1);
        assertThat(
                        text(
                                "SELECT DISTINCT cause::text FROM run JOIN target t USING (target_id) WHERE t.name = 'nightly'"))
                .containsExactly("SCHEDULE");

        long runs = runs("nightly");
        change("second");
        awaitFile(open, "second");
        assertThat(replica.resolve("second")).doesNotExist();
        assertThat(runs("nightly")).isEqualTo(runs);
        replication.fire("nightly");
        assertThat(count("SELECT count(*) FROM firing")).as("it is not due").isEqualTo(1);

        clock.advance(Duration.ofHours(24));
        replication.fire("nightly");
        awaitFile(replica, "second");
        awaitEnded(2);
        assertThat(text("SELECT due_at AT TIME ZONE 'UTC' || '' FROM firing ORDER BY due_at"))
                .containsExactly("2026-03-02 03:00:00", "2026-03-03 03:00:00");
    }

    @Test
    void whatAPersonExpeditesGoesBetweenFirings() throws IOException {
        start(Misfire.RUN_ONCE);
        clock.advance(Duration.ofHours(1));
        replication.fire("nightly");
        awaitFile(replica, "first");
        awaitEnded(1);
        write("urgent/small", "small");
        Files.write(source.resolve("urgent/large"), new byte[(int) WavePlanner.LARGE_FILE]);
        replication.changedTree("urgent");
        change("other");
        awaitFile(open, "urgent/small");
        awaitFile(open, "urgent/large");
        awaitFile(open, "other");
        Requests requests = new Requests(replication.jdbc());

        requests.expedite(
                requests.target("nightly").orElseThrow(),
                "urgent",
                "ben",
                "the customer waits",
                Instant.now().plus(Duration.ofHours(1)));

        awaitFile(replica, "urgent/small");
        awaitFile(replica, "urgent/large");
        await().atMost(PATIENCE)
                .until(() -> count("SELECT count(*) FROM run WHERE cause = 'REQUEST' AND state = 'COMPLETED'") >= 1);
        assertThat(replica.resolve("other")).doesNotExist();
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(text("SELECT path FROM work_item")).containsExactly("other"));
    }

    @Test
    void whatWasMissedIsMadeUpForByOneRun() throws IOException {
        start(Misfire.RUN_ONCE);
        awaitFile(open, "first");
        replication.stop();
        clock.advance(Duration.ofHours(59));
        replication.start();

        awaitFile(replica, "first");
        awaitEnded(1);
        assertThat(text("SELECT (due_at AT TIME ZONE 'UTC') || ' ' || missed FROM firing"))
                .containsExactly("2026-03-04 03:00:00 true");
    }

    @Test
    void whatWasMissedIsLeftOutWhereThePolicySaysSo() throws IOException {
        start(Misfire.SKIP);
        awaitFile(open, "first");
        replication.stop();
        clock.advance(Duration.ofHours(59));
        replication.start();

        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM firing WHERE state = 'SKIPPED'") == 1);
        change("second");
        awaitFile(open, "second");
        assertThat(replica.resolve("first")).doesNotExist();

        clock.advance(Duration.ofHours(14));
        replication.fire("nightly");
        awaitFile(replica, "first");
        awaitFile(replica, "second");
    }

    /** What a schedule that was given another time has missed under the old one is no matter. */
    @Test
    @Tag("nightly")
    void anotherScheduleMissesNothingOfBefore() throws IOException {
        start(Misfire.RUN_ONCE);
        awaitFile(open, "first");
        replication.stop();
        clock.advance(Duration.ofHours(12));
        replication.retarget(1, at("0 4 * * *", Misfire.RUN_ONCE));
        replication.start();
        replication.fire("nightly");
        change("second");
        awaitFile(open, "second");
        assertThat(count("SELECT count(*) FROM firing")).isZero();
        assertThat(text("SELECT name || ' ' || version FROM policy_version WHERE name = 'nightly' ORDER BY version"))
                .containsExactly("nightly 1", "nightly 2");
        clock.advance(Duration.ofHours(14));
        replication.fire("nightly");
        awaitFile(replica, "second");
        assertThat(text("SELECT DISTINCT policy || ' ' || policy_version FROM run WHERE policy = 'nightly'"))
                .containsExactly("nightly 2");
    }

    /** Once a day: also where the last one began a little later after its firing than this one is after its own. */
    @Test
    void aVerificationThatIsDueIsPartOfTheFiring() {
        replication
                .clock(clock)
                .target(server.address("nightly", replica), inFull(at("0 3 * * *", Misfire.RUN_ONCE)))
                .start();
        clock.advance(Duration.ofHours(1));
        replication.fire("nightly");
        awaitEnded(1);
        assertThat(count("SELECT count(*) FROM verification WHERE finished_at IS NOT NULL"))
                .isEqualTo(1);

        replication
                .jdbc()
                .sql("UPDATE verification SET opened_at = now() - interval '23 hours'")
                .update();
        clock.advance(Duration.ofHours(24));
        replication.fire("nightly");
        awaitEnded(2);
        assertThat(count("SELECT count(*) FROM verification WHERE finished_at IS NOT NULL"))
                .isEqualTo(2);
    }

    @Test
    void severalProcessesFireOnce() throws Exception {
        start(Misfire.RUN_ONCE);
        clock.advance(Duration.ofHours(1));
        int processes = 8;
        CountDownLatch all = new CountDownLatch(processes);
        ExecutorService executor = Executors.newFixedThreadPool(processes);
        try {
            Future<?>[] fired = new Future<?>[processes];
            for (int i = 0; i < processes; i++) {
                fired[i] = executor.submit(() -> {
                    all.countDown();
                    all.await();
                    replication.fire("nightly");
                    return null;
                });
            }
            for (Future<?> one : fired) {
                one.get();
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(count("SELECT count(*) FROM firing")).isEqualTo(1);
        awaitFile(replica, "first");
    }

    /** As where the database was away at that moment: the clock of this test is not that of Quartz, which fires in an hour. */
    @Test
    void whoServesTheTargetFindsAFiringThatDidNotHappen() throws IOException {
        start(Misfire.RUN_ONCE);
        awaitFile(open, "first");
        clock.advance(Duration.ofHours(1));
        awaitFile(replica, "first");
        assertThat(text("SELECT (due_at AT TIME ZONE 'UTC') || ' ' || missed FROM firing"))
                .containsExactly("2026-03-02 03:00:00 false");
    }

    /** It counts the time that was left when the last firing was looked for; the look once a minute is not due by then. */
    @Test
    void quartzFiresWhenItIsTime() {
        start(Misfire.SKIP);
        awaitFile(open, "first");
        clock.advance(Duration.ofHours(1).minusSeconds(1));
        replication.fire("nightly");
        clock.advance(Duration.ofSeconds(1));
        awaitFile(replica, "first");
        assertThat(text("SELECT (due_at AT TIME ZONE 'UTC') || ' ' || missed FROM firing"))
                .containsExactly("2026-03-02 03:00:00 false");
        assertThat(count("SELECT count(*) FROM quartz.qrtz_triggers WHERE trigger_group = 'firing'"))
                .as("one trigger, for the next firing")
                .isEqualTo(1);
    }

    private void start(Misfire misfire) {
        replication
                .clock(clock)
                .target(new TargetAddress("open", open.toUri(), Map.of()))
                .target(server.address("nightly", replica), at("0 3 * * *", misfire))
                .start();
    }

    private static Policy at(String cron, Misfire misfire) {
        return OneTarget.named("nightly").at(Cron.parse(cron), misfire, ZoneId.of("UTC"));
    }

    private static Policy inFull(Policy policy) {
        return new Policy(
                policy.name(),
                policy.windows(),
                policy.cron(),
                policy.misfire(),
                policy.timeZone(),
                policy.bytesPerSecond(),
                policy.maxDeletes(),
                policy.maxDeletesPerRun(),
                policy.maxChanges(),
                policy.parallelism(),
                policy.settle(),
                policy.settleMax(),
                Verify.FULL,
                policy.unstable(),
                policy.linger(),
                policy.extras(),
                Drift.OVERWRITE,
                policy.retry(),
                policy.approvals());
    }

    private void change(String path) throws IOException {
        write(path, path);
        replication.changed(path);
    }

    private static void awaitFile(Path target, String path) {
        await().atMost(PATIENCE).until(() -> Files.exists(target.resolve(path)));
    }

    private void awaitEnded(int firings) {
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM firing WHERE state = 'ENDED'") == firings);
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
    }

    private long runs(String target) {
        return count("SELECT count(*) FROM run JOIN target t USING (target_id) WHERE t.name = '" + target + "'");
    }
}
