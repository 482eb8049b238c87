package io.freshet.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.journal.RescanReason;
import io.freshet.path.RelativePath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DirtySetTest {
    private static final long BOUND = 64 * 1024;

    private final DirtySet dirty = new DirtySet(BOUND);

    @Test
    void aPathIsThereOnceWithItsStrongestKindItsOldestTimeAndItsLatestWriter() throws Exception {
        dirty.add(new DirtySet.Dirty(path("a"), ChangeKind.PATH, path("from"), true, Detector.INOTIFY, 10));
        dirty.add(new DirtySet.Dirty(path("a"), ChangeKind.TREE, null, false, Detector.INOTIFY, 20));

        assertThat(dirty.take().dirty())
                .containsExactly(
                        new DirtySet.Dirty(path("a"), ChangeKind.TREE, path("from"), false, Detector.INOTIFY, 10));
    }

    @Test
    void whatATreeCoversIsNotAdded() throws Exception {
        add("a/b", ChangeKind.TREE, 1);
        add("a/b/c/d", ChangeKind.PATH, 2);
        add("a/bc", ChangeKind.PATH, 3);

        assertThat(dirty.take().dirty()).extracting(DirtySet.Dirty::path).containsExactly(path("a/b"), path("a/bc"));
    }

    @Test
    void manyPathsInADirectoryBecomeALookAtItAndTreesStay() throws Exception {
        add("d/tree", ChangeKind.TREE, 5);
        for (int i = 0; i < DirtySet.MOST_PATHS_IN_DIRECTORY; i++) {
            add("d/f" + i, ChangeKind.PATH, 100 - i % 10);
        }
        add("d/another", ChangeKind.PATH, 200);
        add("d/sub/f", ChangeKind.PATH, 200);

        List<DirtySet.Dirty> taken = dirty.take().dirty();

        assertThat(taken)
                .containsExactly(
                        DirtySet.Dirty.of(path("d/tree"), ChangeKind.TREE, Detector.INOTIFY, 5),
                        DirtySet.Dirty.of(path("d"), ChangeKind.DIR, Detector.INOTIFY, 91),
                        DirtySet.Dirty.of(path("d/sub/f"), ChangeKind.PATH, Detector.INOTIFY, 200));
        assertThat(dirty.size()).isZero();
        assertThat(dirty.bytes()).isZero();
    }

    @Test
    void aboveTheBoundItFallsToTopLevelDirectories() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            add("top" + i % 3 + "/d" + i + "/f", ChangeKind.PATH, i + 1);
            assertThat(dirty.bytes()).isLessThanOrEqualTo(BOUND);
        }

        assertThat(dirty.take().dirty())
                .containsExactlyInAnyOrder(
                        DirtySet.Dirty.of(path("top0"), ChangeKind.TREE, Detector.OVERFLOW, 1),
                        DirtySet.Dirty.of(path("top1"), ChangeKind.TREE, Detector.OVERFLOW, 2),
                        DirtySet.Dirty.of(path("top2"), ChangeKind.TREE, Detector.OVERFLOW, 3));
    }

    @Test
    void aboveTheBoundEvenThenItFallsToARescan() throws Exception {
        Barrier barrier = new Barrier(0, Instant.EPOCH, false, (ended, error) -> {});
        dirty.add(barrier);
        for (int i = 0; i < 2_000; i++) {
            add("top" + i + "/d/f", ChangeKind.PATH, i + 1);
        }

        DirtySet.Taken taken = dirty.take();

        assertThat(taken.rescans()).containsExactly(new DirtySet.Wanted(RelativePath.ROOT, RescanReason.OVERFLOW, 1));
        assertThat(taken.dirty()).as("what came after it fell").hasSizeLessThan(2_000);
        assertThat(taken.barriers()).containsExactly(barrier);
    }

    /** Whatever is folded, every path that was added is covered by what is taken, and no later than it was noticed. */
    @Test
    void nothingIsEverLost() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<DirtySet.Dirty> added = new ArrayList<>();
            int spread = 1 + random.nextInt(400);
            int count = random.nextInt(3_000);
            for (int i = 0; i < count; i++) {
                StringBuilder text = new StringBuilder("n" + random.nextInt(spread));
                for (int depth = random.nextInt(4); depth > 0; depth--) {
                    text.append("/n").append(random.nextInt(spread));
                }
                ChangeKind kind = random.nextInt(50) == 0 ? ChangeKind.TREE : ChangeKind.PATH;
                DirtySet.Dirty one = DirtySet.Dirty.of(path(text.toString()), kind, Detector.INOTIFY, i);
                added.add(one);
                dirty.add(one);
            }
            // Something, so that there is something to take.
            add("last", ChangeKind.PATH, count);
            DirtySet.Taken taken = dirty.take();
            List<Change> changes = Stream.concat(
                            taken.dirty().stream(),
                            taken.rescans().stream()
                                    .map(one -> DirtySet.Dirty.of(
                                            one.path(), ChangeKind.TREE, Detector.OVERFLOW, one.noticedNanos())))
                    .map(entry -> entry.change(count))
                    .toList();
            for (DirtySet.Dirty one : added.subList(0, Math.min(300, added.size()))) {
                assertThat(JournalInMemory.covers(changes, one.path()))
                        .as("seed %s: %s", seed, one.path())
                        .isTrue();
            }
        }
    }

    private void add(String path, ChangeKind kind, long nanos) {
        dirty.add(DirtySet.Dirty.of(path(path), kind, Detector.INOTIFY, nanos));
    }

    private static RelativePath path(String text) {
        return RelativePath.parse(text);
    }
}
