package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.posix.Tree;
import io.freshet.watch.EventReader;
import io.freshet.watch.EventReaders;
import io.freshet.watch.EventSink;
import io.freshet.watch.JournalInMemory;
import io.freshet.watch.Tier;
import io.freshet.watch.UnwatchedSubtree;
import io.freshet.watch.Watcher;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.WatcherState;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is special to inotify: its queue overflows, and directories may refuse a watch. */
class InotifyReaderTest {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final int MOST_EVENTS_WORTH_MAKING = 40_000;

    // In memory where that may be: ext4 flushes every file that is truncated, written and closed.
    private final Tree tree = Files.isWritable(SHARED_MEMORY) ? Tree.in(SHARED_MEMORY) : Tree.temporary();
    private final JournalInMemory journal = new JournalInMemory();
    private final ReentrantLock gate = new ReentrantLock(true);
    private Watcher watcher;

    @AfterEach
    void close() {
        if (watcher != null) {
            watcher.close();
        }
        tree.close();
    }

    private long start(EventReaders readers, WatcherOptions options) throws Exception {
        watcher = new Watcher(options, readers, journal, Clock.systemUTC());
        watcher.start();
        Awaitility.await().until(() -> watcher.status().state() == WatcherState.WATCHING);
        return watcher.barrier().get(30, TimeUnit.SECONDS);
    }

    @Test
    void anOverflowLeadsToALookAtEverythingAndToWatchesEverywhere() throws Exception {
        int queue;
        try (InputStream limit = Files.newInputStream(Path.of("/proc/sys/fs/inotify/max_queued_events"))) {
            // In one read: the kernel gives these files away once.
            queue = Integer.parseInt(new String(limit.readNBytes(32), StandardCharsets.US_ASCII).strip());
        }
        assumeTrue(queue <= MOST_EVENTS_WORTH_MAKING, "the kernel's queue takes " + queue + " events");
        tree.directory("d/goes");
        long from = start(gated(), WatcherOptions.of(tree.root()).withTier(Tier.INOTIFY));
        CompletableFuture<Long> waiting;
        gate.lock();
        try {
            for (int i = 0; i < queue; i++) {
                tree.file("d/f" + i % 1_000, "x");
            }
            tree.directory("made/while/overflowing");
            tree.removeTree(path("d/goes"));
            waiting = watcher.barrier();
        } finally {
            gate.unlock();
        }
        ExecutionException failed =
                catchThrowableOfType(ExecutionException.class, () -> waiting.get(30, TimeUnit.SECONDS));
        assertThat(failed).hasMessageContaining("max_queued_events");
        long head = watcher.barrier().get(30, TimeUnit.SECONDS);
        assertThat(journal.between(from, head))
                .anyMatch(change -> change.path().isRoot()
                        && change.kind() == ChangeKind.TREE
                        && change.detector() == Detector.OVERFLOW);
        assertThat(watcher.status().overflows()).isPositive();

        tree.file("made/while/overflowing/f", "");
        tree.file("d/f1", "after");
        List<Change> after = journal.between(head, watcher.barrier().get(30, TimeUnit.SECONDS));
        assertThat(JournalInMemory.has(after, ChangeKind.PATH, path("made/while/overflowing/f")))
                .isTrue();
        assertThat(JournalInMemory.has(after, ChangeKind.PATH, path("d/f1"))).isTrue();
    }

    @Test
    void aDirectoryThatMayNotBeReadIsToldOfAndScanned() throws Exception {
        tree.directory("private/sub");
        tree.directory("public");
        tree.directory(".freshet");
        tree.mode(path("private"), 0);
        EventReaders asOrdinaryUser = (root, cookies, options) -> {
            Tree.becomeOrdinaryUser();
            return new LinuxEventReaders().open(root, cookies, options);
        };
        long from = start(
                asOrdinaryUser,
                WatcherOptions.of(tree.root())
                        .withTier(Tier.INOTIFY)
                        .withTimes(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(100)));

        assertThat(watcher.status().unwatched())
                .extracting(UnwatchedSubtree::path)
                .containsExactly(path("private"));
        assertThat(watcher.status().unwatched().get(0).reason()).contains("EACCES");
        assertThat(watcher.status().limits())
                .startsWith("2 watches used, one for each directory, of ")
                .contains("max_user_watches");
        tree.file("public/f", "");
        assertThat(JournalInMemory.has(
                        journal.between(from, watcher.barrier().get(30, TimeUnit.SECONDS)),
                        ChangeKind.PATH,
                        path("public/f")))
                .isTrue();
        Awaitility.await()
                .until(() -> journal.all().stream()
                        .anyMatch(change -> change.path().equals(path("private"))
                                && change.kind() == ChangeKind.TREE
                                && change.detector() == Detector.SCAN));

        tree.mode(path("private"), 0755);
        Awaitility.await().until(() -> watcher.status().unwatched().isEmpty());
        long head = watcher.barrier().get(30, TimeUnit.SECONDS);
        tree.file("private/sub/f", "");
        assertThat(JournalInMemory.covers(
                        journal.between(head, watcher.barrier().get(30, TimeUnit.SECONDS)), path("private/sub/f")))
                .isTrue();
    }

    @Test
    void withoutTheCapabilitiesInotifyIsChosenAndSaysWhy() throws Exception {
        EventReader chosen = Tree.asOrdinaryUser(() -> open(WatcherOptions.of(tree.root())));
        try (chosen) {
            assertThat(chosen.tier()).isEqualTo(Tier.INOTIFY);
            assertThat(chosen.reason())
                    .startsWith("fanotify refused: ")
                    .contains("EPERM")
                    .contains("CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH");
        }
        FreshetException forced = Tree.asOrdinaryUser(() -> catchThrowableOfType(
                FreshetException.class,
                () -> open(WatcherOptions.of(tree.root()).withTier(Tier.FANOTIFY))));
        assertThat(forced.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID);
        assertThat(forced).hasMessageContaining("CAP_SYS_ADMIN");
    }

    private EventReader open(WatcherOptions options) {
        try (SourceRoot root = SourceRoot.open(tree.root())) {
            return new LinuxEventReaders().open(root, OwnDirectory.in(root), options);
        }
    }

    /** Readers that read only while the test does not hold the gate. */
    private EventReaders gated() {
        return (root, cookies, options) -> {
            EventReader reader = new LinuxEventReaders().open(root, cookies, options);
            return new EventReader() {
                @Override
                public Tier tier() {
                    return reader.tier();
                }

                @Override
                public String reason() {
                    return reader.reason();
                }

                @Override
                public String limits() {
                    return reader.limits();
                }

                @Override
                public boolean reportsCookies() {
                    return reader.reportsCookies();
                }

                @Override
                public void begin(EventSink sink) {
                    reader.begin(sink);
                }

                @Override
                public void read(EventSink sink, Duration longest) {
                    gate.lock();
                    try {
                        reader.read(sink, Duration.ofMillis(Math.min(100, longest.toMillis())));
                    } finally {
                        gate.unlock();
                    }
                }

                @Override
                public void wake() {
                    reader.wake();
                }

                @Override
                public List<UnwatchedSubtree> unwatched() {
                    return reader.unwatched();
                }

                @Override
                public void close() {
                    reader.close();
                }
            };
        };
    }

    @Test
    void theSubtreesWithoutWatchesAreBounded() {
        Unwatched unwatched = new Unwatched(Duration.ofHours(1));
        for (int i = 0; i <= Unwatched.MOST; i++) {
            unwatched.add(RelativePath.parse("d" + i), "a test");
        }
        unwatched.add(path("one more"), "a test");

        assertThat(unwatched.list())
                .hasSize(1)
                .allMatch(subtree -> subtree.path().isRoot());
        assertThat(unwatched.due()).isEmpty();
    }
}
