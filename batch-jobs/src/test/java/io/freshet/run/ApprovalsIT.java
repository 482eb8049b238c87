package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.HoldBook;
import io.freshet.journal.NotificationKind;
import io.freshet.policy.DeletionLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Approved deletions that nobody came to carry out (rule 43). */
class ApprovalsIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void whatWasApprovedIsHeldAgainWhenTheApprovalHasExpired() throws IOException {
        holdDeletions();

        approve(Duration.ZERO);

        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM hold WHERE state = 'LAPSED'") == 1);
        assertThat(text("SELECT note FROM hold WHERE state = 'OPEN'").get(0)).contains("has expired");
        assertThat(replica.resolve("a")).exists();
        approve(Duration.ofHours(1));
        replication.awaitEqual(replica);
    }

    @Test
    void whatWasApprovedIsHeldAgainWhenTheSourceWasAnotherOneMeanwhile() throws IOException {
        holdDeletions();
        server.stop();
        approve(Duration.ofHours(1));
        Path aside = Files.move(source, directory.resolve("aside"));
        Files.createDirectory(source);
        write("other", "other");
        replication.changed("other");
        await().atMost(PATIENCE).until(() -> isOpen("SOURCE_REPLACED"));
        deleteTree(source);
        Files.move(aside, source);
        server.start();

        write("later", "later");
        replication.changed("later");
        await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve("later")));

        assertThat(isOpen("DELETIONS_OVER_LIMIT")).isTrue();
        assertThat(text("SELECT note FROM hold WHERE state = 'OPEN'").get(0)).contains("has lapsed");
        assertThat(replica.resolve("a")).exists();
    }

    private void holdDeletions() throws IOException {
        for (String file : new String[] {"a", "b", "stays"}) {
            write(file, file);
        }
        start(withLimit(new DeletionLimit(1, 0)));
        replication.awaitEqual(replica);
        Files.delete(source.resolve("a"));
        Files.delete(source.resolve("b"));
        replication.changed("a", "b");
        await().atMost(PATIENCE).until(() -> isOpen("DELETIONS_OVER_LIMIT"));
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
    }

    private void approve(Duration goodFor) {
        HoldBook book = new HoldBook(replication.jdbc());
        book.open().forEach(hold -> book.decide(hold.hold(), true, hold.version(), "anna", "meant", goodFor));
        NotificationKind.REQUEST.publish(replication.jdbc());
    }

    private boolean isOpen(String reason) {
        return text("SELECT reason::text FROM hold WHERE state = 'OPEN'").contains(reason);
    }
}
