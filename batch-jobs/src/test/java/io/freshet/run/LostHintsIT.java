package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.journal.ChangeKind;
import io.freshet.path.RelativePath;
import io.freshet.policy.DeletionLimit;
import io.freshet.target.Operation;
import io.freshet.target.Operation.PutFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Rule 41: what was moved is renamed on the target, also where the hint was folded away or lost with the events. */
class LostHintsIT {
    private static final int FILES = 300;
    private static final int MORE_THAN_MANY = 101;
    private static final RelativePath BUSY = RelativePath.parse("busy");

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    @TempDir
    Path directory;

    private final CountDownLatch bulkGoesOn = new CountDownLatch(1);
    private Path source;
    private Path replica;
    private Replication replication;

    /** Holds up the bulk lane where it sends {@code busy}. */
    private final WatchedConnector.Onlooker holdsUpBulk = new WatchedConnector.Onlooker() {
        @Override
        public void applied(List<Operation> operations) throws InterruptedException {
            boolean busy = operations.stream()
                    .anyMatch(operation -> operation instanceof PutFile
                            && operation.path().parent().equals(BUSY));
            if (busy) {
                assertThat(bulkGoesOn.await(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    };

    @BeforeEach
    void setUp() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        replica = Files.createDirectory(directory.resolve("replica"));
        Files.createDirectories(source.resolve("old/x/below"));
        Files.createDirectory(source.resolve("new"));
        Files.createDirectory(source.resolve("busy"));
        for (int i = 0; i < FILES; i++) {
            Files.writeString(source.resolve("old/x/" + (i % 2 == 0 ? "" : "below/") + "f" + i), "content " + i);
        }
        replication = new Replication(database, source);
        replication.target(WatchedConnector.address("replica", replica, holdsUpBulk));
    }

    @AfterEach
    void tearDown() {
        bulkGoesOn.countDown();
        replication.close();
    }

    /** Express sees that it is gone long before bulk has looked through where it is now. */
    @Test
    void aDeletionDoesNotOvertakeItsMove() throws IOException {
        startEqual();
        keepBulkBusy();
        Files.move(source.resolve("old/x"), source.resolve("new/x"));
        Files.delete(source.resolve("old"));
        replication.changed("old");
        awaitPostponed(1);
        assertThat(text("SELECT postponed_because FROM work_item WHERE attempts = 0 AND error IS NULL"))
                .contains(
                        "its deletion waits, for a minute at most, until older changes are looked through: it may have"
                                + " been moved");
        bulkGoesOn.countDown();
        replication.awaitEqual(replica);
        assertThat(deliveredSince("busy/f")).containsExactlyInAnyOrder("RENAMED new/x 0", "DELETED old 0");
    }

    /** 128 paths in one directory are folded to a look at that directory, and the pair with them. */
    @Test
    void aRenameThatWasFoldedIsFound() throws IOException {
        startEqual();
        mark();
        Files.move(source.resolve("old/x"), source.resolve("old/y"));
        replication.changed(ChangeKind.DIR, "old");
        replication.changed("old");
        replication.awaitEqual(replica);
        assertThat(deliveredSince("mark")).containsExactly("RENAMED old/y 0");
    }

    /** What is known of the new place is no more than that it has to be looked through. */
    @Test
    void aDirectoryThatTurnsUpElsewhereIsRenamed() throws IOException {
        startEqual();
        mark();
        Files.move(source.resolve("old"), source.resolve("elsewhere"));
        Files.writeString(source.resolve("elsewhere/x/late"), "1");
        replication.changedTree("elsewhere");
        replication.changed("elsewhere/x/late", "old");
        replication.awaitEqual(replica);
        assertThat(deliveredSince("mark"))
                .contains("RENAMED elsewhere 0", "TRANSFERRED elsewhere/x/late 1")
                .noneMatch(row -> row.startsWith("DELETED") || row.startsWith("TRANSFERRED elsewhere/x/f"));
    }

    /** So large that it goes by the bulk lane, while the express lane sees that it is gone. */
    @Test
    void aLargeFileThatTurnsUpElsewhereIsRenamed() throws IOException {
        Files.write(source.resolve("large"), new byte[(int) WavePlanner.LARGE_FILE]);
        startEqual();
        mark();
        Files.move(source.resolve("large"), source.resolve("new/large"));
        replication.changed("new/large", "large");
        replication.awaitEqual(replica);
        assertThat(deliveredSince("mark")).containsExactly("RENAMED new/large 0");
    }

    /** Rules 7 and 8: the same object, size and time prove nothing about what is in it. */
    @Test
    void whatWasRewrittenOnTheWayIsSent() throws IOException {
        byte[] content = new byte[2 << 20];
        Files.write(source.resolve("large"), content);
        startEqual();
        mark();
        FileTime time = Files.getLastModifiedTime(source.resolve("large"));
        Files.move(source.resolve("large"), source.resolve("new/large"));
        content[0] = 1;
        Files.write(source.resolve("new/large"), content);
        Files.setLastModifiedTime(source.resolve("new/large"), time);
        replication.changed("new/large", "large");
        replication.awaitEqual(replica);
        assertThat(deliveredSince("mark"))
                .containsExactlyInAnyOrder("TRANSFERRED new/large " + content.length, "DELETED large 0");
    }

    @Test
    void noDirectoryWaitsLongerThanAMinute() throws IOException {
        SettableClock clock = new SettableClock(Instant.now());
        replication.clock(clock);
        startEqual();
        keepBulkBusy();
        deleteOld();
        replication.changed("old");
        assertThatItGoesAfterAMinute(clock, 1);
    }

    @Test
    void norDoManyFiles() throws IOException {
        SettableClock clock = new SettableClock(Instant.now());
        replication.clock(clock);
        String[] paths = new String[MORE_THAN_MANY];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = "many" + i;
            Files.createFile(source.resolve(paths[i]));
        }
        startEqual();
        keepBulkBusy();
        for (String path : paths) {
            Files.delete(source.resolve(path));
        }
        replication.changed(paths);
        assertThatItGoesAfterAMinute(clock, paths.length);
    }

    private void assertThatItGoesAfterAMinute(SettableClock clock, int items) {
        awaitPostponed(items);
        clock.advance(Duration.ofSeconds(59));
        replication.changed("old", "many0");
        await("looked at once more").until(() -> !text("""
                        SELECT path FROM work_item
                        WHERE postponed_at IS NOT NULL AND ready_at > now() + interval '500 milliseconds'
                        """).isEmpty());
        awaitPostponed(items);
        clock.advance(Duration.ofSeconds(2));
        await().untilAsserted(() ->
                assertThat(text("SELECT DISTINCT outcome::text FROM delivery")).contains("DELETED"));
        assertThat(bulkGoesOn.getCount()).as("bulk is still busy").isEqualTo(1);
        bulkGoesOn.countDown();
        replication.awaitEqual(replica);
    }

    /** Somebody else's directory is in the way, and the old place may not be deleted: what is moved is sent all the same. */
    @Test
    void aRenameThatTheTargetRefusesIsNotTriedAgain() throws IOException {
        replication.close();
        replication = new Replication(database, source);
        replication.target(
                WatchedConnector.address("replica", replica, holdsUpBulk),
                OneTarget.withLimit(new DeletionLimit(1, 1)));
        startEqual();
        mark();
        Files.createDirectories(replica.resolve("new/x"));
        Files.writeString(replica.resolve("new/x/theirs"), "1");
        Files.move(source.resolve("old/x"), source.resolve("new/x"));
        replication.moved("old/x", "new/x", ChangeKind.TREE);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> text("SELECT path FROM work_item").equals(List.of("old/x")));
        assertThat(deliveredSince("mark"))
                .contains("FAILED new/x 0", "TRANSFERRED new/x/f0 9", "HELD old/x 0")
                .noneMatch(row -> row.startsWith("RENAMED new/x "));
        assertThat(replica.resolve("new/x/theirs")).exists();
    }

    /** A look at a directory that is gone is no walk that could find anything. The clock stands still. */
    @Test
    void directoriesThatAreGoneDoNotWaitForEachOther() throws IOException {
        replication.clock(new SettableClock(Instant.now()));
        startEqual();
        deleteOld();
        replication.changed(ChangeKind.DIR, "old/x/below");
        replication.changed(ChangeKind.DIR, "old/x");
        replication.changed("old");
        replication.awaitEqual(replica);
    }

    private void deleteOld() throws IOException {
        OneTarget.deleteTree(source.resolve("old"));
    }

    private void startEqual() {
        replication.start();
        replication.awaitEqual(replica);
    }

    private void mark() throws IOException {
        Files.writeString(source.resolve("mark"), "1");
        replication.changed("mark");
        replication.awaitEqual(replica);
    }

    /** With a walk that it will come to. */
    private void keepBulkBusy() throws IOException {
        Files.writeString(source.resolve("busy/f"), "1");
        replication.changedTree("busy");
        await().until(() -> Files.exists(replica.resolve("busy/f")));
        replication.changedTree("new");
    }

    private void awaitPostponed(int items) {
        await().untilAsserted(() -> assertThat(text("SELECT path FROM work_item WHERE postponed_at IS NOT NULL"))
                .hasSize(items));
    }

    /** Returns "OUTCOME path bytes" of what was delivered after a path, apart from attributes of directories. */
    private List<String> deliveredSince(String path) {
        return replication
                .jdbc()
                .sql("""
                        SELECT outcome || ' ' || path || ' ' || bytes FROM delivery
                        WHERE outcome <> 'METADATA' AND path <> :path
                          AND delivered_at >= (SELECT max(delivered_at) FROM delivery WHERE path = :path)
                        """)
                .param("path", path)
                .query(String.class)
                .list();
    }

    private List<String> text(String sql) {
        return replication.jdbc().sql(sql).query(String.class).list();
    }
}
