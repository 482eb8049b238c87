package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.path.RelativePath;
import io.freshet.posix.Tree;
import io.freshet.watch.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes as people and programs make them: the scenarios that lsyncd is tested with, those that it fails, and what
 * editors, copies and checkouts do, on every tier. All of a class in one mirror, each in a directory of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ScenarioContract {
    private Mirror mirror;

    abstract Tier tier();

    @BeforeAll
    void start(@TempDir Path directory) {
        mirror = new Mirror(directory).replica().by(tier());
        tree().file(Mirror.in("never empty"), "so that the source is not held for being empty");
        String refusal = mirror.refusal();
        assumeTrue(refusal == null, refusal);
        mirror.start();
        mirror.awaitArrived();
        assertThat(mirror.watching().tier()).isEqualTo(tier());
    }

    @AfterAll
    void stop() {
        mirror.close();
    }

    private Tree tree() {
        return mirror.tree();
    }

    private RelativePath dir(String path) {
        return tree().directory(Mirror.in(path).toString());
    }

    private RelativePath file(String path, String content) {
        RelativePath at = Mirror.in(path);
        tree().directory(at.parent().toString());
        tree().file(at, content);
        return at;
    }

    private void rename(String from, String to) {
        tree().rename(Mirror.in(from), Mirror.in(to));
    }

    private Path replica(String path) {
        return mirror.replica(1).resolve(path);
    }

    private Object inode(String path) throws IOException {
        return Files.getAttribute(replica(path), "unix:ino");
    }

    @Test
    void churn() throws Exception {
        churn(mirror, "churn");
        mirror.assertArrived();
    }

    /** lsyncd's churn: files of one size made, overwritten and removed, directories moved into each other. */
    static void churn(Mirror mirror, String base) {
        long seed = System.nanoTime();
        System.out.println("churn of seed " + seed);
        Random random = new Random(seed);
        Tree tree = mirror.tree();
        tree.directory(Mirror.in(base).toString());
        for (int i = 0; i < 500; i++) {
            String at = base;
            for (int depth = random.nextInt(3); depth > 0; depth--) {
                at += "/" + (char) ('a' + random.nextInt(6));
            }
            String name = at + "/f" + (char) ('a' + random.nextInt(8));
            try {
                switch (random.nextInt(4)) {
                    case 0 -> tree.file(Mirror.in(name), "content" + random.nextInt(1000, 10_000));
                    case 1 ->
                        tree.directory(Mirror.in(at + "/" + (char) ('a' + random.nextInt(6)))
                                .toString());
                    case 2 -> tree.rename(Mirror.in(at), Mirror.in(base + "/" + (char) ('a' + random.nextInt(6))));
                    default -> tree.remove(Mirror.in(name));
                }
            } catch (IllegalStateException notThere) {
                // The die fell on something that is not there, as in lsyncd's own churn.
            }
        }
    }

    /** l4rsyncdata and S1: copies of a directory that is there already, and a link where such a copy was. */
    @Test
    void copiesOfATree() throws Exception {
        file("copies/d/e/f1", "test\n");
        mirror.awaitArrived();
        for (int i = 1; i <= 5; i++) {
            file("copies/d" + i + "/e/f1", "test\n");
        }
        mirror.awaitJournaled();
        tree().removeTree(Mirror.in("copies/d3"));
        tree().symlink(Mirror.in("copies/d3").toString(), "d");
        mirror.assertArrived();
    }

    /** S2, S3: a directory becomes a file and back; so does a link. */
    @Test
    void typesChange() throws Exception {
        file("types/x/in/side", "1");
        file("types/y", "2");
        tree().symlink(Mirror.in("types/z").toString(), "y");
        mirror.awaitArrived();
        for (int round = 0; round < 2; round++) {
            tree().removeTree(Mirror.in("types/x"));
            file("types/x", "now a file");
            tree().remove(Mirror.in("types/y"));
            file("types/y/inside", "now a directory");
            tree().remove(Mirror.in("types/z"));
            dir("types/z");
            mirror.assertArrived();
            tree().remove(Mirror.in("types/x"));
            file("types/x/in/side", "again a directory");
            tree().removeTree(Mirror.in("types/y"));
            file("types/y", "again a file");
            tree().removeDirectory(Mirror.in("types/z"));
            tree().symlink(Mirror.in("types/z").toString(), "x");
            mirror.assertArrived();
        }
    }

    /**
     * It goes while somebody watches, so that the target loses it, and comes back while nobody does: the object that the
     * last rescan knew, and nothing below it has changed.
     */
    @Test
    void aDirectoryThatWentAndCameBackUnwatchedArrivesWhole() throws Exception {
        file("back/d/x", "1");
        file("back/d/deep/y", "2");
        mirror.stopWatcher();
        mirror.startWatcher();
        mirror.awaitArrived();
        tree().rename(Mirror.in("back/d"), RelativePath.parse(Mirror.OUTSIDE + "/d"));
        mirror.awaitArrived();
        mirror.stopWatcher();
        tree().rename(RelativePath.parse(Mirror.OUTSIDE + "/d"), Mirror.in("back/d"));
        mirror.startWatcher();
        mirror.assertArrived();
    }

    /** What no rescan has seen yet, only events: it goes, or is renamed, while nobody watches. */
    @Test
    void whatOnlyEventsKnewGoesUnwatched() throws Exception {
        dir("unseen");
        mirror.awaitArrived();
        mirror.stopWatcher();
        mirror.startWatcher();
        mirror.awaitArrived();
        file("unseen/f", "1");
        file("unseen/d/g", "2");
        file("unseen/e/h", "3");
        mirror.awaitArrived();
        mirror.stopWatcher();
        tree().remove(Mirror.in("unseen/f"));
        tree().removeTree(Mirror.in("unseen/d"));
        rename("unseen/e", "unseen/i");
        mirror.startWatcher();
        mirror.assertArrived();
    }

    /** S4, S5, S6: two names change places through a third, files of one size and time among them. */
    @Test
    void swaps() throws Exception {
        tree().modified(file("swaps/a", "AAAA"), 1_500_000_000_000_000_000L);
        tree().modified(file("swaps/b", "BBBB"), 1_500_000_000_000_000_000L);
        file("swaps/one/x", "1");
        file("swaps/other/y", "2");
        mirror.awaitArrived();
        for (String[] pair : new String[][] {{"a", "b"}, {"one", "other"}, {"a", "one"}}) {
            rename("swaps/" + pair[0], "swaps/third");
            rename("swaps/" + pair[1], "swaps/" + pair[0]);
            rename("swaps/third", "swaps/" + pair[1]);
        }
        mirror.assertArrived();
    }

    /** S7, S8, S14, S15: chains of renames, over an empty directory, out, in, and a new one under the old name. */
    @Test
    void moves() throws Exception {
        file("moves/m1/k", "k");
        file("moves/full/q", "q");
        dir("moves/empty");
        file("moves/leaves/l", "l");
        mirror.awaitArrived();
        rename("moves/m1", "moves/m2");
        file("moves/m2/k2", "k2");
        rename("moves/m2", "moves/m3");
        file("moves/m3/k", "new k");
        rename("moves/full", "moves/empty");
        RelativePath outside = RelativePath.parse(Mirror.OUTSIDE + "/moved");
        tree().rename(Mirror.in("moves/leaves"), outside);
        file("moves/leaves/other", "of the same name");
        mirror.awaitJournaled();
        tree().file(RelativePath.parse(outside + "/l"), "changed outside");
        tree().rename(outside, Mirror.in("moves/back"));
        mirror.assertArrived();
    }

    /** S11 and what vim does: a temporary file renamed over the old one, with and without a backup. */
    @Test
    void editorsSave() throws Exception {
        file("edit/text", "first");
        mirror.awaitArrived();
        for (int i = 0; i < 6; i++) {
            file("edit/.text.tmp", "version " + i);
            rename("edit/.text.tmp", "edit/text");
        }
        mirror.assertArrived();
        file("edit/4913", "");
        tree().remove(Mirror.in("edit/4913"));
        rename("edit/text", "edit/text~");
        file("edit/text", "written anew");
        tree().remove(Mirror.in("edit/text~"));
        mirror.assertArrived();
    }

    /** A file that came and went leaves a trace: the time of its directory. */
    @Test
    void whatCameAndWentLeavesTheTimeOfItsDirectory() throws Exception {
        RelativePath passed = dir("passed");
        tree().modified(passed, 1_000_000_000_000_000_000L);
        mirror.assertArrived();
        file("passed/by", "");
        tree().remove(Mirror.in("passed/by"));
        mirror.assertArrived();
    }

    /** S12, S16, S20, F10: attributes, sizes, times set back, and other content under the same size and time. */
    @Test
    void whatDoesNotShowInSizeAndTime() throws Exception {
        RelativePath file = file("same/f", "old content");
        tree().modified(file, 1_400_000_000_000_000_000L);
        mirror.awaitArrived();
        tree().overwrite(file, "new content");
        tree().modified(file, 1_400_000_000_000_000_000L);
        mirror.assertArrived();
        tree().truncate(file, 3);
        mirror.assertArrived();
        tree().mode(file, 0600);
        tree().mode(Mirror.in("same"), 0750);
        tree().modified(file, 900_000_000_000_000_000L);
        mirror.assertArrived();
    }

    /** S13: links that lead nowhere, and are turned twice. */
    @Test
    void danglingLinks() throws Exception {
        RelativePath link = tree().symlink(Mirror.in("link").toString(), "nowhere");
        for (String target : new String[] {"never empty", "still/nowhere"}) {
            mirror.awaitJournaled();
            tree().remove(link);
            tree().symlink(link.toString(), target);
        }
        mirror.assertArrived();
    }

    /** S17: what is not replicated is said, and holds up nobody. */
    @Test
    void aFifoIsReportedAndHoldsUpNobody() throws Exception {
        dir("fifo");
        tree().fifo(Mirror.in("fifo/pipe").toString());
        file("fifo/after", "1");
        mirror.awaitArrived();
        mirror.assertEqual();
        assertThat(mirror.count("SELECT count(*) FROM v_delivery WHERE path = 'fifo/pipe' AND outcome = 'UNSUPPORTED'"))
                .isEqualTo(1);
        tree().remove(Mirror.in("fifo/pipe"));
        mirror.assertArrived();
    }

    /** S18, F11: names that are no text, made, changed and removed. */
    @Test
    void names() throws Exception {
        String[] names = {
            "a]",
            "d]",
            "x\\\\[1",
            "line\nbreak",
            "\\xff\\xfe",
            "-dash",
            "*",
            "?",
            "trailing ",
            "n".repeat(255),
            "a",
            "A"
        };
        for (String name : names) {
            file("names/" + name, name);
            file("names/below/" + name + "/" + name, name);
        }
        mirror.assertArrived();
        for (String name : names) {
            tree().append(Mirror.in("names/" + name), "more");
        }
        mirror.assertArrived();
        for (String name : names) {
            tree().remove(Mirror.in("names/" + name));
        }
        mirror.assertArrived();
    }

    /** S19: a name is replaced by another name of a file, and that is written through the new name. */
    @Test
    void hardLinks() throws Exception {
        RelativePath f = file("links/f", "one");
        tree().hardLink(f, Mirror.in("links/pair"));
        RelativePath g = file("links/g", "another");
        mirror.assertArrived();
        tree().remove(g);
        tree().hardLink(f, g);
        mirror.assertArrived();
        tree().append(g, ", written through g");
        mirror.assertArrived();
        rename("links", "relinked");
        tree().remove(Mirror.in("relinked/f"));
        tree().append(Mirror.in("relinked/g"), ", and without f");
        mirror.assertArrived();
    }

    /** S21: a file that grows for a while, seen half way, and gets an old time in the end. */
    @Test
    void aSlowWriterThatSetsAnOldTime() throws Exception {
        RelativePath slow = file("slow/f", "");
        for (int i = 0; i < 6; i++) {
            tree().append(slow, Integer.toString(i).repeat(100_000));
            mirror.awaitJournaled();
        }
        tree().modified(slow, 900_000_000_000_000_000L);
        mirror.assertArrived();
    }

    /** S25: it is killed while changes wait, and more happens before it is back. */
    @Test
    void whatWaitedWhenItWasKilledArrives() throws Exception {
        for (int i = 0; i < 20; i++) {
            file("killed/d" + i + "/f", "before " + i);
        }
        mirror.awaitArrived();
        mirror.stopRuns();
        file("killed/d1/f", "waits");
        tree().removeTree(Mirror.in("killed/d2"));
        rename("killed/d3", "killed/e3");
        mirror.awaitJournaled();
        file("killed/d4/f", "maybe only in memory");
        mirror.kill();
        file("killed/d5/f", "while nobody watches");
        tree().removeTree(Mirror.in("killed/d6"));
        rename("killed/d7", "killed/e7");
        rename("killed/e3", "killed/f3");
        mirror.start();
        mirror.assertArrived();
    }

    /** S9, S10, F4: directories made and filled at once, some of them removed again. */
    @Test
    void directoriesMadeFasterThanTheyAreWatched() throws Exception {
        for (int i = 0; i < 30; i++) {
            file("fast/r" + i + "/x/y/f", "content " + i);
        }
        for (int i = 10; i < 30; i++) {
            tree().removeTree(Mirror.in("fast/r" + i));
        }
        mirror.assertArrived();
    }

    @Test
    void aDirectoryOfTwoThousandFilesIsRenamedAsOne() throws Exception {
        renameOf(2_000);
    }

    @Test
    @Tag("nightly")
    void aDirectoryOfAHundredThousandFilesIsRenamedAsOne() throws Exception {
        renameOf(100_000);
    }

    private void renameOf(int files) throws Exception {
        for (int i = 0; i < files; i++) {
            if (i % 1000 == 0) {
                dir("large" + files + "/d" + i / 1000);
            }
            tree().file(Mirror.in("large" + files + "/d" + i / 1000 + "/f" + i), "content " + i);
        }
        mirror.awaitArrived(Duration.ofMinutes(10));
        Object inode = inode("large" + files + "/d1/f1001");
        rename("large" + files, "renamed" + files);
        mirror.awaitArrived(Duration.ofMinutes(2));
        mirror.assertEqual();
        assertThat(inode("renamed" + files + "/d1/f1001")).isEqualTo(inode);
        assertThat(mirror.jdbc()
                        .sql(
                                "SELECT outcome || ' ' || count(*) FROM v_delivery WHERE in_subtree(path, :path) GROUP BY outcome")
                        .param("path", "renamed" + files)
                        .query((row, number) -> row.getString(1))
                        .list())
                .containsExactly("RENAMED 1");
    }
}
