package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.ChangeWriter;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.posix.Tree;
import io.freshet.watch.JournalInMemory;
import io.freshet.watch.Tier;
import io.freshet.watch.Watcher;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.WatcherState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a watcher as a whole promises, whatever its tier and the file system: once a barrier is reached and what it has begun
 * is done, the journal asks for a look at everything that is not what it was. The barrier takes the place of waiting.
 */
abstract class WatcherContract {
    Tree tree;
    Path source;
    Watcher watcher;
    private ChangeWriter journal;
    private long beginning;
    private long from;

    /** The tier that sees; the only one to be tried, unless {@link #forced} says otherwise. */
    abstract Tier tier();

    @Nullable
    Tier forced() {
        return tier();
    }

    /** The directory in which sources are made. */
    abstract Path parent();

    /** Opens an empty journal for the source. */
    abstract ChangeWriter journal();

    /** Returns what is in the journal after one number, up to another, in order. */
    abstract List<Change> between(long after, long upTo);

    /** Returns the journal's head once everything that changed before this call is in it. */
    long observed() throws Exception {
        return barrier();
    }

    WatcherOptions options() {
        return WatcherOptions.of(source).withTier(forced());
    }

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
        start(options());
    }

    private String refusal() {
        try (SourceRoot root = SourceRoot.open(source)) {
            new LinuxEventReaders().open(root, OwnDirectory.in(root), options()).close();
            return null;
        } catch (FreshetException e) {
            return e.getMessage();
        }
    }

    private void start(WatcherOptions options) throws Exception {
        journal = journal();
        beginning = journal.head();
        watcher = new Watcher(options, new LinuxEventReaders(), journal, Clock.systemUTC());
        watcher.start();
        from = observed();
        // Without events, what was made in the very moment of the first look is told of once more.
        from = observed();
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

    long barrier() throws InterruptedException, ExecutionException, TimeoutException {
        return watcher.barrier().get(30, TimeUnit.SECONDS);
    }

    /** Returns what was journaled since the last call. */
    List<Change> seen() throws Exception {
        long head = observed();
        List<Change> changes = between(from, head);
        from = head;
        return changes;
    }

    /** Fails unless every path is covered, without a look at everything. */
    List<Change> assertSeen(String... paths) throws Exception {
        return assertSeen(Arrays.stream(paths).map(Tree::path).toList());
    }

    List<Change> assertSeen(List<RelativePath> paths) throws Exception {
        List<Change> changes = seen();
        assertThat(changes).noneMatch(change -> change.path().isRoot() && change.kind() == ChangeKind.TREE);
        for (RelativePath path : paths) {
            assertThat(JournalInMemory.covers(changes, path))
                    .as("%s in %s", path, changes)
                    .isTrue();
        }
        return changes;
    }

    static RelativePath src(String text) {
        return path("src/" + text);
    }

    @Test
    void theStartAsksForALookAtEverything() {
        Change first = between(beginning, from).get(0);
        assertThat(first.path()).isEqualTo(RelativePath.ROOT);
        assertThat(first.kind()).isEqualTo(ChangeKind.TREE);
        assertThat(first.detector()).isEqualTo(Detector.START);
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

    /** What is behind a symlink, in the source or outside, is told of by its own path only. */
    @Test
    void symlinksAreNotFollowed() throws Exception {
        tree.directory("outside");
        tree.symlink("src/in", "old");
        tree.symlink("src/out", "../outside");
        assertSeen("in", "out");
        tree.file("outside/f", "");
        tree.file("src/old/g", "");

        assertThat(assertSeen("old/g"))
                .noneMatch(change -> change.path().isAtOrBelow(path("in")))
                .noneMatch(change -> change.path().isAtOrBelow(path("out")));
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

    @Test
    void renamesInAChain() throws Exception {
        tree.rename(src("old"), src("second"));
        tree.file("src/second/g", "");
        tree.rename(src("second"), src("third"));
        tree.file("src/third/deep/f", "changed on the way");
        tree.rename(src("third"), src("last"));

        assertSeen("old", "last/g", "last/deep/f");
    }

    @Test
    void aDirectoryRenamedOverAnEmptyOne() throws Exception {
        tree.directory("src/empty");
        seen();
        tree.rename(src("old"), src("empty"));
        assertSeen("old", "empty/deep/f");
        tree.file("src/empty/deep/f", "changed");
        assertSeen("empty/deep/f");
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

    /** Of the same size, and perhaps of the same time. */
    @Test
    void twoFilesSwapped() throws Exception {
        tree.file("src/this", "this");
        tree.file("src/that", "that");
        seen();
        tree.rename(src("this"), src("x"));
        tree.rename(src("that"), src("this"));
        tree.rename(src("x"), src("that"));

        assertSeen("this", "that");
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

    /** Rule 9: what cannot be read is not gone, and nothing that happened meanwhile is forgotten. */
    @Test
    void aDirectoryThatCannotBeListedForAWhile() throws Exception {
        tree.mode(src("old"), 0300);
        tree.file("src/old/g", "");
        tree.remove(src("old/deep/f"));
        assertSeen("old");
        tree.mode(src("old"), 0755);

        // As a directory that changed it may be told of, but not as one that is gone.
        assertThat(seen())
                .noneMatch(change -> change.path().equals(path("old/deep")) && change.kind() == ChangeKind.PATH);
        tree.file("src/old/g", "changed");
        tree.file("src/old/deep/f", "made again");
        assertSeen("old/g", "old/deep/f");
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
        start(options().withBarrierDirectory(tree.root().resolve("cookies")));
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
        Awaitility.await().until(() -> journal.head() > from);
        assertThat(between(from, journal.head()))
                .as("every target is to look at the root")
                .allMatch(change -> change.path().isRoot() && change.kind() == ChangeKind.PATH);
        tree.directory("src");
        tree.file("src/f", "");

        Awaitility.await().until(() -> watcher.status().state() == WatcherState.WATCHING);
        List<Change> changes = seen();
        assertThat(List.of(path("f"), path("there"), path("old")))
                .allMatch(path -> JournalInMemory.covers(changes, path));
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
        try (SourceRoot root = SourceRoot.open(source)) {
            RandomChanges random = new RandomChanges(tree, root, new Random(seed));
            Map<RelativePath, FileState> before = random.look();
            for (int round = 0; round < 15; round++) {
                for (int i = 0; i < 100; i++) {
                    random.disturb();
                }
                List<Change> changes = assertSeen(List.of());
                Map<RelativePath, FileState> after = random.look();
                for (RelativePath path : RandomChanges.differences(before, after)) {
                    assertThat(RandomChanges.coversOrExplains(changes, after, path))
                            .as("seed %s, round %s: '%s' in %s", seed, round, path, changes)
                            .isTrue();
                }
                before = after;
            }
        }
    }
}
