package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.ChangeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are interrupted, asked for again, or overtaken by newer changes. */
class RunControlIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Rule 2: what changes while it is in flight is delivered again, whoever acknowledges first. */
    @Test
    void aFileThatChangesWhileItIsSentArrivesInItsNewestState() throws IOException {
        write("x", "seed");
        start(withBandwidth(2 << 20));
        replication.awaitEqual(replica);
        byte[] content = new byte[3 << 20];
        for (byte version = 1; version <= 3; version++) {
            Arrays.fill(content, version);
            Files.write(source.resolve("x"), content);
            replication.changed("x");
            long sent = count("SELECT count(*) FROM intent");
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> sent > 0 || count("SELECT count(*) FROM intent") > 0);
        }
        replication.awaitEqual(replica);
    }

    /** Rule 25: what was done on the target before a crash is found by looking, and not done again. */
    @Test
    void aRenameThatWasNotAcknowledgedIsNotSentAgain() throws IOException {
        for (int i = 0; i < 20; i++) {
            write("old/f" + i, "content " + i);
        }
        start();
        replication.awaitEqual(replica);
        replication.stop();
        Files.move(source.resolve("old"), source.resolve("new"));
        Files.move(replica.resolve("old"), replica.resolve("new"));
        replication.jdbc().sql("""
                        INSERT INTO intent (target_id, path, operation, moved_from, run_number, epoch)
                        SELECT target_id, 'new', 'RENAME', 'old', 1, 1 FROM target
                        """).update();
        Object inode = Files.getAttribute(replica.resolve("new/f3"), "unix:ino");
        replication.start();
        replication.moved("old", "new", ChangeKind.TREE);
        replication.awaitEqual(replica);
        assertThat(Files.getAttribute(replica.resolve("new/f3"), "unix:ino")).isEqualTo(inode);
        assertThat(count("SELECT count(*) FROM v_delivery WHERE outcome = 'TRANSFERRED' AND in_subtree(path, 'new')"))
                .isZero();
    }

    /** A database whose disk is full takes one row of a run's end and not the other; there is room again, and it goes on. */
    @Test
    void aRunWhoseEndWasRecordedInPartGoesOn() throws IOException {
        goesOnThough("UNKNOWN");
    }

    /** Rule 4: a process that wakes after its lease has passed writes of its execution what it thinks; the run goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"UNKNOWN", "COMPLETED"})
    void aRunOfWhichAFrozenProcessWroteAgainGoesOn(String status) throws IOException {
        goesOnThough("STARTED");
        replication.jdbc().sql("""
                        UPDATE batch.BATCH_JOB_EXECUTION SET status = :status, exit_code = :status, end_time = NULL
                        WHERE job_execution_id = (SELECT min(job_execution_id) FROM batch.BATCH_JOB_EXECUTION)
                        """).param("status", status).update();
        goesOn();
    }

    private void goesOnThough(String status) throws IOException {
        write("x", "one");
        start();
        replication.awaitEqual(replica);
        replication.stop();
        for (String table : new String[] {"STEP", "JOB"}) {
            replication
                    .jdbc()
                    .sql("UPDATE batch.BATCH_" + table + "_EXECUTION SET status = :status, exit_code = 'UNKNOWN'")
                    .param("status", status)
                    .update();
        }
        goesOn();
    }

    /** Puts the one run back to running, as a process that died leaves it, and serves the target again. */
    private void goesOn() throws IOException {
        replication
                .jdbc()
                .sql("UPDATE run SET state = 'RUNNING', ended_at = NULL WHERE run_number = 1")
                .update();
        write("x", "another" + count("SELECT count(*) FROM batch.BATCH_JOB_EXECUTION"));
        replication.start();
        replication.changed("x");
        replication.awaitEqual(replica);
        await().atMost(PATIENCE)
                .until(() -> count("SELECT count(*) FROM run WHERE run_number = 1 AND state = 'COMPLETED'") == 1);
        replication.stop();
        // Stopped is what a run is that this test's own stop met.
        assertThat(text("SELECT DISTINCT status FROM batch.BATCH_JOB_EXECUTION"))
                .isSubsetOf("COMPLETED", "FAILED", "STOPPED");
    }

    /** Rule 31: a rerun takes the failed items of that run, or none; and a run with failures never reads as completed. */
    @Test
    void whatFailedIsListedAndDeliveredByARerun() throws IOException {
        write("good", "1");
        start();
        replication.awaitEqual(replica);
        Files.createDirectories(replica.resolve("blocked/by-somebody"));
        write("blocked", "a file where the target has a directory that is not ours");
        write("fine", "2");
        replication.changed("blocked", "fine");
        await().atMost(PATIENCE)
                .until(() -> count("SELECT count(*) FROM run WHERE state = 'COMPLETED_WITH_FAILURES'") == 1);
        assertThat(replica.resolve("fine")).exists();
        assertThat(text("SELECT path || ' ' || error_code FROM work_item")).containsExactly("blocked TARGET_CONFLICT");

        deleteTree(replica.resolve("blocked"));
        long failed = count("SELECT failed_run FROM work_item");
        rerun(failed);
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM run_request WHERE answered_at IS NOT NULL"))
                .isEqualTo(1);
        long runs = count("SELECT count(*) FROM run");
        rerun(failed);
        await().atMost(PATIENCE)
                .until(() -> count("SELECT count(*) FROM run_request WHERE answered_at IS NOT NULL") == 2);
        assertThat(text("SELECT answer FROM run_request ORDER BY request_id").get(1))
                .isEqualTo("refused: none of its items is failed any more");
        assertThat(count("SELECT count(*) FROM run")).isEqualTo(runs);
    }

    private void rerun(long run) {
        replication.jdbc().sql("""
                        WITH asked AS (INSERT INTO run_request (target_id, run_number, action, requested_by)
                            SELECT target_id, :run, 'RERUN_FAILED', 'ben' FROM target RETURNING 1)
                        SELECT pg_notify('freshet', 'request') FROM asked
                        """).param("run", run).query((row, number) -> 0).list();
    }

    @Test
    void aRunThatAPersonStopsEndsAtTheNextBlockAndLosesNothing() throws IOException {
        start(withBandwidth(1 << 20));
        Files.write(source.resolve("large"), new byte[20 << 20]);
        replication.changed("large");
        await().atMost(PATIENCE).until(() -> count("""
                        SELECT count(*) FROM run JOIN intent i USING (target_id, run_number)
                        WHERE state = 'RUNNING' AND i.path = 'large'
                        """) == 1);
        replication.jdbc().sql("""
                        WITH asked AS (INSERT INTO run_request (target_id, run_number, action, requested_by)
                            SELECT target_id, run_number, 'STOP', 'ben' FROM run
                            JOIN intent i USING (target_id, run_number) WHERE i.path = 'large' RETURNING 1)
                        SELECT pg_notify('freshet', 'request') FROM asked
                        """).query((row, number) -> 0).list();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> count("SELECT count(*) FROM run WHERE state = 'STOPPED'") == 1);
        assertThat(replica.resolve("large")).doesNotExist();
        assertThat(text("SELECT path FROM work_item")).contains("large");
    }

    /** The directory that is in the way of a stray entry of another owner is not swept away with it. */
    @Test
    void aDirectoryThatHoldsWhatIsNotOursIsNotRemovedWithIt() throws IOException {
        write("shared/ours", "1");
        start();
        replication.awaitEqual(replica);
        Files.writeString(replica.resolve("shared/theirs"), "not ours");
        deleteTree(source.resolve("shared"));
        write("other", "so that the source is not empty");
        replication.changed("shared", "other");
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM work_item WHERE error_code IS NOT NULL") == 1);
        assertThat(replica.resolve("shared/theirs")).exists();
        assertThat(replica.resolve("shared/ours")).doesNotExist();
    }
}
