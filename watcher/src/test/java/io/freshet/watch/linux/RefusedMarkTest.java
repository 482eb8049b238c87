package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.posix.Tree;
import io.freshet.watch.JournalInMemory;
import io.freshet.watch.Tier;
import io.freshet.watch.UnwatchedSubtree;
import io.freshet.watch.Watcher;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.WatcherState;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file system in the source that takes no fanotify mark: it is scanned and said so, and the rest is watched on. */
class RefusedMarkTest {
    private final Tree tree = Tree.temporary();
    private final JournalInMemory journal = new JournalInMemory();
    private Watcher watcher;
    private boolean mounted;

    @BeforeEach
    void mount() {
        tree.directory("src/there");
        tree.directory("src/overlay");
        tree.directory("layers/lower");
        assumeTrue(tree.mountTmpfs(path("layers")), "this process may not mount");
        tree.directory("layers/upper");
        tree.directory("layers/work");
        tree.directory("layers/lower");
        mounted =
                tree.mountOverlay(path("src/overlay"), path("layers/lower"), path("layers/upper"), path("layers/work"));
    }

    @AfterEach
    void close() {
        if (watcher != null) {
            watcher.close();
        }
        if (mounted) {
            tree.unmount(path("src/overlay"));
        }
        if (Tree.isRoot()) {
            tree.unmount(path("layers"));
        }
        tree.close();
    }

    @Test
    void isScannedAndSaidSo() throws Exception {
        assumeTrue(mounted, "this process may not mount an overlay");
        watcher = new Watcher(
                WatcherOptions.of(tree.root().resolve("src"))
                        .withTier(Tier.FANOTIFY)
                        .withTimes(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(100)),
                new LinuxEventReaders(),
                journal,
                Clock.systemUTC());
        watcher.start();
        Awaitility.await().until(() -> watcher.status().state() != WatcherState.STARTING || refused() != null);
        assumeTrue(refused() == null, refused());
        long from = barrier();

        List<UnwatchedSubtree> unwatched = watcher.status().unwatched();
        assertThat(unwatched).extracting(UnwatchedSubtree::path).containsExactly(path("overlay"));
        assertThat(unwatched.get(0).reason()).contains("overlay is mounted there", "EOPNOTSUPP");

        tree.file("src/there/f", "");
        tree.file("src/overlay/unseen", "");
        List<Change> seen = journal.between(from, barrier());
        assertThat(JournalInMemory.has(seen, ChangeKind.PATH, path("there/f"))).isTrue();
        long later = journal.head();
        Awaitility.await()
                .until(() -> journal.between(later, journal.head()).stream()
                        .anyMatch(change -> change.path().equals(path("overlay"))
                                && change.kind() == ChangeKind.TREE
                                && change.detector() == Detector.SCAN));
        assertThat(watcher.status().state()).isEqualTo(WatcherState.WATCHING);

        tree.unmount(path("src/overlay"));
        mounted = false;
        Awaitility.await().until(() -> watcher.status().unwatched().isEmpty());
    }

    private String refused() {
        String trouble = watcher.status().trouble();
        return watcher.status().state() == WatcherState.STARTING && trouble != null && trouble.contains("fanotify")
                ? trouble
                : null;
    }

    private long barrier() throws Exception {
        return watcher.barrier().get(30, TimeUnit.SECONDS);
    }
}
