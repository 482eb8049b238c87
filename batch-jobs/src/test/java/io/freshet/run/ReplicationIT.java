package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.ChangeKind;
import io.freshet.policy.DeletionLimit;
import io.freshet.transfer.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Runs from journal to target, on real PostgreSQL and OpenSSH. */
class ReplicationIT extends OneTarget {
    @Test
    void seedsANewTargetAndFollowsItsChanges() throws IOException {
        write("a/b/one.txt", "one");
        write("a/two.txt", "two");
        Files.createSymbolicLink(source.resolve("a/link"), Path.of("two.txt"));
        Files.setPosixFilePermissions(source.resolve("a/b"), PosixFilePermissions.fromString("r-x------"));
        start();
        replication.awaitEqual(replica);

        Files.setPosixFilePermissions(source.resolve("a/b"), PosixFilePermissions.fromString("rwxr-x---"));
        write("a/two.txt", "second");
        write("three.txt", "three");
        Files.delete(source.resolve("a/link"));
        replication.changed("a/b", "a/two.txt", "three.txt", "a/link");
        replication.awaitEqual(replica);

        assertThat(text("SELECT outcome::text FROM v_delivery WHERE path = 'a/two.txt' ORDER BY delivered_at"))
                .containsExactly("TRANSFERRED", "TRANSFERRED");
    }

    @Test
    void changesTypesBothWays() throws IOException {
        write("x/inside", "1");
        write("y", "2");
        start();
        replication.awaitEqual(replica);
        deleteTree(source.resolve("x"));
        Files.delete(source.resolve("y"));
        write("x", "now a file");
        write("y/inside", "now a directory");
        replication.changed("x", "x/inside", "y");
        replication.changedTree("y");
        replication.awaitEqual(replica);
    }

    /** Only its mode changed, so its content is read to see whether that did, too. */
    @Test
    void aFileThatMayNoLongerBeReadFailsAlone() throws IOException {
        Assumptions.assumeFalse(Account.SUPERUSER, "the superuser reads everything");
        write("secret", "as before");
        write("public", "as before");
        start();
        replication.awaitEqual(replica);
        Files.setPosixFilePermissions(source.resolve("secret"), Set.of());
        write("public", "changed");
        replication.changed("secret", "public");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(replica.resolve("public")).hasContent("changed"));
        await().untilAsserted(() -> assertThat(text("SELECT path || ' ' || error_code FROM work_item"))
                .containsExactly("secret SOURCE_UNREADABLE"));
        Files.setPosixFilePermissions(source.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void renamesADirectoryInsteadOfSendingItAgain() throws IOException {
        for (int i = 0; i < 50; i++) {
            write("old/sub/f" + i, "content " + i);
        }
        start();
        replication.awaitEqual(replica);
        Object inode = Files.getAttribute(replica.resolve("old/sub/f7"), "unix:ino");
        Files.move(source.resolve("old"), source.resolve("new"));
        write("new/sub/f3", "changed after the move");
        replication.moved("old", "new", ChangeKind.TREE);
        replication.awaitEqual(replica);

        assertThat(Files.getAttribute(replica.resolve("new/sub/f7"), "unix:ino"))
                .isEqualTo(inode);
        assertThat(count("SELECT count(*) FROM v_delivery WHERE outcome = 'TRANSFERRED' AND path LIKE 'new/%'"))
                .isEqualTo(1);
    }

    @Test
    void deletesADirectoryWithEverythingBelow() throws IOException {
        for (int i = 0; i < 30; i++) {
            write("gone/d" + i + "/f", "x");
        }
        write("stays", "here");
        start();
        replication.awaitEqual(replica);
        deleteTree(source.resolve("gone"));
        replication.changed("gone");
        replication.awaitEqual(replica);
    }

    @Test
    void holdsDeletionsOverTheLimitUntilTheyAreApproved() throws IOException {
        for (int i = 0; i < 20; i++) {
            write("d/f" + i, "x");
        }
        start(withLimit(new DeletionLimit(5, 10)));
        replication.awaitEqual(replica);
        deleteTree(source.resolve("d"));
        replication.changed("d");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(openHolds()).isEqualTo(1));
        write("other", "still delivered");
        replication.changed("other");
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(replica.resolve("other")));
        assertThat(replica.resolve("d/f7")).exists();

        replication
                .jdbc()
                .sql("UPDATE hold SET state = 'APPROVED', decided_at = now(), decided_by = 'test' WHERE state = 'OPEN'")
                .update();
        replication.awaitEqual(replica);
    }

    @Test
    void anEmptiedSourceHoldsTheTarget() throws IOException {
        write("d/one", "1");
        write("two", "2");
        start();
        replication.awaitEqual(replica);
        deleteTree(source.resolve("d"));
        Files.delete(source.resolve("two"));
        replication.changedTree("");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(openHolds()).isEqualTo(1));
        assertThat(replica.resolve("two")).exists();
        write("three", "the source is back");
        replication.changed("three");
        replication.awaitEqual(replica);
        assertThat(openHolds()).isZero();
    }

    /** Rule 9: a root that is not there means nothing about what was below it. */
    @Test
    void aMissingSourceHoldsTheTargetUntilItIsBack() throws IOException {
        write("d/one", "1");
        start();
        replication.awaitEqual(replica);
        Path away = directory.resolve("unmounted");
        Files.move(source, away);
        replication.changedTree("");
        awaitHold("SOURCE_MISSING");
        assertThat(replica.resolve("d/one")).exists();
        Files.move(away, source);
        replication.awaitEqual(replica);
        assertThat(openHolds()).isZero();
    }

    /** Rule 44: identity is the id in the source, so another tree at the same path is not taken for it. */
    @Test
    void aReplacedSourceHoldsTheTargetUntilAPersonAcceptsIt() throws IOException {
        write("d/one", "1");
        write("two", "2");
        start();
        replication.awaitEqual(replica);
        Files.move(source, directory.resolve("the-right-disk"));
        Files.createDirectory(source);
        write("other", "another tree");
        replication.changedTree("");
        awaitHold("SOURCE_REPLACED");
        assertThat(replica.resolve("d/one")).exists();
        assertThat(replica.resolve("other")).doesNotExist();
        replication
                .jdbc()
                .sql("UPDATE hold SET state = 'APPROVED', decided_at = now(), decided_by = 'test' WHERE state = 'OPEN'")
                .update();
        replication.awaitEqual(replica);
    }

    /** Held for one reason at a time: what is there, if only another tree, is not missing. */
    @Test
    void aMissingSourceInWhosePlaceAnotherComesIsHeldForThatAlone() throws IOException {
        write("d/one", "1");
        start();
        replication.awaitEqual(replica);
        Path away = directory.resolve("unmounted");
        Files.move(source, away);
        replication.changedTree("");
        awaitHold("SOURCE_MISSING");
        Files.createDirectory(source);
        awaitHold("SOURCE_EMPTY");
        write("other", "another tree");
        awaitHold("SOURCE_REPLACED");
        deleteTree(source);
        Files.move(away, source);
        replication.awaitEqual(replica);
        assertThat(openHolds()).isZero();
    }

    /** A target that lost its marker may be an empty mount point: nothing is written to it. */
    @Test
    void aTargetWithoutItsMarkerIsHeld() throws IOException {
        write("one", "1");
        start();
        replication.awaitEqual(replica);
        replication.stop();
        deleteTree(replica);
        Files.createDirectory(replica);
        write("two", "2");
        replication.start();
        replication.changed("two");
        awaitHold("TARGET_REPLACED");
        assertThat(replica.resolve("two")).doesNotExist();
        refuseToLookAtEverything();
        replication
                .jdbc()
                .sql("UPDATE hold SET state = 'APPROVED', decided_at = now(), decided_by = 'test' WHERE state = 'OPEN'")
                .update();
        await().atMost(Duration.ofSeconds(20)).until(() -> count("SELECT count(*) FROM refused WHERE is_called") == 1);
        replication.jdbc().sql("DROP TRIGGER refuse ON work_item").update();
        replication.awaitEqual(replica);
    }

    /** As if the process died just then, each time; the sequence keeps what the transaction takes back. */
    private void refuseToLookAtEverything() {
        for (String sql : new String[] {
            "CREATE SEQUENCE refused",
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM nextval('refused'); RAISE 'refused by the test'; END $$
            """,
            "CREATE TRIGGER refuse BEFORE INSERT ON work_item FOR EACH ROW WHEN (new.path = '') EXECUTE FUNCTION refuse()"
        }) {
            replication.jdbc().sql(sql).update();
        }
    }

    private void awaitHold(String reason) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(text("SELECT reason::text FROM hold WHERE state = 'OPEN'"))
                        .containsExactly(reason));
    }

    @Test
    void catchesUpWhenTheTargetComesBack() throws IOException {
        server.stop();
        write("waiting", "for the target");
        start();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> replication
                        .jdbc()
                        .sql("SELECT coalesce(max(failing_code), '') FROM target_state")
                        .query(String.class)
                        .single()
                        .equals("TARGET_UNREACHABLE"));
        server.start();
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM run")).isLessThan(5);
    }

    @Test
    void doesNotTransferWhatIsThereAlready() throws IOException {
        write("kept", "equal");
        Files.copy(source.resolve("kept"), replica.resolve("kept"));
        Files.setLastModifiedTime(replica.resolve("kept"), Files.getLastModifiedTime(source.resolve("kept")));
        start();
        replication.awaitEqual(replica);
        assertThat(text("SELECT outcome::text FROM v_delivery WHERE path = 'kept'"))
                .containsExactly("ADOPTED");
    }

    private long openHolds() {
        return count("SELECT count(*) FROM hold WHERE state = 'OPEN'");
    }
}
