package io.freshet.watch;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.database.TestDatabase;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.ChangeWriter;
import io.freshet.journal.Detector;
import io.freshet.journal.Journal;
import io.freshet.journal.Registry;
import io.freshet.journal.Rescan;
import io.freshet.journal.RescanOrder;
import io.freshet.journal.RescanReason;
import io.freshet.journal.SourceId;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.posix.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a rescan asks targets to look at, on real files and a real database. */
class RescanIT {
    private static final RescanWalk.Slice SMALL = new RescanWalk.Slice(8, 3);

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh().interruptible();

    private final Tree tree = Tree.temporary();
    private final SourceRoot root = SourceRoot.open(tree.root());
    private final OwnDirectory own = OwnDirectory.in(root);
    private Journal journal;
    private SourceId source;
    private ChangeWriter writer;
    private long seen;

    @BeforeEach
    void setUp() {
        own.make();
        journal = new Journal(database.dataSource());
        source = new Registry(database.dataSource())
                .registerSource("content", tree.root().toString());
        writer = journal.openWriter(source);
        seen = writer.head();
    }

    @AfterEach
    void close() {
        root.close();
        tree.close();
    }

    private Rescan open(RescanReason reason, String path) {
        writer.append(List.of(), List.of(new RescanOrder(path(path), reason, Duration.ZERO)));
        return writer.catalogue().next().orElseThrow();
    }

    private boolean walk(Rescan rescan, RescanWalk.Slice slice, BooleanSupplier stop) {
        // What was changed before this call has an older time than any file that is made from now on.
        long now = own.time();
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> own.time() > now);
        return new RescanWalk(writer.catalogue(), rescan, root, own::time, slice).run(stop);
    }

    /** Does a whole rescan and returns what it journaled, as {@code KIND path <- movedFrom}, in order. */
    private List<String> rescan() {
        return rescan(RescanWalk.Slice.USUAL);
    }

    private List<String> rescan(RescanWalk.Slice slice) {
        assertThat(walk(open(RescanReason.START, ""), slice, () -> false)).isTrue();
        return journaled();
    }

    private List<String> journaled() {
        List<String> rows = database.jdbcClient()
                .sql("""
                        SELECT kind || ' ' || path || coalesce(' <- ' || moved_from, '') AS said FROM change
                        WHERE seq > :seen ORDER BY seq
                        """)
                .param("seen", seen)
                .query((row, number) -> row.getString("said"))
                .list();
        seen = writer.head();
        return rows;
    }

    private long count(String sql) {
        return database.jdbcClient().sql(sql).query(Long.class).single();
    }

    @Test
    void theFirstRescanAsksForEverythingOnceAndTheNextForNothing() {
        tree.directory("a/b");
        tree.file("a/b/f", "1");
        tree.symlink("l", "a");

        assertThat(rescan()).containsExactly("TREE ");
        assertThat(rescan()).isEmpty();
        assertThat(count("SELECT count(*) FROM catalogue")).isEqualTo(5);
    }

    @Test
    void aNewDirectoryIsOneTreeAndAVanishedOneIsOnePath() {
        tree.directory("d");
        rescan();
        for (int i = 0; i < 30; i++) {
            tree.directory("d/new/sub" + i);
            tree.file("d/new/sub" + i + "/f", "");
        }
        // d itself has another time as well
        assertThat(rescan()).containsExactlyInAnyOrder("DIR d", "TREE d/new");
        tree.removeTree(path("d/new"));
        assertThat(rescan()).containsExactlyInAnyOrder("DIR d", "PATH d/new");
        assertThat(count("SELECT count(*) FROM catalogue")).as("the root and d").isEqualTo(2);
        assertThat(count("SELECT count(*) FROM catalogue_dir")).isEqualTo(2);
    }

    /** What is compared after the look was asked for may have changed in between: targets must look once more. */
    @Test
    void aNewDirectoryOfManySlicesIsLookedAtAgainAtItsEnd() {
        rescan();
        for (int i = 0; i < 20; i++) {
            tree.directory("new/sub" + i);
            tree.file("new/sub" + i + "/f", "");
        }
        tree.directory("z");
        assertThat(rescan(SMALL)).containsExactly("DIR ", "TREE new", "TREE new", "TREE z");
        assertThat(rescan(SMALL)).isEmpty();
    }

    @Test
    void anEditThatKeepsSizeAndTimeIsSeen() throws Exception {
        Path file = tree.root().resolve("f");
        tree.file("f", "before");
        FileTime time = Files.getLastModifiedTime(file);
        rescan();
        tree.file("f", "after!");
        Files.setLastModifiedTime(file, time);

        assertThat(rescan()).containsExactly("PATH f");
    }

    @Test
    void aSwapOfTwoFilesIsSeen() {
        tree.file("a", "A");
        tree.file("b", "B");
        rescan();
        swap("a", "b");

        assertThat(rescan()).contains("PATH a <- b", "PATH b <- a");
        assertThat(rescan()).isEmpty();
    }

    @Test
    void aSwapOfTwoDirectoriesIsSeenAsTwoRenames() {
        tree.directory("a/x");
        tree.directory("b/y");
        for (int i = 0; i < 20; i++) {
            tree.file("a/x/f" + i, "A");
            tree.file("b/y/f" + i, "B");
        }
        rescan();
        swap("a", "b");

        assertThat(rescan(SMALL)).containsExactlyInAnyOrder("DIR ", "PATH b", "TREE a <- b", "PATH a", "TREE b <- a");
        assertThat(rescan(SMALL)).isEmpty();
    }

    private void swap(String one, String other) {
        tree.rename(path(one), path("between"));
        tree.rename(path(other), path(one));
        tree.rename(path("between"), path(other));
    }

    @Test
    void aRenamedDirectoryIsAHandfulOfRowsInEitherDirectionAndThroughSlices() {
        tree.directory("m/dir");
        tree.directory("a");
        tree.directory("z");
        for (int i = 0; i < 3_000; i++) {
            if (i % 100 == 0) {
                tree.directory("m/dir/sub" + i);
            }
            tree.file("m/dir/sub" + i / 100 * 100 + "/f" + i, "");
        }
        rescan();
        tree.rename(path("m/dir"), path("z/dir"));
        assertThat(rescan(SMALL)).containsExactlyInAnyOrder("DIR m", "DIR z", "PATH m/dir", "TREE z/dir <- m/dir");
        tree.rename(path("z/dir"), path("a/renamed"));
        assertThat(rescan(SMALL)).containsExactlyInAnyOrder("DIR a", "DIR z", "PATH z/dir", "TREE a/renamed <- z/dir");
        tree.file("a/renamed/sub0/f0", "changed");
        assertThat(rescan(SMALL)).containsExactly("PATH a/renamed/sub0/f0");
    }

    @Test
    void aRenameOutOfARenamedDirectoryIsFound() {
        tree.directory("p/q/r");
        tree.file("p/q/r/f", "1");
        rescan();
        tree.rename(path("p/q"), path("s"));
        tree.rename(path("p"), path("o"));

        List<String> journaled = rescan();
        assertThat(journaled).contains("TREE o <- p", "PATH p").anyMatch(said -> said.startsWith("TREE s <- "));
        assertThat(rescan()).isEmpty();
    }

    @Test
    void aRenamedFileCarriesItsOldPathAndAHardLinkDoesNot() {
        tree.directory("d");
        tree.file("f", "1");
        tree.file("g", "1");
        rescan();
        tree.rename(path("f"), path("d/moved"));
        tree.hardLink(path("g"), path("d/linked"));

        List<String> journaled = rescan();
        assertThat(journaled).contains("PATH f", "PATH d/moved <- f", "PATH d/linked", "PATH g");
        assertThat(journaled).noneMatch(said -> said.startsWith("PATH d/linked <-"));
        assertThat(rescan()).isEmpty();
    }

    /** Rule 8: a file that took over the number of a deleted one has not been moved. */
    @Test
    void anInodeNumberAloneProvesNoMove() {
        tree.file("a", "1");
        rescan();
        tree.remove(path("a"));
        tree.file("b", "1");

        assertThat(rescan()).contains("PATH a", "PATH b").noneMatch(said -> said.contains("<-"));
    }

    /** Rule 9: below a root that the source's path does not lead to any more, nothing is missing. */
    @Test
    void aRootThatIsNoLongerThereIsNotWalkedAndNothingInItIsGone() throws Exception {
        tree.directory("src/d");
        tree.file("src/d/f", "");
        tree.file("src/g", "");
        try (SourceRoot below = SourceRoot.open(tree.root().resolve("src"))) {
            walkAll(below, open(RescanReason.START, ""), () -> false);
            journaled();
            tree.rename(path("src"), path("away"));
            tree.remove(path("away/g"));
            assertSuspect(() -> walkAll(below, open(RescanReason.START, ""), () -> false));
            tree.directory("src");
            assertSuspect(() -> walkAll(below, writer.catalogue().next().orElseThrow(), () -> false));
            assertThat(journaled()).isEmpty();

            tree.removeDirectory(path("src"));
            tree.rename(path("away"), path("src"));
            // It goes when all is listed, and is away when what is missing would be journaled.
            AtomicInteger stops = new AtomicInteger();
            assertSuspect(() -> walkAll(below, writer.catalogue().next().orElseThrow(), () -> {
                if (stops.incrementAndGet() == 2) {
                    tree.rename(path("src"), path("away"));
                }
                return false;
            }));
            assertThat(journaled()).containsExactly("DIR ");
            tree.rename(path("away"), path("src"));
            walkAll(below, writer.catalogue().next().orElseThrow(), () -> false);
            assertThat(journaled()).containsExactly("PATH g");
        }
    }

    private void walkAll(SourceRoot below, Rescan rescan, BooleanSupplier stop) {
        assertThat(new RescanWalk(writer.catalogue(), rescan, below, () -> Long.MAX_VALUE, RescanWalk.Slice.USUAL)
                        .run(stop))
                .isTrue();
    }

    private static void assertSuspect(ThrowingCallable walk) {
        assertThatThrownBy(walk)
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_ROOT_SUSPECT));
    }

    @Test
    void aTypeThatChangedIsLookedAtAndWhatWasBelowIsForgotten() {
        tree.directory("d/e");
        tree.file("d/e/f", "");
        tree.file("x", "");
        rescan();
        tree.removeTree(path("d"));
        tree.file("d", "now a file");
        tree.remove(path("x"));
        tree.directory("x/y");

        assertThat(rescan()).contains("PATH d", "TREE x");
        assertThat(rescan()).isEmpty();
        assertThat(count("SELECT count(*) FROM catalogue_dir"))
                .as("root, x, x/y")
                .isEqualTo(3);
    }

    /** Rule 9: only absence means absent. */
    @Test
    void aDirectoryThatCannotBeReadKeepsWhatIsKnownOfIt() throws Exception {
        tree.directory("d/e");
        tree.file("d/e/f", "");
        tree.file("d/g", "");
        rescan();
        long known = count("SELECT count(*) FROM catalogue");
        tree.mode(path("d"), 0);
        Rescan rescan = open(RescanReason.START, "");
        Tree.asOrdinaryUser(() -> {
            try (SourceRoot theirs = SourceRoot.open(tree.root())) {
                return new RescanWalk(writer.catalogue(), rescan, theirs, () -> Long.MAX_VALUE, SMALL).run(() -> false);
            }
        });

        assertThat(journaled()).as("its mode, and a walk that says so").containsExactlyInAnyOrder("DIR d", "TREE d");
        assertThat(count("SELECT count(*) FROM catalogue")).isEqualTo(known);
        assertThat(count("SELECT count(*) FROM catalogue WHERE gone")).isZero();
        assertThat(database.jdbcClient()
                        .sql("SELECT detail FROM rescan WHERE unreadable = 1")
                        .query((row, number) -> row.getString("detail"))
                        .single())
                .contains("'d'");
        tree.mode(path("d"), 0755);
        tree.remove(path("d/g"));
        assertThat(rescan()).containsExactlyInAnyOrder("DIR d", "PATH d/g");
    }

    /** Rule 13: what was changed in the very moment of the look is looked at again. */
    @Test
    void anEntryThatWasChangedInTheMomentOfTheLookIsAlwaysJournaledByTheNextRescan() {
        tree.file("f", "1");
        tree.file("g", "1");
        long before = root.lstat(path("f")).orElseThrow().ctimeNanos();
        Awaitility.await().pollDelay(Duration.ZERO).until(() -> own.time() > before);
        tree.file("g", "2");
        long moment = root.lstat(path("g")).orElseThrow().ctimeNanos();
        assertThat(moment).isGreaterThan(before);
        new RescanWalk(writer.catalogue(), open(RescanReason.START, ""), root, () -> moment, SMALL).run(() -> false);
        journaled();

        assertThat(rescan()).containsExactly("PATH g");
        assertThat(rescan()).isEmpty();
    }

    @Test
    void aRescanOfAFolderFindsWhatIsThereAndTouchesNothingElse() {
        tree.directory("a/b");
        tree.directory("c");
        rescan();
        tree.file("a/b/f", "");
        tree.file("c/g", "");
        assertThat(walk(open(RescanReason.REQUEST, "a/b"), SMALL, () -> false)).isTrue();
        assertThat(journaled()).containsExactly("DIR a/b", "PATH a/b/f");
        assertThat(rescan()).contains("PATH c/g", "DIR a/b").doesNotContain("PATH a/b/f");
    }

    /** Whatever it was interrupted at, it goes on from the saved position and journals each difference. */
    @Test
    void anInterruptedRescanGoesOnFromItsPosition() {
        for (int i = 10; i < 60; i++) {
            tree.directory("d" + i);
            tree.file("d" + i + "/f", "");
        }
        rescan();
        for (int i = 10; i < 60; i++) {
            tree.file("d" + i + "/f", "changed");
        }
        AtomicInteger slices = new AtomicInteger();
        Rescan opened = open(RescanReason.START, "");
        assertThat(walk(opened, SMALL, () -> slices.incrementAndGet() > 5)).isFalse();
        List<String> first = journaled();
        assertThat(first).isNotEmpty();

        writer = journal.openWriter(source);
        Rescan resumed = writer.catalogue().next().orElseThrow();
        assertThat(resumed.id()).isEqualTo(opened.id());
        assertThat(resumed.position()).isNotNull();
        assertThat(walk(resumed, SMALL, () -> false)).isTrue();
        List<String> second = journaled();
        assertThat(second).doesNotContainAnyElementsOf(first);
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        assertThat(all).hasSize(50);
    }

    @Test
    void aFirstRescanThatWasInterruptedStillAsksOnlyForTheWhole() {
        for (int i = 10; i < 40; i++) {
            tree.directory("d" + i + "/e");
        }
        AtomicInteger slices = new AtomicInteger();
        assertThat(walk(open(RescanReason.START, ""), SMALL, () -> slices.incrementAndGet() > 3))
                .isFalse();
        writer = journal.openWriter(source);
        assertThat(walk(writer.catalogue().next().orElseThrow(), SMALL, () -> false))
                .isTrue();

        assertThat(journaled()).containsExactly("TREE ", "TREE ");
    }

    /** Rule 6: a watcher that was replaced writes nothing any more. */
    @Test
    void aSupersededWatcherCannotWriteTheCatalogue() {
        tree.file("f", "");
        Rescan rescan = open(RescanReason.START, "");
        ChangeWriter late = writer;
        writer = journal.openWriter(source);

        assertThatThrownBy(() -> new RescanWalk(late.catalogue(), rescan, root, own::time, SMALL).run(() -> false))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
        assertThat(count("SELECT count(*) FROM catalogue")).isZero();
        assertThat(journaled()).isEmpty();
        assertThatThrownBy(() -> late.catalogue().next()).isInstanceOf(FreshetException.class);
    }

    /** Changes that are journaled meanwhile neither get lost nor keep the rescan from its own. */
    @Test
    void eventsAndARescanOnTheSamePathsEraseNothingOfEachOther() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            tree.directory("d" + i);
            tree.file("d" + i + "/f", "");
        }
        rescan();
        Set<String> unseen = new HashSet<>();
        for (int i = 0; i < 40; i += 2) {
            tree.file("d" + i + "/f", "while stopped");
            unseen.add("PATH d" + i + "/f");
        }
        Rescan rescan = open(RescanReason.START, "");
        AtomicBoolean done = new AtomicBoolean();
        Future<List<String>> events = Executors.newSingleThreadExecutor().submit(() -> {
            List<String> told = new ArrayList<>();
            while (!done.get() || told.size() < 50) {
                RelativePath changed = tree.file("d" + random.nextInt(40) + "/g" + told.size(), "live");
                writer.append(
                        List.of(new Change(changed, ChangeKind.PATH, null, false, Detector.INOTIFY, Duration.ZERO)));
                told.add("PATH " + changed);
            }
            return told;
        });
        assertThat(walk(rescan, SMALL, () -> false)).isTrue();
        done.set(true);
        List<String> told = events.get(60, TimeUnit.SECONDS);

        List<String> journaled = journaled();
        assertThat(journaled).as("seed %d", seed).containsAll(told).containsAll(unseen);
        assertThat(count("SELECT count(*) - count(DISTINCT seq) FROM change")).isZero();
        rescan();
        assertThat(rescan()).isEmpty();
    }

    /** Rule 34: the walk, its comparison and its transactions are bounded by the slice, not by the tree. */
    @Test
    void aLargeTreeIsComparedInSmallPieces() {
        for (int i = 0; i < 40; i++) {
            tree.directory("d" + i);
            Path directory = tree.root().resolve("d" + i);
            for (int k = 0; k < 1_000; k++) {
                assertThat(make(directory.resolve("f" + k))).isTrue();
            }
        }
        RescanWalk.Slice slice = new RescanWalk.Slice(2_000, 100);
        assertThat(rescan(slice)).containsExactly("TREE ", "TREE ");
        assertThat(count("SELECT count(*) FROM catalogue")).isEqualTo(40_041);
        long before = used();
        assertThat(rescan(slice)).isEmpty();
        assertThat(used() - before).as("bytes that stay").isLessThan(4L << 20);
        assertThat(count("SELECT entries FROM rescan ORDER BY rescan_id DESC LIMIT 1"))
                .isEqualTo(40_041);
    }

    private static boolean make(Path file) {
        try {
            return file.toFile().createNewFile();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void namesAreComparedByteForByte() {
        RelativePath odd = path("tab\there/back\\\\slash\\xff");
        tree.directory(odd.parent().toString());
        tree.file(odd, "1");
        RelativePath deep = tree.deepDirectory("deep", 5_000);
        tree.file(deep.child("f".getBytes(java.nio.charset.StandardCharsets.UTF_8)), "1");
        rescan(SMALL);
        assertThat(rescan(SMALL)).isEmpty();
        tree.file(odd, "2");
        assertThat(rescan(SMALL)).containsExactly("PATH " + odd);
        tree.rename(path("deep"), path("deeper"));
        assertThat(rescan(SMALL)).containsExactlyInAnyOrder("DIR ", "PATH deep", "TREE deeper <- deep");
    }

    /** Rule 22: a barrier of a source without events is a rescan, and what that finds is as old as the barrier. */
    @Test
    void aWatcherWithoutEventsFindsChangesByRescansAlsoAfterTheDatabaseWasAway() throws Exception {
        tree.file("f", "before");
        EventReaders scanning = (opened, cookies, options) -> new ScanReader("a test", Duration.ofMinutes(5));
        try (Watcher watcher =
                new Watcher(WatcherOptions.of(tree.root()), scanning, writer, java.time.Clock.systemUTC())) {
            watcher.start();
            Awaitility.await().until(() -> finished("START") == 1);
            database.interrupt();
            tree.file("f", "after");
            var barrier = watcher.barrier();
            Awaitility.await().until(() -> watcher.status().trouble() != null);
            assertThat(barrier).isNotDone();
            database.restore();
            long head = barrier.get(30, TimeUnit.SECONDS);
            Awaitility.await().until(() -> finished("SCAN") >= 1);

            assertThat(journaled()).contains("PATH f");
            assertThat(count("SELECT since_seq FROM change WHERE path = 'f'")).isLessThanOrEqualTo(head);
            assertThat(watcher.rescan(path("nowhere"), RescanReason.REQUEST).get(30, TimeUnit.SECONDS))
                    .isGreaterThan(head);
            Awaitility.await().until(() -> finished("REQUEST") == 1);
            Awaitility.await().until(() -> watcher.status().trouble() == null);
        }
    }

    private long finished(String reason) {
        return count("SELECT count(*) FROM rescan WHERE finished_at IS NOT NULL AND reason = '" + reason + "'");
    }

    /** Random changes while stopped: every path that is not what it was is covered, and then nothing is left to ask for. */
    @Test
    void churn() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Churn churn = new Churn(tree, new Random(seed));
        churn.step(60);
        rescan(SMALL);
        for (int round = 0; round < 25; round++) {
            var before = churn.look(root);
            churn.step(1 + round);
            var after = churn.look(root);
            RescanWalk.Slice slice = new RescanWalk.Slice(1 + round % 5 * 4, 1 + round % 4);
            Rescan rescan = open(RescanReason.START, "");
            int stopAfter = round % 3;
            AtomicInteger slices = new AtomicInteger();
            if (!walk(rescan, slice, () -> stopAfter > 0 && slices.incrementAndGet() > stopAfter)) {
                writer = journal.openWriter(source);
                assertThat(walk(writer.catalogue().next().orElseThrow(), slice, () -> false))
                        .isTrue();
            }
            List<String> journaled = journaled();
            for (RelativePath path : churn.differences(before, after)) {
                assertThat(journaled)
                        .as("seed %d, round %d: %s", seed, round, path)
                        .anyMatch(said -> covers(said, path));
            }
            assertThat(rescan(SMALL)).as("seed %d, round %d", seed, round).isEmpty();
        }
    }

    private static boolean covers(String said, RelativePath path) {
        String what = said.replaceFirst(" <- .*", "");
        String kind = what.substring(0, what.indexOf(' '));
        RelativePath at = path(what.substring(kind.length() + 1));
        return switch (kind) {
            case "PATH" -> at.equals(path);
            case "DIR" -> at.equals(path) || (!path.isRoot() && at.equals(path.parent()));
            default -> path.isAtOrBelow(at);
        };
    }
}
