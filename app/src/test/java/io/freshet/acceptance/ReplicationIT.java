package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The customer's experiment and what must survive: outages, kills and changes that nobody watched. */
class ReplicationIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ROUNDS = 30;

    @RegisterExtension
    final TestDatabase database = TestDatabase.create();

    @TempDir
    Path directory;

    private Site site;

    @BeforeAll
    static void needsSshd() {
        OpenSshServer.require();
    }

    @BeforeEach
    void setUp() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), database.password());
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        site = new Site(
                directory,
                "{url: \"" + database.url() + "\", username: " + database.username() + ", password-file: " + password
                        + "}");
    }

    @AfterEach
    void tearDown() {
        site.close();
    }

    /**
     * Create, change and delete date.txt: on both targets within a second each. Other tests share the machine and may
     * keep it busy for longer than that, so the best of some rounds counts.
     */
    @Test
    void theCustomersExperiment() throws Exception {
        site.start();
        Files.writeString(site.source().resolve("warm-up"), "connections are made once");
        for (int target = 1; target <= 2; target++) {
            site.awaitEqual(target, PATIENCE);
        }
        Duration created = Duration.ofDays(1);
        Duration changed = Duration.ofDays(1);
        Duration deleted = Duration.ofDays(1);
        Path date = site.source().resolve("date.txt");
        Duration second = Duration.ofSeconds(1);
        for (int round = 0;
                round < ROUNDS
                        && (round < 3 || longest(created, changed, deleted).compareTo(second) >= 0);
                round++) {
            Files.writeString(date, "created " + Instant.now());
            created = shorter(created, bothEqual());
            Files.writeString(date, "changed " + Instant.now() + " and longer");
            changed = shorter(changed, bothEqual());
            Files.delete(date);
            deleted = shorter(deleted, bothEqual());
        }
        System.out.printf(
                "date.txt on both targets after: create %s, change %s, delete %s%n", created, changed, deleted);
        assertThat(longest(created, changed, deleted)).isLessThan(second);
        assertThat(site.freshet("wait", "--timeout", "60s").exitCode()).isZero();
        site.assertEqualByTreediff();
        assertThat(site.freshet("where", "warm-up").output())
                .contains("target1")
                .contains("target2");
        assertThat(database.jdbcClient().sql("""
                                SELECT DISTINCT target FROM freshet.v_delivery
                                WHERE path = 'date.txt' AND outcome = 'DELETED' AND run IS NOT NULL ORDER BY target
                                """).query(String.class).list()).containsExactly("target1", "target2");
        assertThat(site.terminate()).isIn(0, 143);
    }

    private Duration bothEqual() {
        long from = System.nanoTime();
        site.awaitEqual(1, PATIENCE);
        site.awaitEqual(2, PATIENCE);
        return Duration.ofNanos(System.nanoTime() - from);
    }

    private static Duration longest(Duration... durations) {
        return Collections.max(Arrays.asList(durations));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Test
    void aTargetThatIsDownHoldsUpNobodyAndCatchesUp() throws Exception {
        site.server(2).stop();
        site.start();
        for (int i = 0; i < 200; i++) {
            write("d" + i % 10 + "/f" + i, "content " + i);
        }
        site.awaitEqual(1, PATIENCE);
        write("one more", "small change");
        Duration healthy = site.awaitEqual(1, PATIENCE);
        System.out.printf("a small change reached the healthy target after %s%n", healthy);
        site.server(2).start();
        site.awaitEqual(2, PATIENCE);
        site.assertEqualByTreediff();
    }

    @Test
    void whatChangedWhileFreshetWasStoppedArrivesAfterItsStart() throws Exception {
        for (int i = 0; i < 1500; i++) {
            write("old/d" + i % 30 + "/f" + i, "content " + i);
        }
        site.start();
        site.awaitEqual(1, PATIENCE);
        site.awaitEqual(2, PATIENCE);
        assertThat(site.freshet("wait", "--timeout", "60s").exitCode()).isZero();
        site.terminate();
        for (int i = 0; i < 1000; i++) {
            write("new/d" + i % 20 + "/f" + i, "new " + i);
        }
        for (int i = 0; i < 500; i++) {
            Files.move(file("old", i), site.source().resolve("old/d" + i % 30 + "/renamed" + i));
        }
        for (int i = 500; i < 800; i++) {
            Files.delete(file("old", i));
        }
        site.start();
        Duration first = site.awaitEqual(1, PATIENCE);
        Duration second = site.awaitEqual(2, PATIENCE);
        System.out.printf(
                "1 800 changes made while stopped arrived %s and %s after the start%n", first, first.plus(second));
        site.assertEqualByTreediff();
    }

    private Path file(String top, int number) {
        return site.source().resolve(top + "/d" + number % 30 + "/f" + number);
    }

    /** The run resumes, no file is ever half written under its name, at most one recovery unit is copied again. */
    @Test
    void aKillInTheMiddleOfCopyingLosesNothingAndShowsNothingHalf() throws Exception {
        int files = 200;
        int size = 10 << 20;
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        byte[] content = new byte[size];
        new Random(seed).nextBytes(content);
        Files.createDirectory(site.source().resolve("big"));
        for (int i = 0; i < files; i++) {
            content[0] = (byte) i;
            try (OutputStream out = Files.newOutputStream(site.source().resolve("big/f" + i))) {
                out.write(content);
            }
        }
        AtomicBoolean watching = new AtomicBoolean(true);
        Map<Path, Long> shorts = new ConcurrentHashMap<>();
        Thread reader = new Thread(() -> watchSizes(watching, size, shorts), "reader");
        reader.start();
        try {
            site.start();
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> arrived(1) > 20 || arrived(2) > 20);
            site.kill();
            long before = arrived(1) + arrived(2);
            assertThat(before).as("killed in the middle").isLessThan(2L * files);
            long acknowledged = deliveredFiles();
            System.out.printf("killed when %d files were there and %d acknowledged%n", before, acknowledged);
            // One wave of 128 MiB, in each of two lanes, on each of two targets.
            assertThat(before - acknowledged).isLessThanOrEqualTo(2L * 2 * (128 / 10 + 1));
            site.start();
            site.awaitEqual(1, PATIENCE);
            site.awaitEqual(2, PATIENCE);
        } finally {
            watching.set(false);
            reader.join();
        }
        assertThat(shorts)
                .as("files seen with less than their size under their final name")
                .isEmpty();
        assertThat(site.freshet("wait", "--timeout", "60s").exitCode()).isZero();
        assertThat(deliveredFiles())
                .as("each file was acknowledged once per target")
                .isEqualTo(2L * files);
        assertThat(database.jdbcClient().sql("""
                                SELECT count(*) FROM (SELECT 1 FROM batch.BATCH_JOB_EXECUTION
                                    GROUP BY job_instance_id HAVING count(*) > 1) AS resumed
                                """).query(Long.class).single())
                .as("runs that went on after the kill")
                .isPositive();
        site.assertEqualByTreediff();
    }

    /** What has arrived of it does not travel again; what is sent after the kill is what the target did not have. */
    @Test
    void aKillInTheMiddleOfALargeFileCostsNoMoreThanWhatWasUnderWay() throws Exception {
        int size = 96 << 20;
        byte[] content = new byte[size];
        new Random(7).nextBytes(content);
        site.limit("10MB/s");
        Files.write(site.source().resolve("large"), content);
        site.start();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> partial(1) > size / 3 && partial(2) > size / 3);
        site.kill();
        long[] there = {partial(1), partial(2)};
        assertThat(site.replica(1).resolve("large")).doesNotExist();
        site.start();
        for (int target = 1; target <= 2; target++) {
            site.awaitEqual(target, PATIENCE);
        }
        assertThat(site.freshet("wait", "--timeout", "60s").exitCode()).isZero();
        for (int target = 1; target <= 2; target++) {
            assertThat(database.jdbcClient()
                            .sql("SELECT bytes FROM freshet.v_delivery WHERE target = :target AND path = 'large'")
                            .param("target", "target" + target)
                            .query(Long.class)
                            .single())
                    .isLessThanOrEqualTo(size - there[target - 1] + (1 << 16));
            assertThat(partial(target)).isZero();
        }
        site.assertEqualByTreediff();
    }

    /** How much of a large file lies in a target's staging area. */
    private long partial(int target) throws IOException {
        Path house = site.replica(target).resolve(".freshet");
        if (!Files.isDirectory(house)) {
            return 0;
        }
        try (Stream<Path> names = Files.list(house)) {
            return names.filter(path -> path.getFileName().toString().startsWith("p"))
                    .mapToLong(path -> path.toFile().length())
                    .max()
                    .orElse(0);
        }
    }

    private long deliveredFiles() {
        return database.jdbcClient()
                .sql(
                        "SELECT count(*) FROM freshet.v_delivery WHERE outcome = 'TRANSFERRED' AND in_subtree(path, 'big') AND path <> 'big'")
                .query(Long.class)
                .single();
    }

    private long arrived(int target) throws IOException {
        Path big = site.replica(target).resolve("big");
        if (!Files.isDirectory(big)) {
            return 0;
        }
        try (Stream<Path> names = Files.list(big)) {
            return names.count();
        }
    }

    private void watchSizes(AtomicBoolean watching, int size, Map<Path, Long> shorts) {
        while (watching.get()) {
            for (int target = 1; target <= 2; target++) {
                try (Stream<Path> names = Files.list(site.replica(target).resolve("big"))) {
                    names.forEach(name -> {
                        try {
                            long seen = Files.size(name);
                            if (seen != size) {
                                shorts.put(name, seen);
                            }
                        } catch (IOException gone) {
                            shorts.put(name, -1L);
                        }
                    });
                } catch (NoSuchFileException notYet) {
                    Thread.onSpinWait();
                } catch (IOException e) {
                    shorts.put(site.replica(target), -2L);
                }
            }
        }
    }

    private void write(String path, String text) throws IOException {
        Path file = site.source().resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
