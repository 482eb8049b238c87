package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.ChangeKind;
import io.freshet.journal.HoldBook;
import io.freshet.journal.NotificationKind;
import io.freshet.policy.Drift;
import io.freshet.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What somebody changed on the target is never replaced or deleted in silence. */
class DriftIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void isOverwrittenAndRecordedByDefault() throws IOException {
        write("file", "delivered");
        write("gone", "delivered");
        write("mode", "delivered");
        write("dir/below", "delivered");
        write("missing", "delivered");
        write("blocked", "delivered");
        write("from", "delivered");
        write("same", "delivered");
        write("touched", "delivered");
        start(named("overwriting"));
        replication.awaitEqual(replica);
        for (String path : new String[] {"file", "gone", "dir/below", "from", "touched"}) {
            Files.writeString(replica.resolve(path), "by somebody else");
        }
        Files.setPosixFilePermissions(replica.resolve("mode"), PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.delete(replica.resolve("missing"));
        Files.delete(replica.resolve("blocked"));
        Files.createDirectory(replica.resolve("blocked"));

        for (String path : new String[] {"file", "missing", "blocked", "same"}) {
            write(path, "newer content");
        }
        Files.setPosixFilePermissions(source.resolve("mode"), PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(source.resolve("touched"), PosixFilePermissions.fromString("rw-------"));
        Files.delete(source.resolve("gone"));
        deleteTree(source.resolve("dir"));
        Files.move(source.resolve("from"), source.resolve("to"));
        replication.changed("file", "gone", "mode", "dir", "missing", "blocked", "same", "touched");
        replication.moved("from", "to", ChangeKind.PATH);
        replication.awaitEqual(replica);

        assertThat(text(
                        "SELECT path || ' ' || outcome || ' ' || regexp_replace(reason, ', modified.*', '') FROM v_delivery"
                                + " WHERE reason IS NOT NULL ORDER BY path"))
                .containsExactly(
                        "blocked DELETED the target had something else here than was delivered: a directory, mode 0755, owner "
                                + owner(),
                        "dir/below DELETED the target had something else here than was delivered: a file, size 16",
                        "file TRANSFERRED the target had something else here than was delivered: a file, size 16",
                        "from DELETED the target had something else here than was delivered: a file, size 16",
                        "gone DELETED the target had something else here than was delivered: a file, size 16",
                        "missing TRANSFERRED the target had nothing here any more",
                        "mode METADATA the target had something else here than was delivered: a file, size 9",
                        "touched TRANSFERRED the target had something else here than was delivered: a file, size 16");
        assertThat(count("SELECT count(*) FROM hold")).isZero();
    }

    @Test
    void isHeldAndApprovedPathByPath() throws IOException {
        write("file", "delivered");
        write("gone", "delivered");
        write("old", "delivered as old");
        write("to", "delivered");
        write("dir/sub/below", "delivered");
        write("dir/sub/other", "delivered");
        start(holding());
        replication.awaitEqual(replica);
        for (String path : new String[] {"file", "gone", "to", "dir/sub/below"}) {
            Files.writeString(replica.resolve(path), "by somebody else");
        }
        write("file", "newer content");
        write("other", "not concerned");
        Files.delete(source.resolve("gone"));
        Files.delete(source.resolve("to"));
        Files.move(source.resolve("old"), source.resolve("to"));
        deleteTree(source.resolve("dir"));
        replication.changed("file", "gone", "other", "dir");
        replication.moved("old", "to", ChangeKind.PATH);

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(text("SELECT path FROM work_item ORDER BY path"))
                    .containsExactly("dir/sub/below", "file", "gone", "to");
            assertThat(text("SELECT h.path || ' ' || left(found, 15) FROM hold_path h JOIN hold USING (hold_id)"
                            + " WHERE reason = 'DRIFT' AND state = 'OPEN' ORDER BY 1"))
                    .containsExactly(
                            "dir/sub/below a file, size 16",
                            "file a file, size 16",
                            "gone a file, size 16",
                            "to a file, size 16");
        });
        assertThat(replica.resolve("other")).exists();
        assertThat(replica.resolve("old")).doesNotExist();
        assertThat(replica.resolve("dir/sub/other")).doesNotExist();
        for (String path : new String[] {"file", "gone", "to", "dir/sub/below"}) {
            assertThat(replica.resolve(path)).hasContent("by somebody else");
        }
        assertThat(text("SELECT DISTINCT left(reason, 58) FROM v_delivery WHERE outcome = 'HELD'"))
                .containsExactly("it waits for a decision: the target has something else her");

        decide(true);
        replication.awaitEqual(replica);
        assertThat(text("SELECT path FROM v_delivery WHERE reason LIKE 'the target had something else%' ORDER BY path"))
                .containsExactly("dir/sub/below", "file", "gone", "to");

        // What a verification finds waits as well, and is told of once.
        Files.writeString(replica.resolve("file"), "by somebody else");
        verify("", false);
        verify("", false);
        assertThat(isOpen("DRIFT")).isTrue();
        assertThat(replica.resolve("file")).hasContent("by somebody else");
        assertThat(count("SELECT count(*) FROM v_delivery WHERE outcome = 'HELD'"))
                .isEqualTo(5);
        decide(true);
        replication.awaitEqual(replica);
    }

    @Test
    void isHeldAgainIfChangedAfterTheApprovalAndReleasedWhenPutBack() throws IOException {
        write("file", "delivered");
        write("rejected", "delivered");
        start(holding());
        replication.awaitEqual(replica);
        FileTime time = Files.getLastModifiedTime(replica.resolve("file"));
        change("rejected");
        decide(false);
        change("file");
        replication.stop();
        decide(true);
        Files.writeString(replica.resolve("file"), "and once more by somebody else");
        replication.start();

        awaitHeld();
        assertThat(replica.resolve("file")).hasContent("and once more by somebody else");
        Files.writeString(replica.resolve("file"), "delivered");
        Files.setLastModifiedTime(replica.resolve("file"), time);
        write("next", "a run looks at what is held");
        replication.changed("next");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(replica.resolve("file")).hasContent("newer content"));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(text("SELECT path FROM work_item")).containsExactly("rejected"));
        assertThat(isOpen("DRIFT")).isFalse();
        assertThat(replica.resolve("rejected")).hasContent("by somebody else");
    }

    /** Rule 25: our own file that nobody acknowledged is not somebody else's. */
    @Test
    void isNotWhatWasPublishedBeforeAKill() throws IOException {
        write("file", "delivered");
        write("other", "delivered");
        start(holding());
        replication.awaitEqual(replica);
        replication.stop();
        write("file", "published, and then the process was killed");
        write("other", "to be published");
        Files.copy(
                source.resolve("file"),
                replica.resolve("file"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(replica.resolve("other"), "by somebody else");
        intended("file");
        intended("other");
        write("file", "and changed again");
        replication.start();
        replication.changed("file", "other");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(replica.resolve("file")).hasContent("and changed again"));
        await().atMost(PATIENCE).until(() -> isOpen("DRIFT"));
        assertThat(text("SELECT path FROM hold_path")).containsExactly("other");
        decide(true);
        replication.awaitEqual(replica);
    }

    private static Policy holding() {
        return named("holding").with(Drift.HOLD);
    }

    /** On the target, and then on the source, and waits until that is held. */
    private void change(String path) throws IOException {
        Files.writeString(replica.resolve(path), "by somebody else");
        write(path, "newer content");
        replication.changed(path);
        awaitHeld();
    }

    private void awaitHeld() {
        await().atMost(PATIENCE).until(() -> isOpen("DRIFT"));
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
    }

    private void intended(String path) throws IOException {
        Path file = source.resolve(path);
        replication
                .jdbc()
                .sql("""
                        INSERT INTO intent (target_id, path, operation, type, size, mtime_nanos, run_number, epoch)
                        SELECT target_id, :path, 'PUT', 'f', :size, :seconds * 1000000000, 1, 1 FROM target
                        """)
                .param("path", path)
                .param("size", Files.size(file))
                .param("seconds", Files.getLastModifiedTime(file).toMillis() / 1000)
                .update();
    }

    private String owner() throws IOException {
        return Files.getAttribute(replica, "unix:uid") + ":" + Files.getAttribute(replica, "unix:gid");
    }

    private void decide(boolean approve) {
        HoldBook book = new HoldBook(replication.jdbc());
        book.open()
                .forEach(hold ->
                        book.decide(hold.hold(), approve, hold.version(), "anna", "meant", Duration.ofHours(1)));
        NotificationKind.REQUEST.publish(replication.jdbc());
    }

    private boolean isOpen(String reason) {
        return text("SELECT reason::text FROM hold WHERE state = 'OPEN'").equals(List.of(reason));
    }
}
