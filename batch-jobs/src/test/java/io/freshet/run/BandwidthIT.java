package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.Requests;
import io.freshet.policy.Policy;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is sent per second, as the configuration and people limit it, while runs are under way. */
class BandwidthIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long MB = 1_000_000;

    @Test
    void aLimitThatIsSetAndLiftedDuringALargeFileIsObeyedAtTheNextBlock() throws IOException {
        start(withBandwidth(6 * MB));
        Files.write(source.resolve("large"), new byte[(int) (40 * MB)]);
        replication.changed("large");
        await().atMost(PATIENCE).until(() -> staged(replica) > MB);
        Requests requests = new Requests(replication.jdbc());
        int target = requests.target("replica").orElseThrow();

        requests.limitTarget(target, OptionalLong.of(300_000), "ben", "the line is needed");
        long[] before = {0};
        await().atMost(Duration.ofSeconds(4))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    long grown = staged(replica) - before[0];
                    before[0] += grown;
                    return grown < MB;
                });
        assertThat(count("SELECT count(*) FROM run WHERE state = 'RUNNING'")).isPositive();

        requests.limitTarget(target, OptionalLong.empty(), "ben", "");
        await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(replica.resolve("large")));
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM intent")).isZero();
        assertThat(text("SELECT outcome::text FROM v_delivery WHERE path = 'large'"))
                .containsExactly("TRANSFERRED");
    }

    @Test
    void allTargetsOfASourceShareItsLimit() throws IOException {
        write("seed", "both targets are connected to");
        Path other = Files.createDirectory(directory.resolve("other"));
        replication
                .bandwidth(3 * MB)
                .target(server.address("replica", replica))
                .target(server.address("other", other), Policy.withDefaults("another"))
                .start();
        replication.awaitEqual(replica);
        replication.awaitEqual(other);
        Files.write(source.resolve("large"), new byte[(int) (6 * MB)]);
        replication.changed("large");
        await().atMost(PATIENCE).until(() -> staged(replica) + staged(other) > MB / 10);
        long begun = System.nanoTime();
        long before = staged(replica) + staged(other);
        await().atMost(PATIENCE).until(() -> staged(replica) + staged(other) > 6 * MB);
        assertThat(Math.min(staged(replica), staged(other))).isGreaterThan(MB);
        replication.awaitEqual(replica);
        replication.awaitEqual(other);
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        assertThat(millis).isGreaterThan((12 * MB - before - MB) * 1000 / (3 * MB));
    }

    /** The account has no shell, so what is verified is fetched. */
    @Test
    void whatIsFetchedToBeVerifiedIsPaidForToo() throws IOException {
        server.close();
        server =
                OpenSshServer.start(Files.createDirectory(directory.resolve("no-shell")), "ForceCommand internal-sftp");
        start(withBandwidth(2 * MB));
        Files.write(source.resolve("large"), new byte[(int) (3 * MB)]);
        replication.changed("large");
        replication.awaitEqual(replica);

        verify("", true);

        assertThat(verifications()).singleElement().asString().contains(" verified 1 ");
        assertThat(text("SELECT finished_at - begun_at > interval '1400 ms' FROM verification"))
                .containsExactly("t");
    }

    /** At this rate the next block may be sent only in a quarter of an hour. */
    @Test
    void aStopDuringASlowTransferIsObeyedAtOnce() throws IOException {
        start(withBandwidth(300));
        Files.write(source.resolve("large"), new byte[20 << 20]);
        replication.changed("large");
        await().atMost(PATIENCE).until(() -> count("""
                        SELECT count(*) FROM run JOIN intent i USING (target_id, run_number)
                        WHERE state = 'RUNNING' AND i.path = 'large'
                        """) == 1);
        await().atMost(PATIENCE).until(() -> stagedFiles(replica) == 1);
        replication.jdbc().sql("""
                        WITH asked AS (INSERT INTO run_request (target_id, run_number, action, requested_by)
                            SELECT target_id, run_number, 'STOP', 'ben' FROM run
                            JOIN intent i USING (target_id, run_number) WHERE i.path = 'large' RETURNING 1)
                        SELECT pg_notify('freshet', 'request') FROM asked
                        """).query((row, number) -> 0).list();
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'STOPPED'") == 1);
        assertThat(count("""
                        SELECT (extract(epoch FROM r.ended_at - q.requested_at) * 1000)::bigint
                        FROM run r JOIN run_request q USING (target_id, run_number) WHERE r.state = 'STOPPED'
                        """)).isLessThan(1000);
        assertThat(replica.resolve("large")).doesNotExist();
    }

    /** How many bytes lie in a target's staging area, or were published from it. */
    static long staged(Path replica) {
        return files(replica, file -> file.toFile().length());
    }

    private static long stagedFiles(Path replica) {
        return files(
                replica.resolve(".freshet"),
                file -> file.getFileName().toString().equals("marker") ? 0 : 1);
    }

    private static long files(Path root, java.util.function.ToLongFunction<Path> measure) {
        try (var paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile).mapToLong(measure).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0; // renamed while it was listed; the next look tells
        }
    }
}
