package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.Requests;
import io.freshet.journal.RunRequest;
import io.freshet.path.RelativePath;
import io.freshet.policy.Extras;
import io.freshet.policy.Policy;
import io.freshet.target.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Rule 27: what is delivered while a target is compared is no difference. */
class VerificationInterleavingIT extends OneTarget {
    private static final RelativePath D = RelativePath.parse("d");

    @Test
    void whatIsDeliveredDuringTheListingIsNoDifference() throws IOException {
        for (String path : List.of("d/changed", "d/deleted", "d/stays")) {
            write(path, "one");
        }
        AtomicBoolean armed = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        started(new WatchedConnector.Onlooker() {
            @Override
            public void listed(List<RelativePath> directories) {
                if (directories.contains(D) && armed.compareAndSet(true, false)) {
                    try {
                        write("d/changed", "another, and longer");
                        write("d/new", "new");
                        Files.delete(source.resolve("d/deleted"));
                        replication.changed("d/changed", "d/new", "d/deleted");
                        replication.awaitEqual(replica);
                    } catch (IOException | AssertionError e) {
                        failure.set(e);
                    }
                }
            }
        });
        armed.set(true);

        verify(true);

        assertThat(failure.get()).isNull();
        assertThat(armed).as("the listing was met").isFalse();
        assertThat(findings()).containsExactly("missing 0 differing 0 extra 0");
        assertThat(count("SELECT count(*) FROM v_delivery WHERE outcome = 'FAILED'"))
                .isZero();
        replication.awaitEqual(replica);
    }

    /** The express lane has put a file and not yet said so. */
    @Test
    void whatSomebodyIsDeliveringIsPassedOver() throws IOException {
        write("d/slow", "one");
        AtomicBoolean armed = new AtomicBoolean();
        CountDownLatch put = new CountDownLatch(1);
        CountDownLatch verified = new CountDownLatch(1);
        started(new WatchedConnector.Onlooker() {
            @Override
            public void applied(List<Operation> operations) throws InterruptedException {
                if (operations.stream().anyMatch(Operation.PutFile.class::isInstance)
                        && armed.compareAndSet(true, false)) {
                    put.countDown();
                    WatchedConnector.waitFor(verified);
                }
            }
        });
        armed.set(true);
        write("d/slow", "another, and longer");
        replication.changed("d/slow");
        await().until(() -> put.getCount() == 0);

        ask(true);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> count("SELECT count(*) FROM verification WHERE finished_at IS NOT NULL") == 1);
        verified.countDown();
        replication.awaitEqual(replica);

        assertThat(text("SELECT path FROM v_delivery WHERE outcome = 'FAILED'")).doesNotContain("d/slow");
        assertThat(count("SELECT passed_over FROM verification")).isPositive();
    }

    @Test
    void aStoppedVerificationGoesOnWhereItWas() throws IOException {
        int directories = 600;
        for (int i = 0; i < directories; i++) {
            write("d" + i + "/file", "content " + i);
        }
        List<RelativePath> hashed = Collections.synchronizedList(new ArrayList<>());
        started(new WatchedConnector.Onlooker() {
            @Override
            public void hashed(List<RelativePath> paths) {
                if (hashed.isEmpty()) {
                    new Requests(replication.jdbc())
                            .ofRun(
                                    (int) count("SELECT target_id FROM target"),
                                    count("SELECT max(run_number) FROM run WHERE cause = 'VERIFY'"),
                                    RunRequest.Action.STOP,
                                    "alice");
                    await().until(() -> count("SELECT count(*) FROM run_request WHERE answered_at IS NOT NULL") == 1);
                }
                hashed.addAll(paths);
            }
        });
        ask(true);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(text("SELECT state::text FROM run WHERE cause = 'VERIFY'"))
                        .containsExactly("STOPPED"));
        assertThat(text("SELECT position FROM verification WHERE finished_at IS NULL"))
                .singleElement()
                .asString()
                .startsWith("d");
        int before = hashed.size();
        assertThat(before).isBetween(1, directories - 1);

        replication.jdbc().sql("UPDATE target_state SET next_attempt_at = NULL").update();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(findings()).containsExactly("missing 0 differing 0 extra 0"));

        assertThat(hashed).as("each once").hasSize(directories).doesNotHaveDuplicates();
        assertThat(count("SELECT verified FROM verification")).isEqualTo(directories);
        assertThat(text("SELECT state::text FROM run WHERE cause = 'VERIFY' ORDER BY run_number"))
                .first()
                .isEqualTo("STOPPED");
    }

    private void started(WatchedConnector.Onlooker onlooker) {
        Policy defaults = Policy.withDefaults("brief");
        replication
                .target(
                        WatchedConnector.address("replica", replica, onlooker),
                        new Policy(
                                        "brief",
                                        defaults.windows(),
                                        defaults.timeZone(),
                                        defaults.bytesPerSecond(),
                                        defaults.maxDeletes(),
                                        defaults.settle(),
                                        defaults.settleMax(),
                                        defaults.verify(),
                                        defaults.unstable(),
                                        Duration.ofMillis(100),
                                        defaults.extras())
                                .with(Extras.LEAVE))
                .start();
        replication.awaitEqual(replica);
        await().until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
    }

    private void ask(boolean deep) {
        new Requests(replication.jdbc()).verify((int) count("SELECT target_id FROM target"), "", deep, "alice");
    }

    private void verify(boolean deep) {
        ask(deep);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> count("SELECT count(*) FROM verification WHERE finished_at IS NOT NULL") == 1);
    }

    private List<String> findings() {
        return text("""
                SELECT 'missing ' || missing || ' differing ' || differing || ' extra ' || extra FROM verification
                WHERE finished_at IS NOT NULL ORDER BY verification_id
                """);
    }

    @Override
    void write(String path, String content) {
        try {
            super.write(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
