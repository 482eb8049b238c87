package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * More changes than anybody can follow one by one: memory and rows stay bounded, and what arrives is equal.
 *
 * <p>{@code -Dfreshet.storm} is how many files are made, a million by default.
 */
@Tag("nightly")
class StormsIT {
    private static final int FILES = Integer.getInteger("freshet.storm", 1_000_000);
    private static final int FILES_PER_DIRECTORY = 500;
    /** The heap of 512 MiB, and what a JVM needs beside it. */
    private static final long MOST_MEMORY = 900L << 20;

    private static final String PATIENCE = "40m";

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh().interruptible();

    @TempDir
    Path directory;

    private Site site;

    @BeforeEach
    void setUp() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), database.password());
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        site = Site.local(
                directory,
                directory.resolve("data"),
                "{url: \"" + database.url() + "\", username: " + database.username() + ", password-file: " + password
                        + "}");
        Files.writeString(site.source().resolve("never empty"), "so that the source is not held for being empty");
        site.start();
        awaitArrived();
    }

    @AfterEach
    void tearDown() {
        site.close();
    }

    @Test
    void aMillionFilesAreMadeAndMostOfThemRemoved() throws Exception {
        Path storm = site.source().resolve("storm");
        long from = System.nanoTime();
        LargeTrees.make(storm, FILES / FILES_PER_DIRECTORY, FILES_PER_DIRECTORY);
        tell("%d files made in %s", FILES, since(from));
        long most = mostRowsUntilArrived();
        tell("%d files arrived after %s; at most %d work items at a time", FILES, since(from), most);
        tell("rows: %s", rows());
        assertHealthy();
        from = System.nanoTime();
        assertThat(LargeTrees.differences(site.source(), site.replica(1))).isEmpty();
        tell("compared in %s", since(from));

        int top = FILES / FILES_PER_DIRECTORY / 100;
        long changes = count("SELECT coalesce(max(seq), 0) FROM change");
        from = System.nanoTime();
        for (int i = 0; i < Math.max(1, top / 5); i++) {
            LargeTrees.remove(storm.resolve("d" + i));
        }
        tell("rm -rf of %d files in %s", Math.max(1, top / 5) * 100 * FILES_PER_DIRECTORY, since(from));
        most = mostRowsUntilArrived();
        tell("rm -rf arrived after %s; at most %d work items at a time", since(from), most);
        tell("%d changes in the journal for it", count("SELECT max(seq) FROM change") - changes);
        assertHealthy();
        assertThat(LargeTrees.differences(site.source(), site.replica(1))).isEmpty();
    }

    @Test
    void aFileRewrittenTenThousandTimesLeavesAHandfulOfRows() throws Exception {
        Path file = site.source().resolve("rewritten");
        int times = 10_000;
        long deliveries = count("SELECT count(*) FROM v_delivery");
        long changes = count("SELECT coalesce(max(seq), 0) FROM change");
        long most = 0;
        long from = System.nanoTime();
        for (int i = 1; i <= times; i++) {
            Files.writeString(file, "content " + i);
            if (i % 100 == 0) {
                most = Math.max(most, count("SELECT count(*) FROM work_item"));
            }
        }
        Duration took = since(from);
        awaitArrived();
        assertThat(site.replica(1).resolve("rewritten")).hasContent("content " + times);
        long delivered = count("SELECT count(*) FROM v_delivery") - deliveries;
        long journaled = count("SELECT coalesce(max(seq), 0) FROM change") - changes;
        tell(
                "rewritten %d times in %s: %d changes, %d deliveries, at most %d work items",
                times, took, journaled, delivered, most);
        assertThat(most).as("work items at a time").isLessThanOrEqualTo(3);
        assertThat(delivered).as("deliveries").isLessThanOrEqualTo(took.toSeconds() + 10);
        assertThat(journaled).as("changes").isLessThan(times);
        assertHealthy();
    }

    /** What never holds still keeps nobody else from arriving, and arrives again and again itself. */
    @Test
    void aLogWithoutEndIsDeliveredAgainAndAgainAndHoldsNobodyUp() throws Exception {
        Path log = site.source().resolve("log");
        Files.writeString(log, "begun\n");
        awaitArrived();
        long deliveries = logDeliveries();
        AtomicBoolean writing = new AtomicBoolean(true);
        Thread writer = new Thread(() -> append(log, writing), "log");
        long from = System.nanoTime();
        writer.start();
        try {
            for (int round = 1; round <= 3; round++) {
                long asked = System.nanoTime();
                String name = "small" + round;
                Files.writeString(site.source().resolve(name), "content " + round);
                Node.Answer answer = site.freshet("wait", "--path", name, "--timeout", "30s");
                assertThat(answer.exitCode()).as(answer.output()).isZero();
                assertThat(site.replica(1).resolve(name)).hasContent("content " + round);
                tell("'wait --path %s' returned after %s", name, since(asked));
                assertThat(since(asked)).isLessThan(Duration.ofSeconds(10));
            }
            long first = Files.size(site.replica(1).resolve("log"));
            await().atMost(2, TimeUnit.MINUTES)
                    .until(() -> logDeliveries() - deliveries >= 5
                            && Files.size(site.replica(1).resolve("log")) > first);
            tell(
                    "the log was delivered %d times in %s, at %d of %d bytes",
                    logDeliveries() - deliveries,
                    since(from),
                    Files.size(site.replica(1).resolve("log")),
                    Files.size(log));
            assertThat(count("SELECT count(*) FROM work_item")).isLessThanOrEqualTo(5);
        } finally {
            writing.set(false);
            writer.join();
        }
        long quiet = System.nanoTime();
        awaitArrived();
        tell("equal %s after the last byte", since(quiet));
        assertThat(LargeTrees.differences(site.source(), site.replica(1))).isEmpty();
        assertHealthy();
    }

    /** For as long as {@code -Dfreshet.away} says: commands say what is wrong, and what was made meanwhile arrives. */
    @Test
    void theDatabaseIsAwayForAWhile() throws Exception {
        database.interrupt();
        long end = System.nanoTime()
                + Duration.parse(System.getProperty("freshet.away", "PT30S")).toNanos();
        for (int round = 0; System.nanoTime() < end; round++) {
            LargeTrees.make(site.source().resolve("churn" + round % 10), 20, 100);
            LargeTrees.remove(site.source().resolve("churn" + (round + 5) % 10));
        }
        Node.Answer answer = site.freshet("status");
        tell("'status' says: %s", answer.output());
        assertThat(answer.exitCode()).isNotZero();
        assertThat(answer.output()).contains("cannot reach its database");
        database.restore();
        long from = System.nanoTime();
        awaitArrived();
        tell("arrived %s after the database was back", since(from));
        assertThat(LargeTrees.differences(site.source(), site.replica(1))).isEmpty();
        assertHealthy();
    }

    private long logDeliveries() {
        return count("SELECT count(*) FROM v_delivery WHERE path = 'log'");
    }

    private static void append(Path log, AtomicBoolean writing) {
        byte[] line = "a line of the log that nobody reads\n".getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
            while (writing.get()) {
                out.write(line);
                LockSupport.parkNanos(1_000_000);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long mostRowsUntilArrived() throws Exception {
        AtomicBoolean waiting = new AtomicBoolean(true);
        long[] most = new long[1];
        Thread counting = new Thread(
                () -> {
                    while (waiting.get()) {
                        most[0] = Math.max(most[0], count("SELECT count(*) FROM work_item"));
                        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
                    }
                },
                "counting");
        counting.start();
        try {
            awaitArrived();
        } finally {
            waiting.set(false);
            counting.join();
        }
        return most[0];
    }

    private String rows() {
        return "change " + count("SELECT count(*) FROM change") + ", delivery "
                + count("SELECT count(*) FROM v_delivery") + ", manifest " + count("SELECT count(*) FROM manifest")
                + ", catalogue " + count("SELECT count(*) FROM catalogue") + ", runs "
                + count("SELECT count(*) FROM run");
    }

    private void awaitArrived() throws IOException, InterruptedException {
        // Twice, as an overflow on the way ends a wait that nobody can answer for.
        Node.Answer answer = site.freshet("wait", "--timeout", PATIENCE);
        if (answer.exitCode() != 0) {
            tell("%s", answer.output());
            answer = site.freshet("wait", "--timeout", PATIENCE);
        }
        assertThat(answer.exitCode()).as(answer.output()).isZero();
    }

    private void assertHealthy() throws IOException {
        tell("peak memory %d MiB", site.peakMemory() >> 20);
        assertThat(site.isRunning()).as(site.log()).isTrue();
        assertThat(site.peakMemory()).as("peak memory").isLessThan(MOST_MEMORY);
        assertThat(site.log()).doesNotContain("OutOfMemoryError");
    }

    private long count(String sql) {
        return database.jdbcClient().sql(sql).query(Long.class).single();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static void tell(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }
}
