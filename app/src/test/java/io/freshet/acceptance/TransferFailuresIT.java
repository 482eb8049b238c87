package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.policy.DeletionLimit;
import io.freshet.posix.Tree;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * S22 to S24: what lsyncd takes for done or hangs at, over real SSH. A transfer that is killed, a target that takes only a
 * part, a path that cannot be delivered: nothing is lost, nothing is half, and nothing else waits for it.
 */
class TransferFailuresIT {
    private static final int FILES = 20;
    private static final int SIZE = 1 << 20;

    @TempDir
    Path directory;

    private OpenSshServer server;
    private Mirror mirror;

    @BeforeEach
    void setUp() {
        server = OpenSshServer.start(directory.resolve("sshd"));
        mirror = new Mirror(directory);
        mirror.tree().file(Mirror.in("never empty"), "so that the source is not held for being empty");
    }

    @AfterEach
    void tearDown() {
        mirror.close();
        server.close();
    }

    /** S22: every connection is killed while files are on their way, three times. */
    @Test
    void whatWasOnItsWayWhenTheTransferWasKilledArrives() throws Exception {
        mirror.under(Mirror.policy(DeletionLimit.NONE, OptionalLong.of(8L << 20)))
                .replica(server)
                .start();
        mirror.assertArrived();
        for (String batch : new String[] {"one", "two", "three"}) {
            writeFiles(batch);
            Mirror.await("files are on their way", () -> underWay(batch) > 0);
            server.killConnections();
            assertWhole(batch);
        }
        mirror.assertArrived();
        assertThat(brokenOff()).isGreaterThanOrEqualTo(3);
    }

    /** lsyncd's churn while connections are cut, and the host is away for a moment, once in the middle. */
    @Test
    void churnWhileConnectionsAreCut() throws Exception {
        mirror.replica(server).start();
        mirror.assertArrived();
        for (int round = 0; round < 6; round++) {
            ScenarioContract.churn(mirror, "churn");
            Mirror.await("something is on its way", () -> underWay("churn") > 0);
            if (round == 3) {
                server.stop();
                ScenarioContract.churn(mirror, "meanwhile");
                server.start();
            } else {
                server.killConnections();
            }
        }
        mirror.assertArrived();
        assertThat(brokenOff()).isPositive();
    }

    /** S23: the target's disk takes some files and no more; what it did not take is not taken for delivered. */
    @Test
    void whatDidNotFitArrivesWhenThereIsRoom() throws Exception {
        assumeTrue(Tree.isRoot(), "only root may mount a small disk");
        mirror.replica(server);
        Path replica = mirror.replica(1);
        run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs", replica.toString());
        try {
            mirror.start();
            mirror.assertArrived();
            writeFiles("files");
            Mirror.await("the disk is full", () -> mirror.count("""
                            SELECT count(*) FROM target_state WHERE failing_code = 'TARGET_FULL'
                            """) == 1);
            assertWhole("files");
            List<String> delivered = mirror.jdbc()
                    .sql("SELECT path FROM v_delivery WHERE outcome = 'TRANSFERRED' AND in_subtree(path, 'files')")
                    .query(String.class)
                    .list();
            assertThat(delivered).hasSizeLessThan(FILES).allMatch(path -> Files.exists(replica.resolve(path)));
            run("mount", "-o", "remount,size=64m", replica.toString());
            mirror.assertArrived();
        } finally {
            mirror.stopRuns();
            run("umount", "--lazy", replica.toString());
        }
    }

    /** S24: one path cannot be delivered, for somebody else's things are in its way; all others are. */
    @Test
    void aPathThatCannotBeDeliveredHoldsUpNoOther() throws Exception {
        mirror.replica(server).start();
        mirror.assertArrived();
        Path inTheWay = Files.createDirectories(mirror.replica(1).resolve("poison/theirs"));
        mirror.tree().file(Mirror.in("poison"), "a file where the target has a directory that is not ours");
        for (int i = 0; i < 3; i++) {
            String name = "good" + i;
            mirror.tree().file(Mirror.in(name), "content " + i);
            Mirror.await(
                    "the good one arrives", () -> Files.exists(mirror.replica(1).resolve(name)));
            Mirror.await("nothing but the other waits", () -> waiting().equals(List.of("poison TARGET_CONFLICT")));
        }
        assertThat(inTheWay).isDirectory();
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        mirror.assertArrived();
    }

    private void writeFiles(String top) {
        mirror.tree().directory(Mirror.in(top).toString());
        for (int i = 0; i < FILES; i++) {
            mirror.tree()
                    .file(Mirror.in(top + "/f" + i), Integer.toString(i % 10).repeat(SIZE));
        }
    }

    /** No file is half under its name, at whatever moment. */
    private void assertWhole(String top) throws IOException {
        Path files = mirror.replica(1).resolve(top);
        if (Files.exists(files)) {
            try (Stream<Path> names = Files.list(files)) {
                assertThat(names).allMatch(file -> file.toFile().length() == SIZE);
            }
        }
    }

    /** How many paths below a directory a run that is at work is about to publish. */
    private long underWay(String top) {
        return mirror.jdbc().sql("""
                        SELECT count(*) FROM run JOIN intent i USING (target_id, run_number)
                        WHERE run.state = 'RUNNING' AND starts_with(i.path, :top)
                        """).param("top", top).query(Long.class).single();
    }

    private List<String> waiting() {
        return mirror.jdbc()
                .sql("SELECT path || ' ' || coalesce(error_code, '') FROM work_item")
                .query(String.class)
                .list();
    }

    /** How often a run was broken off; it goes on under its number. */
    private long brokenOff() {
        return mirror.count("SELECT count(*) FROM batch.BATCH_JOB_EXECUTION WHERE status = 'FAILED'");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }
}
