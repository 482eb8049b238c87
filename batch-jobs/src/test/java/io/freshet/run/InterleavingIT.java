package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.journal.ChangeKind;
import io.freshet.path.RelativePath;
import io.freshet.target.Operation;
import io.freshet.target.Operation.MakeDirectory;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Operation.Rename;
import io.freshet.target.Operation.SetAttributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Both lanes of one target, or the source and a wave, at moments that could spoil what they do. */
class InterleavingIT {
    private static final WatchedConnector.Onlooker UNSEEN = new WatchedConnector.Onlooker() {};

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    @TempDir
    Path directory;

    private Path source;
    private Path replica;

    @BeforeEach
    void setUp() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        replica = Files.createDirectory(directory.resolve("replica"));
    }

    /** A change while a new target is seeded lets both lanes begin at once: neither is a stranger to the other. */
    @Test
    void bothMayBeTheFirst() throws IOException {
        CountDownLatch both = new CountDownLatch(2);
        WatchedConnector.Onlooker meeting = new WatchedConnector.Onlooker() {
            @Override
            public void readMarker() throws InterruptedException {
                both.countDown();
                WatchedConnector.waitFor(both);
            }
        };
        Files.writeString(source.resolve("early"), "1");
        try (Replication replication = started(meeting)) {
            Files.writeString(source.resolve("late"), "2");
            replication.changed("late");
            replication.awaitEqual(replica);
            assertThat(replication
                            .jdbc()
                            .sql("SELECT detail FROM hold")
                            .query((row, number) -> row.getString(1))
                            .list())
                    .isEmpty();
        }
    }

    /**
     * One lane makes a directory and gives it its time; before that is recorded, the other publishes into it, which changes
     * the time again.
     */
    @Test
    void aDirectoryKeepsItsTimeWhenBothPublishIntoIt() throws IOException {
        RelativePath made = RelativePath.parse("d");
        RelativePath late = RelativePath.parse("d/late");
        CountDownLatch published = new CountDownLatch(1);
        WatchedConnector.Onlooker holdsUp = new WatchedConnector.Onlooker() {
            @Override
            public void applied(List<Operation> operations) throws InterruptedException {
                if (has(operations, PutFile.class, late)) {
                    published.countDown();
                } else if (has(operations, SetAttributes.class, made)) {
                    WatchedConnector.waitFor(published);
                }
            }
        };
        Files.writeString(source.resolve("seeded"), "1");
        try (Replication replication = started(holdsUp)) {
            replication.awaitEqual(replica);
            Path directory = Files.createDirectory(source.resolve("d"));
            Files.writeString(directory.resolve("late"), "2");
            Files.setLastModifiedTime(directory, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
            replication.changedTree("d");
            replication.changed("d/late");
            replication.awaitEqual(replica);
            assertThat(published.getCount()).isZero();
        }
    }

    /** What was made on the target and never finished is no longer unknown there. */
    @Test
    void aDirectoryThatGoesWhileItIsMadeGoesFromTheTargetToo() throws IOException {
        RelativePath passing = RelativePath.parse("passing");
        WatchedConnector.Onlooker removes = new WatchedConnector.Onlooker() {
            @Override
            public void applied(List<Operation> operations) {
                if (has(operations, MakeDirectory.class, passing)) {
                    assertThat(replica.resolve("passing")).exists();
                    assertThat(source.resolve("passing").toFile().delete()).isTrue();
                }
            }
        };
        Files.writeString(source.resolve("seeded"), "1");
        try (Replication replication = started(removes)) {
            replication.awaitEqual(replica);
            Files.createDirectory(source.resolve("passing"));
            replication.changedTree("passing");
            await().until(() -> !Files.exists(source.resolve("passing")));
            replication.changed("passing");
            replication.awaitEqual(replica);
        }
    }

    /** Rule 7: hints are a set, not a history; here each would wait for what the other carries away. */
    @Test
    void hintsThatNameEachOtherDoNotWaitForEachOther() throws IOException {
        Files.writeString(source.resolve("one"), "1");
        Files.writeString(source.resolve("other"), "2");
        Files.writeString(source.resolve("stays"), "3");
        try (Replication replication = started(UNSEEN)) {
            replication.awaitEqual(replica);
            Files.delete(source.resolve("one"));
            Files.delete(source.resolve("other"));
            replication.moved("one", "other", ChangeKind.PATH);
            replication.moved("other", "one", ChangeKind.PATH);
            replication.awaitEqual(replica);
        }
    }

    /** A directory's handle is asked for its path when the event is read, and that may be another one by then. */
    @Test
    void aHintFromWithinItselfHoldsUpNobody() throws IOException {
        Files.createDirectories(source.resolve("d/e"));
        try (Replication replication = started(UNSEEN)) {
            replication.awaitEqual(replica);
            Files.writeString(source.resolve("d/e/f"), "1");
            replication.moved("d/e", "d", ChangeKind.TREE);
            replication.awaitEqual(replica);
        }
    }

    /** What one lane tries in the staging area is not what a dead process has left there. */
    @Test
    void theTakeoverOfOneLaneLeavesWhatTheOtherTries() throws IOException {
        CountDownLatch bothEnter = new CountDownLatch(2);
        AtomicBoolean sweeping = new AtomicBoolean();
        AtomicBoolean together = new AtomicBoolean();
        WatchedConnector.Onlooker holdsUp = new WatchedConnector.Onlooker() {
            @Override
            public void enteringGate() {
                together.compareAndSet(false, sweeping.get());
                bothEnter.countDown();
            }

            @Override
            public void sweepingStaging() throws InterruptedException {
                sweeping.set(true);
                WatchedConnector.waitFor(bothEnter);
                sweeping.set(false);
            }
        };
        Files.writeString(source.resolve("early"), "1");
        try (Replication replication = started(holdsUp)) {
            Files.writeString(source.resolve("late"), "2");
            replication.changed("late");
            replication.awaitEqual(replica);
            assertThat(together).as("swept while the other lane tried").isFalse();
        }
    }

    /**
     * One lane sends a file that it saw; before it has recorded that, the file goes, and a walk compares the source with a
     * manifest in which it never was.
     */
    @Test
    void aWalkLooksAgainAtWhatIsInFlight() throws IOException {
        RelativePath passing = RelativePath.parse("d/passing");
        AtomicReference<Replication> asked = new AtomicReference<>();
        WatchedConnector.Onlooker removes = new WatchedConnector.Onlooker() {
            @Override
            public void applied(List<Operation> operations) {
                Replication replication = asked.get();
                if (has(operations, PutFile.class, passing) && replication != null) {
                    assertThat(source.resolve("d/passing").toFile().delete()).isTrue();
                    replication.changedTree("d");
                    await("the walk is over")
                            .until(() -> replication
                                    .jdbc()
                                    .sql("""
                                    SELECT cursor = (SELECT head FROM source)
                                       AND NOT EXISTS (SELECT FROM work_item WHERE path = 'd') FROM target_state
                                    """)
                                    .query(Boolean.class)
                                    .single());
                }
            }
        };
        Files.createDirectory(source.resolve("d"));
        try (Replication replication = started(removes)) {
            replication.awaitEqual(replica);
            asked.set(replication);
            Files.writeString(source.resolve("d/passing"), "1");
            replication.changed("d/passing");
            await().until(() -> !Files.exists(source.resolve("d/passing")));
            replication.awaitEqual(replica);
        }
    }

    /** What was in a directory is deleted, but not the directory; then it comes back, and of what is in it nothing has changed. */
    @Test
    void aDirectoryThatComesBackBeforeItIsDeletedArrivesWhole() throws IOException {
        Files.createDirectories(source.resolve("d/e"));
        Files.writeString(source.resolve("d/e/f"), "1");
        Files.writeString(source.resolve("stays"), "2");
        try (Replication replication = started(UNSEEN)) {
            replication.awaitEqual(replica);
            Path away = Files.move(source.resolve("d"), directory.resolve("away"));
            Path inTheWay = Files.writeString(replica.resolve("d/theirs"), "not ours to delete");
            replication.changed("d");
            await().untilAsserted(() -> assertThat(replication
                            .jdbc()
                            .sql("SELECT count(*) FROM work_item WHERE attempts > 0")
                            .query(Long.class)
                            .single())
                    .isEqualTo(1));
            assertThat(replica.resolve("d/e")).doesNotExist();
            Files.delete(inTheWay);
            Files.move(away, source.resolve("d"));
            replication.changed("d");
            replication.awaitEqual(replica);
        }
    }

    /** What is removed from a directory of the target changes its time, also where the source has it elsewhere by then. */
    @Test
    void aDirectoryKeepsItsTimeWhenItIsRenamedBeforeADeletionInIt() throws IOException {
        Path d = Files.createDirectory(source.resolve("d"));
        Files.writeString(d.resolve("f"), "1");
        Files.writeString(source.resolve("stays"), "2");
        try (Replication replication = started(UNSEEN)) {
            replication.awaitEqual(replica);
            FileTime time = FileTime.from(Instant.ofEpochSecond(1_000_000_000));
            Files.delete(d.resolve("f"));
            Files.setLastModifiedTime(d, time);
            replication.changed("d");
            await().untilAsserted(() ->
                    assertThat(Files.getLastModifiedTime(replica.resolve("d"))).isEqualTo(time));
            Files.move(d, source.resolve("e"));
            replication.changed("d/f");
            await().until(() -> !Files.exists(replica.resolve("d/f")));
            replication.moved("d", "e", ChangeKind.TREE);
            replication.changed("d");
            replication.awaitEqual(replica);
        }
    }

    /** Renames in a circle, where each has to wait for what the next one carries away, and not all can go at once. */
    @Test
    void aCircleOfRenamesEnds() throws IOException {
        RelativePath first = RelativePath.parse("first");
        CountDownLatch planned = new CountDownLatch(1);
        WatchedConnector.Onlooker holdsUp = new WatchedConnector.Onlooker() {
            @Override
            public void applied(List<Operation> operations) throws InterruptedException {
                if (has(operations, PutFile.class, first)) {
                    WatchedConnector.waitFor(planned);
                }
            }
        };
        Files.writeString(source.resolve("a"), "A");
        Files.writeString(source.resolve("b"), "BB");
        Files.writeString(Files.createDirectory(source.resolve("one")).resolve("x"), "1");
        Files.writeString(Files.createDirectory(source.resolve("other")).resolve("y"), "2");
        try (Replication replication = started(holdsUp)) {
            replication.awaitEqual(replica);
            Files.writeString(source.resolve("first"), "3");
            replication.changed("first");
            swap("a", "b");
            swap("one", "other");
            swap("a", "one");
            replication.changed("a", "b", "one", "other");
            replication.moved("other", "a", ChangeKind.TREE);
            replication.moved("a", "b", ChangeKind.TREE);
            replication.moved("b", "one", ChangeKind.TREE);
            replication.moved("one", "other", ChangeKind.TREE);
            planned.countDown();
            replication.awaitEqual(replica);
        }
    }

    private void swap(String one, String other) throws IOException {
        Path third = source.resolve("third");
        Files.move(source.resolve(one), third);
        Files.move(source.resolve(other), source.resolve(one));
        Files.move(third, source.resolve(other));
    }

    /** A symlink became a directory: what is in that must not go through the symlink that the target still has. */
    @Test
    void nothingIsDeliveredThroughASymlink() throws IOException {
        Files.createDirectories(source.resolve("a/below"));
        Files.createSymbolicLink(source.resolve("d"), Path.of("a"));
        try (Replication replication = started(UNSEEN)) {
            replication.awaitEqual(replica);
            Files.delete(source.resolve("d"));
            Files.createDirectories(source.resolve("d/below"));
            Files.writeString(source.resolve("d/inside"), "1");
            Files.writeString(source.resolve("d/below/deeper"), "2");
            replication.changed("d/inside");
            replication.changed("d/below/deeper");
            replication.awaitEqual(replica);
            assertThat(replica.resolve("a/inside")).doesNotExist();
            assertThat(replica.resolve("a/below/deeper")).doesNotExist();
        }
    }

    /** What was renamed a moment ago is renamed again while that is delivered: the one hint must not wait for the other. */
    @Test
    void whatIsRenamedOnWhileItsRenameIsDeliveredArrives() throws IOException {
        RelativePath middle = RelativePath.parse("m");
        AtomicReference<Replication> asked = new AtomicReference<>();
        WatchedConnector.Onlooker renamesOn = new WatchedConnector.Onlooker() {
            @Override
            public void applied(List<Operation> operations) {
                if (has(operations, Rename.class, middle)) {
                    assertThat(source.resolve("m")
                                    .toFile()
                                    .renameTo(source.resolve("z").toFile()))
                            .isTrue();
                    asked.get().moved("m", "z", ChangeKind.PATH);
                    await("planned")
                            .until(() -> asked.get()
                                    .jdbc()
                                    .sql("SELECT cursor = (SELECT head FROM source) FROM target_state")
                                    .query(Boolean.class)
                                    .single());
                }
            }
        };
        Files.writeString(source.resolve("a"), "1");
        try (Replication replication = new Replication(database, source)) {
            asked.set(replication);
            replication
                    .target(WatchedConnector.address("replica", replica, renamesOn))
                    .start();
            replication.awaitEqual(replica);
            Files.move(source.resolve("a"), source.resolve("m"));
            replication.moved("a", "m", ChangeKind.PATH);
            await().until(() -> Files.exists(source.resolve("z")));
            replication.awaitEqual(replica);
        }
    }

    /** Rule 3: express moves a directory while bulk is about to publish below it; there is nothing of it to publish into then. */
    @Test
    void aDirectoryIsNotMovedAwayFromUnderWhatIsInFlight() throws IOException {
        RelativePath large = RelativePath.parse("a/large");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch moved = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        WatchedConnector.Onlooker holdsUp = new WatchedConnector.Onlooker() {
            @Override
            public void applied(List<Operation> operations) throws InterruptedException {
                if (has(operations, Rename.class, RelativePath.parse("b"))) {
                    order.add("moved");
                    moved.countDown();
                } else if (has(operations, PutFile.class, large)) {
                    begun.countDown();
                    WatchedConnector.waitFor(moved);
                    order.add("delivered");
                }
            }
        };
        Files.writeString(Files.createDirectory(source.resolve("a")).resolve("small"), "1");
        try (Replication replication = started(holdsUp)) {
            replication.awaitEqual(replica);
            Files.write(source.resolve("a/large"), new byte[(int) WavePlanner.LARGE_FILE]);
            replication.changed("a/large");
            await().until(() -> begun.getCount() == 0);
            Files.move(source.resolve("a"), source.resolve("b"));
            replication.moved("a", "b", ChangeKind.TREE);
            replication.awaitEqual(replica);
            assertThat(order).containsExactly("delivered", "moved");
        }
    }

    private Replication started(WatchedConnector.Onlooker onlooker) {
        Replication replication = new Replication(database, source);
        replication
                .target(WatchedConnector.address("replica", replica, onlooker))
                .start();
        return replication;
    }

    private static boolean has(List<Operation> operations, Class<? extends Operation> kind, RelativePath path) {
        return operations.stream()
                .anyMatch(operation ->
                        kind.isInstance(operation) && operation.path().equals(path));
    }
}
