package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import io.freshet.posix.Tree;
import io.freshet.watch.JournalInMemory;
import io.freshet.watch.UnwatchedSubtree;
import io.freshet.watch.Watcher;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.WatcherState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What happens where inotify's watches run out. The limit is a small one of a user namespace (user_namespaces(7),
 * {@code /proc/sys/user/max_inotify_watches}), so that nobody else on the machine meets it; only a process of its own can be
 * in one.
 */
class WatchLimitTest {
    private static final int LIMIT = 6;
    private static final int DIRECTORIES = 20;

    private final Tree tree = Tree.temporary();

    @AfterEach
    void close() {
        tree.close();
    }

    @Test
    void directoriesBeyondTheLimitAreScannedAndSaidSo() throws Exception {
        for (int i = 0; i < DIRECTORIES; i++) {
            tree.directory("src/d" + i + "/below");
        }
        Path log = tree.root().resolve("log");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "sh",
                        "-c",
                        "echo " + LIMIT + " > /proc/sys/user/max_inotify_watches || exit 77; exec \"$@\"",
                        "sh",
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Limited.class.getName(),
                        tree.root().resolve("src").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String out = Files.readString(log, StandardCharsets.UTF_8);
        boolean isPossible = process.exitValue() != 77 && !out.contains("unshare:");
        assumeTrue(isPossible, "no user namespaces here: " + out);
        assertThat(process.exitValue()).as(out).isZero();
        assertThat(out)
                .contains("tier INOTIFY")
                .contains("the limit of watches is reached; raise fs.inotify.max_user_watches (sysctl)")
                .contains("scanned TREE")
                .contains("seen PATH")
                .contains("state WATCHING");
    }

    /** The process in the namespace: prints what it sees. */
    static final class Limited {
        private Limited() {}

        public static void main(String[] arguments) throws Exception {
            Path source = Path.of(arguments[0]);
            JournalInMemory journal = new JournalInMemory();
            WatcherOptions options = WatcherOptions.of(source)
                    .withTimes(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(100));
            try (Watcher watcher = new Watcher(options, new LinuxEventReaders(), journal, Clock.systemUTC())) {
                watcher.start();
                Awaitility.await().until(() -> watcher.status().state() == WatcherState.WATCHING);
                long from = watcher.barrier().get(30, TimeUnit.SECONDS);
                List<UnwatchedSubtree> unwatched = watcher.status().unwatched();
                System.out.println("tier " + watcher.status().tier() + ", "
                        + watcher.status().limits());
                System.out.println(unwatched);
                RelativePath beyond = unwatched.get(0).path();
                Files.writeString(source.resolve(beyond.toString()).resolve("f"), "");
                Files.writeString(source.resolve("g"), "");
                Awaitility.await()
                        .until(() -> journal.between(from, journal.head()).stream()
                                .anyMatch(change -> change.path().equals(beyond)
                                        && change.kind() == ChangeKind.TREE
                                        && change.detector() == Detector.SCAN));
                System.out.println("scanned TREE " + beyond);
                long head = watcher.barrier().get(30, TimeUnit.SECONDS);
                if (JournalInMemory.has(journal.between(from, head), ChangeKind.PATH, path("g"))) {
                    System.out.println("seen PATH g");
                }
                System.out.println("state " + watcher.status().state());
            }
        }
    }
}
