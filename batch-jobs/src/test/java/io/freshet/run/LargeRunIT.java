package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A run of very many items of which a few fail: those are listed, and a rerun delivers those and nothing else. */
class LargeRunIT extends OneTarget {
    private static final int FILES_IN_A_DIRECTORY = 1000;
    private static final int FAILURES = 37;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    void ofAThousandItemsThoseThatFailedAreRerun() throws IOException {
        failAndRerun(1);
    }

    @Test
    @Tag("nightly")
    void ofTwoHundredThousandItemsThoseThatFailedAreRerun() throws IOException {
        failAndRerun(200);
    }

    private void failAndRerun(int directories) throws IOException {
        write("first", "x");
        start();
        replication.awaitEqual(replica);
        awaitNoRun();
        for (int i = 0; i < directories; i++) {
            Path made = Files.createDirectories(source.resolve("tree/d" + i));
            for (int k = 0; k < FILES_IN_A_DIRECTORY; k++) {
                Files.writeString(made.resolve("file" + k), i + " " + k);
            }
        }
        List<String> blocked = block(directories);
        replication.changedTree("tree");
        await("one that has failures is told of")
                .atMost(PATIENCE)
                .until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0
                        && count("SELECT count(*) FROM work_item WHERE attempts = 0") == 0
                        && count("SELECT count(*) FROM manifest WHERE type = 'f'") > 1);
        assertThat(text("SELECT path FROM work_item WHERE error_code = 'TARGET_CONFLICT' ORDER BY path"))
                .containsExactlyInAnyOrderElementsOf(blocked);
        assertThat(text("SELECT DISTINCT path FROM v_delivery WHERE outcome = 'FAILED'"))
                .containsExactlyInAnyOrderElementsOf(blocked);
        assertThat(text("SELECT DISTINCT r.state::text FROM run r JOIN work_item w"
                        + " ON w.target_id = r.target_id AND w.failed_run = r.run_number"))
                .containsExactly("COMPLETED_WITH_FAILURES");
        assertThat(count("SELECT count(*) FROM v_delivery WHERE outcome = 'TRANSFERRED' AND path LIKE 'tree/%/%'"))
                .isEqualTo((long) directories * FILES_IN_A_DIRECTORY - FAILURES);

        for (String path : blocked) {
            deleteTree(replica.resolve(path));
        }
        long failed = count("SELECT max(failed_run) FROM work_item");
        rerun(failed);
        await().atMost(PATIENCE)
                .until(() -> count("SELECT count(*) FROM run WHERE parent_run = " + failed + " AND state = 'COMPLETED'")
                        == 1);
        assertThat(text("SELECT d.path FROM v_delivery d JOIN run r ON r.run_number = d.run WHERE r.parent_run = "
                        + failed + " AND d.outcome = 'TRANSFERRED' ORDER BY d.path"))
                .containsExactlyInAnyOrderElementsOf(blocked);
        assertThat(count("SELECT transferred FROM run WHERE parent_run = " + failed))
                .isEqualTo(FAILURES);
        replication.awaitEqual(replica);
    }

    /** Something that is not ours lies where files are to go. */
    private List<String> block(int directories) throws IOException {
        Random random = new Random(7);
        List<String> blocked = new ArrayList<>();
        while (blocked.size() < FAILURES) {
            String path = "tree/d" + random.nextInt(directories) + "/file" + random.nextInt(FILES_IN_A_DIRECTORY);
            if (!blocked.contains(path)) {
                Files.createDirectories(replica.resolve(path).resolve("by-somebody"));
                blocked.add(path);
            }
        }
        return blocked;
    }

    private void rerun(long run) {
        replication.jdbc().sql("""
                        WITH asked AS (INSERT INTO run_request (target_id, run_number, action, requested_by)
                            SELECT target_id, run_number, 'RERUN_FAILED', 'ben' FROM run WHERE run_number = :run RETURNING 1)
                        SELECT pg_notify('freshet', 'request') FROM asked
                        """).param("run", run).query((row, number) -> 0).list();
    }

    private void awaitNoRun() {
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
    }
}
