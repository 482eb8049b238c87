package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.ChangeKind;
import io.freshet.journal.HoldBook;
import io.freshet.journal.NotificationKind;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 42: somebody rewrites very many files, and deletes none. */
class RewritesIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String[] ALL = {"a", "b", "c", "d"};

    @BeforeEach
    void deliver() throws IOException {
        for (String file : ALL) {
            write(file, "as delivered");
        }
        start(limited());
        replication.awaitEqual(replica);
    }

    @Test
    void areHeldBeforeTheFirstAndOverwrittenOnceApproved() throws IOException {
        rewrite(ALL);
        write("new", "not concerned");
        replication.changed("new");
        awaitHeld(4);
        await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve("new")));
        for (String file : ALL) {
            assertThat(replica.resolve(file)).hasContent("as delivered");
        }
        assertThat(text("SELECT detail FROM hold").get(0)).contains("passed the limit of 2 files and 25.0 %");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(text("SELECT DISTINCT reason FROM v_delivery WHERE outcome = 'HELD'"))
                        .containsExactly("that it is overwritten waits for approval: over the limit"));

        decide(true);
        replication.awaitEqual(replica);
        assertThat(count("SELECT coalesce(sum(rewritten), 0) FROM deletion_tally"))
                .isZero();
        rewrite("a");
        replication.awaitEqual(replica);
        assertThat(count("SELECT sum(rewritten) FROM deletion_tally")).isEqualTo(1);
    }

    @Test
    void countAcrossRunsAndByWhateverOperation() throws IOException {
        rewrite("a", "b");
        replication.awaitEqual(replica);
        write("temporary", "put in the place of c");
        replication.changed("temporary");
        replication.awaitEqual(replica);
        assertThat(count("SELECT sum(rewritten) FROM deletion_tally")).isEqualTo(2);

        Files.move(source.resolve("temporary"), source.resolve("c"), StandardCopyOption.REPLACE_EXISTING);
        replication.moved("temporary", "c", ChangeKind.PATH);

        awaitHeld(1);
        assertThat(replica.resolve("c")).hasContent("as delivered");
        decide(false);
        write("new", "a run that is not concerned");
        replication.changed("new");
        await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve("new")));
        assertThat(replica.resolve("c")).hasContent("as delivered");
    }

    private void rewrite(String... files) throws IOException {
        for (String file : files) {
            write(file, "rewritten by somebody " + System.nanoTime());
        }
        replication.changed(files);
    }

    private void awaitHeld(int files) {
        await().atMost(PATIENCE).until(() -> count("""
                SELECT count(*) FROM hold_path JOIN hold USING (hold_id)
                WHERE reason = 'CHANGES_OVER_LIMIT' AND state = 'OPEN'
                """) == files);
    }

    private void decide(boolean approve) {
        HoldBook book = new HoldBook(replication.jdbc());
        book.open().forEach(hold -> book.decide(hold.hold(), approve, null, "anna", "meant", Duration.ofHours(1)));
        NotificationKind.REQUEST.publish(replication.jdbc());
    }

    private static Policy limited() {
        return named("limited").with(DeletionLimit.NONE, new DeletionLimit(2, 25));
    }
}
