package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.path.RelativePath;
import io.freshet.posix.Tree;
import io.freshet.watch.WatcherOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The database goes away while people work, for seconds, and for ten minutes at night: the reader goes on, memory stays
 * bounded, nothing is lost when it is back.
 */
class DatabaseAwayIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int LITTLE_MEMORY = 64 * 1024;

    @TempDir
    Path directory;

    private Mirror mirror;

    @BeforeEach
    void setUp() {
        mirror = new Mirror(directory).replica();
        mirror.tree().file(Mirror.in("never empty"), "so that the source is not held for being empty");
    }

    @AfterEach
    void tearDown() {
        mirror.close();
    }

    @Test
    void whatHappensMeanwhileArrivesWhenItIsBack() throws Exception {
        churnWhileItIsAway(Duration.ofSeconds(5));
    }

    @Test
    @Tag("nightly")
    void whatHappensInTenMinutesArrivesWhenItIsBack() throws Exception {
        churnWhileItIsAway(Duration.ofMinutes(10));
    }

    private void churnWhileItIsAway(Duration away) throws Exception {
        mirror.start();
        mirror.awaitArrived();
        long seed = System.nanoTime();
        System.out.println("churn of seed " + seed);
        Random random = new Random(seed);
        mirror.database().interrupt();
        long most = 0;
        long steps = 0;
        long end = System.nanoTime() + away.toNanos();
        for (; System.nanoTime() < end; steps++) {
            churn(random);
            most = Math.max(most, mirror.watching().dirtyBytes());
        }
        Mirror.await(
                "the trouble is told of",
                () -> String.valueOf(mirror.watching().trouble()).contains("wait for the journal"));
        mirror.database().restore();
        mirror.awaitArrived(PATIENCE);
        System.out.printf("%d steps in %s; at most %d bytes waited in memory%n", steps, away, most);
        assertThat(most).isLessThanOrEqualTo(mirror.options().memory());
        mirror.assertArrived();
        Mirror.await("all is well again", () -> mirror.watching().trouble() == null);
    }

    /** Issue 3, 5: more than may wait in memory folds, and a handful of rows still finds all of it. */
    @Test
    void whatIsTooMuchForMemoryFoldsAndIsFound() throws Exception {
        mirror.watching(WatcherOptions.of(mirror.source()).withMemory(LITTLE_MEMORY))
                .start();
        mirror.awaitArrived();
        long before = mirror.count("SELECT head FROM source");
        mirror.database().interrupt();
        long most = 0;
        for (int i = 0; i < 6_000; i++) {
            RelativePath parent = Mirror.in("top" + i % 5 + "/d" + i / 20);
            if (i % 20 < 5) {
                tree().directory(parent.toString());
            }
            tree().file(parent.child(("f" + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII)), "content " + i);
            most = Math.max(most, mirror.watching().dirtyBytes());
        }
        mirror.database().restore();
        mirror.awaitArrived(PATIENCE);
        long rows = mirror.count("SELECT head FROM source") - before;
        System.out.printf("6 000 files: %d changes in the journal, at most %d bytes in memory%n", rows, most);
        assertThat(most).isLessThanOrEqualTo(LITTLE_MEMORY);
        assertThat(rows).as("changes").isLessThan(1_500);
        mirror.assertArrived();
    }

    private Tree tree() {
        return mirror.tree();
    }

    /** As lsyncd's churn: what the die falls on and is not there, is not. */
    private void churn(Random random) {
        String at = "churn/" + (char) ('a' + random.nextInt(20));
        String name = at + "/f" + random.nextInt(50);
        try {
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    tree().directory(Mirror.in(at).toString());
                    tree().file(Mirror.in(name), "content" + random.nextInt(1000, 10_000));
                }
                case 3 -> tree().rename(Mirror.in(at), Mirror.in("churn/" + (char) ('a' + random.nextInt(20))));
                case 4 -> tree().rename(Mirror.in(name), Mirror.in(name + "x"));
                default -> tree().remove(Mirror.in(name));
            }
        } catch (IllegalStateException notThere) {
            // The die fell on something that is not there.
        }
    }
}
