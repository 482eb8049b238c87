package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.Completeness;
import io.freshet.policy.Unstable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rule 28: a file that never holds still arrives as the policy says, and is never taken for arrived. */
class UnstableFilesIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SIZE = 3 << 20;
    private static final long BYTES_PER_SECOND = 4 << 20;
    /** What reading it takes at least at this rate, but for the burst that is sent at once. */
    private static final double SECONDS = 0.7;

    private Path file;

    @Test
    void itIsSentAsItWasReadAndStaysAsOldAsItIs() throws Exception {
        deliverFirst(Unstable.PUBLISH);
        byte[] old = Files.readAllBytes(replica.resolve("busy"));
        try (Rewriter rewriter = new Rewriter(file)) {
            replication.changed("busy");
            await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM work_item") == 1);
            long since = count("SELECT first_seq FROM work_item");

            awaitWhileItChanges("SELECT count(*) FROM v_delivery WHERE outcome = 'TRANSFERRED_UNSTABLE'", 2);

            assertThat(Files.readAllBytes(replica.resolve("busy")))
                    .hasSize(SIZE)
                    .isNotEqualTo(old);
            assertThat(count("SELECT first_seq FROM work_item")).isEqualTo(since);
            assertThat(text("SELECT error_code FROM work_item")).containsExactly("SOURCE_CHANGED");
            assertThat(count("SELECT attempts FROM work_item")).isGreaterThanOrEqualTo(4);
            assertThat(hasArrived()).isFalse();
            assertThat(text("SELECT reason FROM v_delivery WHERE outcome = 'TRANSFERRED_UNSTABLE' LIMIT 1"))
                    .singleElement()
                    .asString()
                    .contains("sent as it was read");
            assertThat(secondsBetweenTries()).isGreaterThan(3 * SECONDS);
            assertThat(rewriter.isAlive()).isTrue();
        }
        assertItArrivesOnceItHoldsStill();
    }

    @Test
    void itWaitsWhereThePolicySaysSo() throws Exception {
        deliverFirst(Unstable.WAIT);
        byte[] old = Files.readAllBytes(replica.resolve("busy"));
        try (Rewriter rewriter = new Rewriter(file)) {
            awaitWhileItChanges("SELECT coalesce(max(attempts), 0) FROM work_item", 3);

            assertThat(Files.readAllBytes(replica.resolve("busy"))).isEqualTo(old);
            assertThat(text("SELECT error_code FROM work_item")).containsExactly("SOURCE_CHANGED");
            assertThat(hasArrived()).isFalse();
            assertThat(rewriter.isAlive()).isTrue();
        }
        assertItArrivesOnceItHoldsStill();
        assertThat(count("SELECT count(*) FROM v_delivery WHERE outcome = 'TRANSFERRED_UNSTABLE'"))
                .isZero();
    }

    private void deliverFirst(Unstable unstable) throws IOException {
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        file = Files.write(source.resolve("busy"), bytes);
        start(withUnstable(unstable, BYTES_PER_SECOND));
        replication.awaitEqual(replica);
    }

    /** However often somebody tells of it, its time is not come any sooner. */
    private void awaitWhileItChanges(String sql, long least) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            replication.changed("busy");
            return count(sql) >= least;
        });
    }

    private boolean hasArrived() {
        long head = count("SELECT head FROM source");
        return new Completeness(replication.jdbc()).isComplete(head, "", List.of("replica"));
    }

    private double secondsBetweenTries() {
        return replication.jdbc().sql("""
                        SELECT extract(epoch FROM max(delivered_at) - min(delivered_at)) FROM (
                            SELECT delivered_at FROM v_delivery WHERE outcome = 'TRANSFERRED_UNSTABLE'
                            ORDER BY delivered_at LIMIT 2) AS first_two
                        """).query(Double.class).single();
    }

    private void assertItArrivesOnceItHoldsStill() {
        replication.changed("busy");
        replication.awaitEqual(replica);
        assertThat(text("SELECT outcome::text FROM v_delivery WHERE path = 'busy' ORDER BY delivered_at DESC LIMIT 1"))
                .containsExactly("TRANSFERRED");
        await().atMost(PATIENCE).until(this::hasArrived);
    }

    /** Writes into a file without pause. */
    private static final class Rewriter implements AutoCloseable {
        private final Thread thread;
        private volatile boolean stopped;

        private Rewriter(Path file) {
            thread = new Thread(() -> rewrite(file), "rewriter");
            thread.start();
        }

        private void rewrite(Path file) {
            Random random = new Random(2);
            byte[] page = new byte[4096];
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                while (!stopped) {
                    random.nextBytes(page);
                    open.seek(random.nextInt(SIZE - page.length));
                    open.write(page);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private boolean isAlive() {
            return thread.isAlive();
        }

        @Override
        public void close() {
            stopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
