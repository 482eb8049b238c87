package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rule 39: a target that is paused for long costs bounded space, and gets all when it is served again. */
class QueueFoldIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LARGEST = 20;

    @Test
    void theQueueOfAPausedTargetIsFoldedAndNothingIsLost() throws IOException {
        for (int i = 0; i < 5; i++) {
            write("d/old" + i, "delivered before the pause");
        }
        replication.largestQueue(LARGEST);
        start(named("folding"));
        replication.awaitEqual(replica);
        replication
                .jdbc()
                .sql("INSERT INTO target_pause (target_id, paused_by) SELECT target_id, 'anna' FROM target")
                .update();
        String[] paths = new String[LARGEST];
        for (int i = 0; i < LARGEST; i++) {
            paths[i] = "e/new" + i;
            write(paths[i], "written while it was paused");
        }
        replication.changed(paths);
        awaitPlanned();
        assertThat(count("SELECT count(*) FROM work_item")).isEqualTo(LARGEST);

        Files.delete(source.resolve("d/old0"));
        write("d/old1", "changed while it was paused");
        replication.changed("d/old0", "d/old1", "e");
        awaitPlanned();

        assertThat(text("SELECT path || kind || lane FROM work_item")).containsExactly("TREEBULK");
        assertThat(count("SELECT count(*) FROM work_item WHERE first_seq <= (SELECT cursor - 22 FROM target_state)"))
                .isEqualTo(1);
        write("e/later", "one more");
        replication.changed("e/later");
        awaitPlanned();
        assertThat(text("SELECT path FROM work_item ORDER BY path")).containsExactly("", "e/later");

        replication.jdbc().sql("DELETE FROM target_pause").update();
        replication.awaitEqual(replica);
    }

    private void awaitPlanned() {
        await().atMost(PATIENCE)
                .until(() -> count("SELECT s.head - t.cursor FROM source s CROSS JOIN target_state t") == 0);
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM work_item") <= LARGEST);
    }
}
