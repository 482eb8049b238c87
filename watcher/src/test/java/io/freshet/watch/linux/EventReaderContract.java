package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.posix.Tree;
import io.freshet.watch.EventReaders;
import io.freshet.watch.JournalInMemory;
import io.freshet.watch.Tier;
import io.freshet.watch.Watcher;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.WatcherState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every tier with events must see, whatever the file system; the barrier takes the place of waiting. */
abstract class EventReaderContract {
    private Tree tree;
    private Path source;
    private JournalInMemory journal;
    private Watcher watcher;
    private long from;

    /** The tier that sees; the only one to be tried, unless {@link #forced} says otherwise. */
    abstract Tier tier();

    @Nullable
    Tier forced() {
        return tier();
    }

    /** The directory in which sources are made. */
    abstract Path parent();

    @BeforeEach
    void watch() throws Exception {
        assumeTrue(Files.isWritable(parent()), parent() + " is not writable here");
        tree = Tree.in(parent());
        tree.directory("src");
        source = tree.root().resolve("src");
        String refusal = refusal();
        if (refusal != null) {
            System.out.println(getClass().getSimpleName() + " is skipped: " + refusal);
        }
        assumeTrue(refusal == null, refusal);
        tree.directory("src/old/deep");
        tree.file("src/old/deep/f", "one");
        tree.file("src/there", "one");
        journal = new JournalInMemory();
        start(new LinuxEventReaders(), WatcherOptions.of(source).withTier(forced()));
    }

    private String refusal() {
        try (SourceRoot root = SourceRoot.open(source)) {
            new LinuxEventReaders()
                    .open(root, OwnDirectory.in(root), WatcherOptions.of(source).withTier(forced()))
                    .close();
            return null;
        } catch (FreshetException e) {
            return e.getMessage();
        }
    }

    private void start(EventReaders readers, WatcherOptions options) throws Exception {
        watcher = new Watcher(options, readers, journal, Clock.systemUTC());
        watcher.start();
        from = barrier();
        assertThat(watcher.status().state()).isEqualTo(WatcherState.WATCHING);
        assertThat(watcher.status().tier()).isEqualTo(tier());
        assertThat(watcher.status().limits()).isNotBlank();
    }

    @AfterEach
    void close() {
        if (watcher != null) {
            watcher.close();
        }
        tree.close();
    }

    private long barrier() throws InterruptedException, ExecutionException, TimeoutException {
        return watcher.barrier().get(30, TimeUnit.SECONDS);
    }

    /** Returns what was journaled since the last call, up to a new barrier. */
    private List<Change> seen() throws Exception {
        long head = barrier();
        List<Change> changes = journal.between(from, head);
        from = head;
        return changes;
    }

    /** Fails unless every path is covered, without a look at everything. */
    private List<Change> assertSeen(String... paths) throws Exception {
        return assertSeen(Arrays.stream(paths).map(Tree::path).toList());
    }

    private List<Change> assertSeen(List<RelativePath> paths) throws Exception {
        List<Change> changes = seen();
        assertThat(changes).noneMatch(change -> change.path().isRoot() && change.kind() == ChangeKind.TREE);
        for (RelativePath path : paths) {
            assertThat(JournalInMemory.covers(changes, path))
                    .as("%s in %s", path, changes)
                    .isTrue();
        }
        return changes;
    }

    private static RelativePath src(String text) {
        return path("src/" + text);
    }

    @Test
    void theStartAsksForALookAtEverything() {
        assertThat(journal.all().get(0).path()).isEqualTo(RelativePath.ROOT);
        assertThat(journal.all().get(0).kind()).isEqualTo(ChangeKind.TREE);
        assertThat(journal.all().get(0).detector()).isEqualTo(Detector.START);
    }

    @Test
    void creationModificationAndDeletionOfAFile() throws Exception {
        tree.file("src/new", "");
        List<Change> created = assertSeen("new");
        tree.file("src/new", "more");
        assertSeen("new");
        tree.remove(src("new"));
        assertSeen("new");

        assertThat(created).allMatch(change -> change.detector() == tier().detector());
        assertThat(created).allMatch(change -> change.age().compareTo(Duration.ofSeconds(30)) < 0);
    }

    @Test
    void nothingIsToldOfWhatDidNotChange() throws Exception {
        assertThat(seen()).isEmpty();
        tree.file("outside", "x");
        tree.directory("outside-too");
        Files.readString(source.resolve("there"));

        assertThat(seen()).isEmpty();
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
    void attributesLinksAndSymlinks() throws Exception {
        tree.mode(src("there"), 0600);
        tree.mode(src("old/deep"), 0700);
        assertSeen("there", "old/deep");
        tree.hardLink(src("old/deep/f"), src("linked"));
        assertSeen("linked");
        tree.file("src/linked", "two");
        assertSeen("linked");
        tree.symlink("src/symlink", "nowhere");
        assertSeen("symlink");
        tree.mode(path("src"), 0711);
        assertSeen("");
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
    void aDirectoryMadeAndFilledAtOnce() throws Exception {
        List<RelativePath> made = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            tree.directory("src/a" + round + "/b/c/d");
            for (int i = 0; i < 20; i++) {
                tree.file("src/a" + round + "/b/c/d/f" + i, "x");
                made.add(path("a" + round + "/b/c/d/f" + i));
            }
        }

        assertSeen(made);
        tree.file("src/a7/b/c/d/f3", "later");
        tree.directory("src/a7/b/c/d/e");
        tree.file("src/a7/b/c/d/e/g", "later");
        assertSeen("a7/b/c/d/f3", "a7/b/c/d/e/g");
    }

    @Test
    void renamesOfFiles() throws Exception {
        tree.rename(src("there"), src("old/here"));

        List<Change> changes = assertSeen("there", "old/here");

        assertThat(changes)
                .anyMatch(change ->
                        change.path().equals(path("old/here")) && path("there").equals(change.movedFrom()));
        assertToldFirst(changes, "old/here", "there");
        tree.file("src/other", "x");
        seen();
        tree.rename(src("other"), src("old/here"));
        assertSeen("other", "old/here");
    }

    @Test
    void renamesOfDirectories() throws Exception {
        tree.rename(src("old"), src("new"));

        List<Change> changes = assertSeen("old", "new/deep/f");

        assertThat(changes)
                .anyMatch(change -> change.kind() == ChangeKind.TREE
                        && change.path().equals(path("new"))
                        && path("old").equals(change.movedFrom()));
        assertToldFirst(changes, "new", "old");
        tree.file("src/new/deep/f", "after the move");
        assertThat(JournalInMemory.has(assertSeen("new/deep/f"), ChangeKind.PATH, path("new/deep/f")))
                .isTrue();
        tree.directory("src/p/q");
        tree.rename(src("new"), src("p/q/r"));
        tree.file("src/p/q/r/deep/f", "and again");
        assertSeen("new", "p/q/r/deep/f");
    }

    /** What is told of as gone before it is told of as moved may be gone from a target by then, and be sent again. */
    private static void assertToldFirst(List<Change> changes, String moved, String gone) {
        assertThat(changes.stream().map(Change::path).toList()).containsSubsequence(path(moved), path(gone));
    }

    /** Rule 7: what is written before and after a rename is found where it is in the end. */
    @Test
    void writesAroundARenameOfTheirDirectory() throws Exception {
        for (int i = 0; i < 50; i++) {
            tree.file("src/old/deep/f", "before " + i);
            tree.rename(src("old"), src("older"));
            tree.file("src/older/deep/f", "between " + i);
            tree.file("src/older/deep/g" + i, "");
            tree.rename(src("older"), src("old"));
            tree.file("src/old/deep/f", "after " + i);
            assertSeen("old/deep/f", "old/deep/g" + i);
        }
    }

    @Test
    void twoDirectoriesSwapped() throws Exception {
        tree.directory("src/b");
        tree.file("src/b/f", "");
        seen();
        tree.rename(src("old"), src("x"));
        tree.rename(src("b"), src("old"));
        tree.rename(src("x"), src("b"));
        assertSeen("old/f", "b/deep/f");
        tree.file("src/b/deep/f", "x");
        tree.file("src/old/f", "x");
        List<Change> changes = assertSeen("b/deep/f", "old/f");
        assertThat(JournalInMemory.has(changes, ChangeKind.PATH, path("b/deep/f")))
                .isTrue();
        assertThat(JournalInMemory.has(changes, ChangeKind.PATH, path("old/f"))).isTrue();
    }

    @Test
    void movesInAndOut() throws Exception {
        tree.directory("elsewhere/sub");
        tree.file("elsewhere/sub/f", "");
        tree.file("loose", "");
        seen();
        tree.rename(path("elsewhere"), src("in"));
        tree.rename(path("loose"), src("loose"));
        assertSeen("in", "in/sub/f", "loose");
        tree.file("src/in/sub/f", "now watched");
        assertSeen("in/sub/f");

        tree.rename(src("in"), path("out"));
        tree.rename(src("loose"), path("loose"));
        assertSeen("in", "loose");
        tree.file("out/sub/f", "outside");
        tree.file("out/sub/g", "outside");
        Awaitility.await().untilAsserted(() -> {
            tree.file("out/sub/f", "outside again");
            assertThat(seen()).isEmpty();
        });
        tree.rename(path("out"), src("back"));
        tree.file("src/back/sub/g", "inside");
        assertSeen("back/sub/g");
    }

    @Test
    void directoriesRemovedAndMadeAgain() throws Exception {
        for (int i = 0; i < 20; i++) {
            tree.removeTree(src("old"));
            tree.directory("src/old/deep");
            tree.file("src/old/deep/f", "again " + i);
            assertSeen("old", "old/deep/f");
            tree.file("src/old/deep/f", "changed " + i);
            assertSeen("old/deep/f");
        }
    }

    @Test
    void typesChange() throws Exception {
        tree.removeTree(src("old"));
        tree.file("src/old", "a file now");
        tree.remove(src("there"));
        tree.directory("src/there");
        tree.file("src/there/f", "");
        assertSeen("old", "there/f");
        tree.removeTree(src("there"));
        tree.symlink("src/there", "old");
        assertSeen("there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"new\nline", "\\xff\\xfe", "back\\\\slash", " (deleted)", "\u00fc\u4e2d\u0001"})
    void anyName(String name) throws Exception {
        tree.file("src/" + name, "");
        assertSeen(name);
        tree.rename(src(name), src("d" + name));
        tree.directory("src/" + name + "/" + name);
        tree.file("src/" + name + "/" + name + "/" + name, "");
        assertSeen("d" + name, name, name + "/" + name + "/" + name);
        tree.file("src/" + name + "/" + name + "/" + name, "changed");
        assertThat(seen()).anyMatch(change -> change.path().equals(path(name + "/" + name + "/" + name)));
    }

    @Test
    void theLongestName() throws Exception {
        tree.file("src/" + "n".repeat(255), "");
        assertSeen("n".repeat(255));
    }

    @Test
    void pathsLongerThanOneCallTakes() throws Exception {
        RelativePath deep = tree.deepDirectory("src/deep", 6_000);
        seen();
        RelativePath file = deep.child("f".getBytes(StandardCharsets.US_ASCII));
        tree.file(file, "far down");

        assertSeen(List.of(RelativePath.parse(file.toString().substring("src/".length()))));
    }

    @Test
    void aHundredAndTwentyEightPathsInOneDirectoryAreOneLookAtIt() throws Exception {
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

    @Test
    void theDirectoryForCookiesMayVanish() throws Exception {
        tree.removeTree(src(".freshet"));
        tree.file("src/f", "");
        assertSeen("f");
        tree.removeTree(src(".freshet"));
        tree.file("src/g", "");
        assertSeen("g");
    }

    @Test
    void anotherDirectoryForCookies() throws Exception {
        watcher.close();
        tree.directory("cookies");
        start(
                new LinuxEventReaders(),
                WatcherOptions.of(source)
                        .withTier(forced())
                        .withBarrierDirectory(tree.root().resolve("cookies")));
        tree.file("src/f", "");
        assertSeen("f");
    }

    @Test
    void mountsInTheTreeAreWatched() throws Exception {
        tree.directory("src/mounted");
        tree.directory("src/bound");
        tree.directory("other/sub");
        seen();
        assumeTrue(tree.mountTmpfs(src("mounted")), "this process may not mount");
        try {
            assertSeen("mounted");
            tree.bind(tree.root().resolve("other"), src("bound"));
            try {
                assertSeen("bound");
                tree.file("src/mounted/f", "");
                tree.file("src/bound/sub/f", "");
                tree.directory("src/mounted/d");
                assertSeen("mounted/f", "bound/sub/f", "mounted/d");
                tree.file("other/sub/g", "by its other path");
                assertSeen("bound/sub/g");
            } finally {
                tree.unmount(src("bound"));
            }
            assertSeen("bound");
        } finally {
            tree.unmount(src("mounted"));
        }
        assertSeen("mounted");
    }

    @Test
    void aRootThatIsReplacedIsOpenedAnew() throws Exception {
        tree.rename(path("src"), path("away"));
        Awaitility.await().until(() -> watcher.status().state() == WatcherState.SOURCE_GONE);
        assertThat(catchThrowableOfType(
                        ExecutionException.class, () -> watcher.barrier().get()))
                .hasRootCauseInstanceOf(FreshetException.class)
                .hasMessageContaining("SOURCE_GONE");
        long before = journal.head();
        tree.directory("src");
        tree.file("src/f", "");

        Awaitility.await().until(() -> watcher.status().state() == WatcherState.WATCHING);
        long head = barrier();

        assertThat(JournalInMemory.has(journal.between(before, head), ChangeKind.TREE, RelativePath.ROOT))
                .isTrue();
        from = head;
        tree.file("src/f", "changed");
        assertSeen("f");
    }

    @Test
    void aRootThatIsRemovedIsGone() {
        tree.removeTree(src(".freshet"));
        tree.removeTree(path("src"));

        Awaitility.await().until(() -> watcher.status().state() == WatcherState.SOURCE_GONE);
    }

    /** Whatever happens, every path that is not what it was is covered; compared by two looks at the whole tree. */
    @Test
    void churn() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (SourceRoot root = SourceRoot.open(source)) {
            Map<RelativePath, FileState> before = snapshot(root, RelativePath.ROOT, new TreeMap<>());
            for (int round = 0; round < 15; round++) {
                for (int i = 0; i < 100; i++) {
                    disturb(root, random);
                }
                List<Change> changes = assertSeen(List.of());
                Map<RelativePath, FileState> after = snapshot(root, RelativePath.ROOT, new TreeMap<>());
                Set<RelativePath> paths = new TreeSet<>(before.keySet());
                paths.addAll(after.keySet());
                for (RelativePath path : paths) {
                    if (differ(before.get(path), after.get(path))) {
                        assertThat(coversOrExplains(changes, after, path))
                                .as("seed %s, round %s: '%s' in %s", seed, round, path, changes)
                                .isTrue();
                    }
                }
                before = after;
            }
        }
    }

    private void disturb(SourceRoot root, Random random) {
        List<RelativePath> directories = new ArrayList<>(List.of(RelativePath.ROOT));
        List<RelativePath> files = new ArrayList<>();
        snapshot(root, RelativePath.ROOT, new TreeMap<>())
                .forEach((path, state) -> (state.isDirectory() ? directories : files).add(path));
        RelativePath directory = directories.get(random.nextInt(directories.size()));
        RelativePath name = directory.child(new byte[] {(byte) ('a' + random.nextInt(8))});
        RelativePath other = directories.get(random.nextInt(directories.size()));
        boolean free = root.lstat(name).isEmpty();
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                if (free || root.lstat(name).orElseThrow().isFile()) {
                    tree.file(in(name), "x".repeat(random.nextInt(50)));
                }
            }
            case 2, 3 -> {
                if (free && name.depth() < 7) {
                    tree.directory(in(name).toString());
                }
            }
            case 4 -> {
                if (free && !other.isRoot() && !name.isAtOrBelow(other)) {
                    tree.rename(in(other), in(name));
                }
            }
            case 5 -> {
                if (!files.isEmpty()) {
                    RelativePath file = files.get(random.nextInt(files.size()));
                    if (random.nextBoolean()) {
                        tree.remove(in(file));
                    } else if (free || root.lstat(name).orElseThrow().isFile()) {
                        tree.rename(in(file), in(name));
                    }
                }
            }
            default -> {
                if (!other.isRoot() && random.nextInt(4) == 0) {
                    tree.removeTree(in(other));
                } else {
                    tree.mode(in(other), 0700 | random.nextInt(64));
                }
            }
        }
    }

    private static RelativePath in(RelativePath path) {
        return path.moved(RelativePath.ROOT, path("src"));
    }

    private static Map<RelativePath, FileState> snapshot(
            SourceRoot root, RelativePath directory, Map<RelativePath, FileState> into) {
        for (DirectoryEntry entry : root.list(directory).orElse(List.of())) {
            into.put(entry.path(), entry.state());
            if (entry.state().isDirectory()) {
                snapshot(root, entry.path(), into);
            }
        }
        return into;
    }

    /** A directory's own size and times follow from what is in it. */
    private static boolean differ(FileState before, FileState after) {
        if (before != null && after != null && before.isDirectory() && after.isDirectory()) {
            return !before.identity().equals(after.identity()) || before.mode() != after.mode();
        }
        return !Objects.equals(before, after);
    }

    /** What is gone is also explained by a look at an ancestor that is gone. */
    private static boolean coversOrExplains(
            List<Change> changes, Map<RelativePath, FileState> after, RelativePath path) {
        RelativePath at = path;
        while (!at.isRoot()) {
            if (JournalInMemory.covers(changes, at)) {
                return true;
            }
            FileState parent = after.get(at.parent());
            if (at.parent().isRoot() || (parent != null && parent.isDirectory())) {
                return false;
            }
            at = at.parent();
        }
        return false;
    }
}
