package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.ChangeWriter;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.watch.JournalInMemory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a tier with events promises beyond the contract of every watcher: it tells of what changed and of nothing else. */
abstract class EventReaderContract extends WatcherContract {
    private final JournalInMemory journal = new JournalInMemory();

    @Override
    ChangeWriter journal() {
        return journal;
    }

    @Override
    List<Change> between(long after, long upTo) {
        return journal.between(after, upTo);
    }

    /** Numbers of objects that are gone are given anew at once: a handle of the old one must not be taken for trouble. */
    @Test
    void whatComesAndGoesElsewhereOnTheFileSystemAsksForNothing() throws Exception {
        Path elsewhere = Files.createDirectory(tree.root().resolve("elsewhere"));
        IntStream.range(0, 4).parallel().forEach(thread -> {
            try {
                for (int i = 0; i < 3_000; i++) {
                    Files.delete(Files.createFile(elsewhere.resolve("f" + thread)));
                    Files.delete(Files.createDirectory(elsewhere.resolve("d" + thread)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertThat(seen()).isEmpty();
    }

    @Test
    void aFileThatIsStillWrittenToIsToldApart() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(source.resolve("log").toFile(), "rw")) {
            file.write(1);
            assertThat(assertSeen("log")).allMatch(Change::writing);
            tree.mode(src("log"), 0600);
            assertThat(assertSeen("log")).allMatch(Change::writing);
        }
        assertThat(assertSeen("log")).noneMatch(Change::writing);
    }

    @Test
    void aHundredAndTwentyEightPathsInOneDirectoryAreOneLookAtIt() throws Exception {
        long from = journal.head();
        journal.away(true);
        tree.file("src/old/first", "");
        Awaitility.await().until(() -> journal.refusals() > 0);
        List<RelativePath> made = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            tree.file("src/old/f" + i, "");
            made.add(path("old/f" + i));
        }
        CompletableFuture<Long> reached = watcher.barrier();
        journal.away(false);
        long head = reached.get(30, TimeUnit.SECONDS);

        List<Change> changes = journal.between(from, head);
        assertThat(made).allMatch(path -> JournalInMemory.covers(changes, path));
        assertThat(JournalInMemory.has(changes, ChangeKind.DIR, path("old"))).isTrue();
        assertThat(changes).hasSizeLessThan(300);
    }

    @Test
    void barriersHaveTheirOrderAndLeaveNothing() throws Exception {
        long from = journal.head();
        List<CompletableFuture<Long>> barriers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            tree.file("src/f" + i, "");
            barriers.add(watcher.barrier());
        }
        for (int i = 0; i < 30; i++) {
            long head = barriers.get(i).get(30, TimeUnit.SECONDS);
            assertThat(JournalInMemory.covers(journal.between(from, head), path("f" + i)))
                    .as("f" + i)
                    .isTrue();
        }
        try (SourceRoot root = SourceRoot.open(source)) {
            Awaitility.await().until(() -> OwnDirectory.in(root).names().isEmpty());
        }
    }
}
