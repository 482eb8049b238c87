package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is cleared away, and what is not because somebody needs it. */
class RetentionIT {
    /** Changes in a partition. */
    private static final long RANGE = 1 << 20;

    private static final Instant FUTURE = Instant.parse("2100-01-01T00:00:00Z");
    private static final Instant NEVER = Instant.parse("1970-01-01T00:00:00Z");

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Target target;
    private RetentionBook book;
    private Keeping keeping;
    private RetentionPass pass;

    @BeforeEach
    void begin() {
        target = new Target(database);
        book = new RetentionBook(database.dataSource());
        keeping = new Keeping(database.dataSource());
        pass = book.begin("node").orElseThrow();
    }

    @Test
    void whatATargetHasNotQueuedIsNeverDropped() {
        Registry registry = new Registry(database.dataSource());
        TargetId behind = registry.registerTarget(target.source, "web2", "sftp://app@web2/srv", "continuous");
        changedInEachOf(3);
        planAll(target.lease);
        assertThat(texts("SELECT tableoid::regclass FROM change ORDER BY seq"))
                .as("numbers are where they belong")
                .containsExactly("change_1_1048576", "change_1_1048577", "change_1_1048578");

        assertThat(keeping.changes(pass, FUTURE).counts()).isEmpty();
        assertThat(partitionsOfChanges()).isEqualTo(List.of(0L, 1L, 2L, 3L));

        database.jdbcClient()
                .sql("INSERT INTO target_pause (target_id, paused_by) VALUES (:target, 'admin')")
                .param("target", behind.value())
                .update();
        Lease lease = new Leases(database.dataSource())
                .acquire(behind, "node", Duration.ofMinutes(1))
                .orElseThrow();
        planAll(lease);

        assertThat(keeping.changes(pass, NEVER).counts()).as("observed lately").isEmpty();
        assertThat(keeping.changes(pass, FUTURE).counts()).containsEntry("partitions of changes", 2L);
        assertThat(partitionsOfChanges()).isEqualTo(List.of(2L, 3L));
        assertThat(texts("SELECT relname FROM pg_class WHERE relname IN ('change_1_1048576', 'change_1_1048577')"))
                .as("gone, not only detached")
                .isEmpty();
        assertThat(texts("SELECT path FROM work_item WHERE target_id = " + behind.value()
                        + " AND kind = 'PATH' ORDER BY path"))
                .containsExactly("f0", "f1", "f2");
    }

    /** Changes that came before their range had a partition stand in the default one, and more may come there at any moment. */
    @Test
    void whatComesWhileTheDefaultPartitionIsLockedStays() throws Exception {
        changedInEachOf(1);
        planAll(target.lease);
        String head = "(SELECT head FROM source)";
        for (String sql : new String[] {
            "ALTER TABLE change_1 DETACH PARTITION change_1_1048576",
            "INSERT INTO change_1_default SELECT * FROM change_1_1048576",
            "DROP TABLE change_1_1048576"
        }) {
            database.jdbcClient().sql(sql).update();
        }
        try (Connection writer = database.dataSource().getConnection()) {
            writer.setAutoCommit(false);
            try (Statement statement = writer.createStatement()) {
                statement.execute("UPDATE source SET head = head + 1");
                statement.execute(
                        "INSERT INTO change (source_id, seq, path, kind, writing, detector, observed_at) SELECT source_id, "
                                + head + ", 'new', kind, writing, detector, observed_at FROM change LIMIT 1");
                CompletableFuture<Cleared> trimming =
                        CompletableFuture.supplyAsync(() -> keeping.changes(pass, FUTURE));
                await().pollInterval(Duration.ofMillis(5)).until(() -> trimming.isDone() || isLockWaitedFor());
                writer.commit();
                trimming.join();
            }
        }
        assertThat(texts("SELECT path FROM change WHERE path = 'new'")).containsExactly("new");
    }

    private boolean isLockWaitedFor() {
        return !texts("SELECT 'waits' FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
                .isEmpty();
    }

    /** It was not configured, so that nothing was kept for it, and is again. */
    @Test
    void aTargetThatMissedSomethingLooksAtEverything() {
        changedInEachOf(2);
        database.jdbcClient().sql("UPDATE target SET active = false").update();
        database.jdbcClient().sql("UPDATE lease SET expires_at = now()").update();
        assertThat(keeping.changes(pass, FUTURE).counts()).containsEntry("partitions of changes", 1L);
        assertThat(target.rows()).isEmpty();

        database.jdbcClient().sql("UPDATE target SET active = true").update();
        planAll(target.lease);

        assertThat(texts("SELECT kind || ' ' || path || ' ' || (first_seq <= " + (1L << 40)
                        + ") FROM work_item WHERE kind = 'TREE'"))
                .containsExactly("TREE  true");
    }

    @Test
    void aLockThatSomebodyHasPutsOffAndHoldsUpNobody() throws Exception {
        changedInEachOf(2);
        planAll(target.lease);
        String old = "delivery_" + pass.now().toString().substring(0, 7).replace('-', '_');
        long run = target.openRun();
        try (Connection reader = database.dataSource().getConnection()) {
            reader.setAutoCommit(false);
            try (Statement statement = reader.createStatement()) {
                statement.execute("SELECT count(*) FROM change");
                statement.execute("SELECT count(*) FROM delivery");
                assertThat(keeping.changes(pass, FUTURE).postponed()).hasSize(1);
                assertThat(keeping.deliveries(pass, FUTURE).postponed()).isNotEmpty();
                target.deliver(run, target.readyItem("f1"));
            }
            reader.rollback();
        }
        assertThat(keeping.changes(pass, FUTURE).counts()).containsEntry("partitions of changes", 1L);
        assertThat(texts("SELECT path FROM " + old)).containsExactly("f1");
    }

    @Test
    void monthsAreThereBeforeTheyBegin() {
        keep("2031-01-31T23:59:59.999Z", NEVER);
        delivered(
                "2031-01-31T23:59:59.999999Z", "2031-02-01T00:00:00Z", "2031-04-30T23:59:59Z", "2031-05-01T00:00:00Z");

        assertThat(where())
                .containsExactly("delivery_2031_01", "delivery_2031_02", "delivery_2031_04", "delivery_default");
    }

    @Test
    void whatCameWhileNobodyMadeMonthsIsMovedIntoThem() {
        delivered("2031-02-01T00:00:00Z", "2031-05-31T23:59:59Z", "2031-06-01T00:00:00Z", "2031-06-09T00:00:00Z");
        delivered("2031-06-10T00:00:00Z", "2031-06-10T00:00:01Z", "2029-12-31T23:59:59Z");
        DeliveryPartitions inParts = new DeliveryPartitions(new PassTransactions(database.dataSource()), 2);

        Instant kept = Instant.parse("2031-02-15T00:00:00Z");
        inParts.keep(new RetentionPass(pass.number(), Instant.parse("2031-06-10T00:00:02Z")), kept);

        assertThat(where())
                .containsExactly(
                        "delivery_2031_02",
                        "delivery_2031_05",
                        "delivery_2031_06",
                        "delivery_2031_06",
                        "delivery_2031_06_2",
                        "delivery_2031_06_2");
        assertThat(book.state().deliveriesSince())
                .as("the month of what was dropped with it")
                .isEqualTo("2030-01-01T00:00:00Z");
        delivered("2031-06-30T23:59:59Z", "2031-09-30T23:59:59Z");
        assertThat(where()).doesNotContain("delivery_default");
    }

    @Test
    void monthsThatEndedAreDroppedAsAWhole() {
        keep("2031-01-10T00:00:00Z", NEVER);
        delivered("2031-01-10T00:00:00Z", "2031-02-01T00:00:00Z");

        keep("2031-03-10T00:00:00Z", Instant.parse("2031-02-28T23:59:59Z"));

        assertThat(where()).containsExactly("delivery_2031_02");
        assertThat(book.state().deliveriesSince()).isEqualTo("2031-02-01T00:00:00Z");
        assertThat(texts("SELECT relname FROM pg_class WHERE relname = 'delivery_2031_01'"))
                .isEmpty();
        keep("2031-03-10T00:00:00Z", Instant.parse("2031-03-01T00:00:00Z"));
        assertThat(where()).isEmpty();
    }

    @Test
    void runsGoUnlessSomebodyMayGoOnWithThem() {
        JournalRows rows = new JournalRows(database.jdbcClient());
        for (int run = 1; run <= 5; run++) {
            rows.run(
                    "student2",
                    run,
                    run == 3 ? "COMPLETED_WITH_FAILURES" : "COMPLETED",
                    7,
                    0,
                    Duration.ofDays(500 - run));
        }
        rows.run("student2", 6, "COMPLETED", 7, 0, Duration.ofDays(3));
        rows.sql("UPDATE run SET lane = 'BULK' WHERE run_number = 2");
        rows.sql("UPDATE target_state SET last_run = 6");
        rows.item("student2", "f", "PATH", 1, Duration.ofDays(500));
        rows.failed("student2", "f", 1, "PERMISSION_DENIED", "no");
        rows.sql("UPDATE work_item SET failed_run = 3");
        rows.sql(
                "INSERT INTO run_request (target_id, run_number, action, requested_by) SELECT target_id, 4, 'RESTART', 'anna' FROM target");
        rows.sql(
                "INSERT INTO deletion_tally (target_id, at, manifest_rows) SELECT target_id, now() - n * interval '300 days', 1"
                        + " FROM target, generate_series(1, 2) n");
        rows.sql(
                "INSERT INTO audit (at, actor, origin, action, object) VALUES (now() - interval '500 days', 'anna', '::1', 'stop', 'x')");
        rows.hold("student2", "DELETIONS_OVER_LIMIT", "many", "gone");
        rows.sql(
                "UPDATE hold SET state = 'REJECTED', opened_at = now() - interval '500 days', decided_at = now() - interval '500 days'");

        Cleared cleared = keeping.runs(pass, pass.now().minus(Duration.ofDays(400)));

        assertThat(texts("SELECT run_number FROM run ORDER BY run_number"))
                .as("of 2 the lane may have been broken off, of 3 an item waits, of 4 somebody asked something")
                .containsExactly("2", "3", "4", "6");
        assertThat(cleared.counts())
                .containsEntry("runs", 2L)
                .containsEntry("tallies of deletions", 1L)
                .containsEntry("holds", 1L)
                .containsEntry("paths of holds", 1L)
                .doesNotContainKey("lines of the record of actions");
        RunHistory history = new RunHistory(database.jdbcClient());
        assertThat(history.clearedAway("student2", 1)).isPresent();
        assertThat(history.clearedAway("student2", 7)).as("still to come").isEmpty();
    }

    /** Rejected is rejected, as long as something waits for it. */
    @Test
    void aDecisionStandsAsLongAsItIsAboutSomething() {
        JournalRows rows = new JournalRows(database.jdbcClient());
        rows.item("student2", "gone", "PATH", 1, Duration.ofDays(500));
        rows.hold("student2", "DELETIONS_OVER_LIMIT", "many", "gone");
        rows.hold("student2", "HOST_KEY_CHANGED", "another key");
        rows.sql(
                "UPDATE hold SET state = 'REJECTED', opened_at = now() - interval '500 days', decided_at = now() - interval '500 days'");

        assertThat(keeping.runs(pass, pass.now().minus(Duration.ofDays(400))).counts())
                .isEmpty();
        rows.sql("DELETE FROM work_item");
        keeping.runs(pass, pass.now().minus(Duration.ofDays(400)));

        assertThat(texts("SELECT reason FROM hold")).containsExactly("HOST_KEY_CHANGED");
    }

    @Test
    void batchMetadataGoesUnlessTheRunMayBeGoneOnWith() {
        JournalRows rows = new JournalRows(database.jdbcClient());
        List<String> states =
                List.of("COMPLETED", "FAILED", "RUNNING", "STOPPED", "COMPLETED_WITH_FAILURES", "COMPLETED");
        for (int run = 1; run <= states.size(); run++) {
            rows.run("student2", run, states.get(run - 1), 1, 0, Duration.ofDays(8));
            batch(run, run == 6 ? 6 : 8);
        }
        rows.sql(
                "INSERT INTO batch.batch_job_instance VALUES (0, 0, 'replicate', 'never executed'), (7, 0, 'replicate', 'about to be')");

        keeping.batchMetadata(pass, pass.now().minus(Duration.ofDays(7)));

        assertThat(texts("SELECT job_instance_id FROM batch.batch_job_instance ORDER BY job_instance_id"))
                .containsExactly("2", "3", "4", "6", "7");
        for (String table : List.of(
                "batch_job_execution",
                "batch_job_execution_context",
                "batch_step_execution",
                "batch_step_execution_context")) {
            assertThat(texts("SELECT count(*) FROM batch." + table)).as(table).containsExactly("4");
        }
        assertThat(texts("SELECT count(*) FROM batch.batch_job_execution_params"))
                .containsExactly("8");
    }

    @Test
    void oneNodeClearsAwayAtATime() {
        assertThat(book.begin("other")).isEmpty();
        database.jdbcClient()
                .sql("UPDATE retention SET touched_at = now() - interval '6 minutes'")
                .update();
        assertThat(book.begin("other")).as("the first has died").isPresent();

        assertThatThrownBy(() -> keeping.runs(pass, FUTURE))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
    }

    private void batch(int run, int daysAgo) {
        String at = "now() - interval '" + daysAgo + " days'";
        String status = run == 3 ? "STARTED" : "COMPLETED";
        String ended = run == 3 ? "NULL" : at;
        JournalRows rows = new JournalRows(database.jdbcClient());
        rows.sql("INSERT INTO batch.batch_job_instance VALUES (" + run + ", 0, 'replicate', 'key" + run + "')");
        rows.sql("INSERT INTO batch.batch_job_execution VALUES (%d, 0, %d, %s, %s, %s, '%s', '', '', %s)"
                .formatted(run, run, at, at, ended, status, at));
        rows.sql(
                "INSERT INTO batch.batch_job_execution_params VALUES (%d, 'run', 'L', '%d', 'Y'), (%d, 'target', 'L', '%d', 'Y')"
                        .formatted(run, run, run, target.id.value()));
        rows.sql("INSERT INTO batch.batch_job_execution_context VALUES (" + run + ", '{}')");
        rows.sql(
                "INSERT INTO batch.batch_step_execution (step_execution_id, version, step_name, job_execution_id, create_time)"
                        + " VALUES (" + run + ", 0, 'drain', " + run + ", " + at + ")");
        rows.sql("INSERT INTO batch.batch_step_execution_context VALUES (" + run + ", '{}')");
    }

    /** Has the journal grow by a partition after each change. */
    private void changedInEachOf(int partitions) {
        ChangeWriter writer = target.writer;
        for (int partition = 0; partition < partitions; partition++) {
            writer.append(List.of(Target.change("f" + partition, ChangeKind.PATH, false)));
            if (partition < partitions - 1) {
                database.jdbcClient()
                        .sql("UPDATE source SET head = head + " + RANGE)
                        .update();
                writer = new Journal(database.dataSource()).openWriter(target.source);
            }
        }
    }

    private void planAll(Lease lease) {
        new Planning(database.dataSource()).plan(lease, Target.SETTLING, 10 * (int) RANGE);
    }

    private List<Long> partitionsOfChanges() {
        return database.jdbcClient()
                .sql("SELECT split_part(relid::text, '_', 3)::bigint - " + RANGE
                        + " FROM pg_partition_tree('change') WHERE isleaf AND relid::text !~ 'default' ORDER BY 1")
                .query(Long.class)
                .list();
    }

    private void keep(String now, Instant before) {
        keeping.deliveries(new RetentionPass(pass.number(), Instant.parse(now)), before);
    }

    private void delivered(String... moments) {
        for (String moment : moments) {
            database.jdbcClient()
                    .sql(
                            "INSERT INTO delivery (delivered_at, target_id, run_number, path, outcome, seq, first_dirty_at)"
                                    + " VALUES ('" + moment + "', 1, 1, 'f', 'TRANSFERRED', 1, now())")
                    .update();
        }
    }

    private List<String> where() {
        return texts("SELECT tableoid::regclass FROM delivery ORDER BY delivered_at");
    }

    private List<String> texts(String sql) {
        return database.jdbcClient()
                .sql(sql)
                .query((row, number) -> row.getString(1))
                .list();
    }
}
