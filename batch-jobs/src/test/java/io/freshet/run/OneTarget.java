package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.journal.Requests;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Policy;
import io.freshet.policy.Unstable;
import io.freshet.policy.Verify;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A source, a replica behind a real OpenSSH server, and the runs between them. */
abstract class OneTarget {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    @TempDir
    Path directory;

    OpenSshServer server;
    Path source;
    Path replica;
    Replication replication;

    @BeforeAll
    static void needsSshd() {
        OpenSshServer.require();
    }

    @BeforeEach
    void setUp() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        replica = Files.createDirectory(directory.resolve("replica"));
        server = OpenSshServer.start(Files.createDirectory(directory.resolve("sshd")));
        replication = new Replication(database, source);
    }

    @AfterEach
    void tearDown() {
        replication.close();
        server.close();
    }

    void start() {
        replication.target(server.address("replica", replica)).start();
    }

    void start(Policy policy) {
        replication.target(server.address("replica", replica), policy).start();
    }

    /** A policy whose runs end soon. */
    static Policy verifying(Verify verify) {
        Policy defaults = Policy.withDefaults("verifying");
        return new Policy(
                "verifying",
                defaults.windows(),
                defaults.timeZone(),
                defaults.bytesPerSecond(),
                defaults.maxDeletes(),
                defaults.settle(),
                defaults.settleMax(),
                verify,
                defaults.unstable(),
                Duration.ofMillis(100),
                defaults.extras());
    }

    /** A policy of this name whose runs end soon, and which holds no deletions. */
    static Policy named(String name) {
        Policy defaults = Policy.withDefaults(name);
        return new Policy(
                name,
                defaults.windows(),
                defaults.timeZone(),
                defaults.bytesPerSecond(),
                DeletionLimit.NONE,
                defaults.settle(),
                defaults.settleMax(),
                defaults.verify(),
                defaults.unstable(),
                Duration.ofMillis(100),
                defaults.extras());
    }

    static Policy withLimit(DeletionLimit limit) {
        return policy(limit, OptionalLong.empty(), Unstable.PUBLISH);
    }

    static Policy withBandwidth(long bytesPerSecond) {
        return withUnstable(Unstable.PUBLISH, bytesPerSecond);
    }

    static Policy withUnstable(Unstable unstable, long bytesPerSecond) {
        return policy(DeletionLimit.NONE, OptionalLong.of(bytesPerSecond), unstable);
    }

    private static Policy policy(DeletionLimit limit, OptionalLong bandwidth, Unstable unstable) {
        Policy defaults = Policy.withDefaults("special");
        return new Policy(
                "special",
                defaults.windows(),
                defaults.timeZone(),
                bandwidth,
                limit,
                defaults.settle(),
                defaults.settleMax(),
                defaults.verify(),
                unstable,
                defaults.linger(),
                defaults.extras());
    }

    long count(String sql) {
        return replication.jdbc().sql(sql).query(Long.class).single();
    }

    List<String> text(String sql) {
        return replication.jdbc().sql(sql).query(String.class).list();
    }

    /** Asks for a verification and waits until that is done, and the run has ended. */
    void verify(String path, boolean deep) {
        long before = count("SELECT count(*) FROM verification");
        new Requests(replication.jdbc()).verify((int) count("SELECT target_id FROM target"), path, deep, "alice");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(count("SELECT count(*) FROM verification WHERE finished_at IS NOT NULL"))
                                .isEqualTo(before + 1));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(count("SELECT count(*) FROM run WHERE state = 'RUNNING'"))
                        .isZero());
    }

    List<String> verifications() {
        return text("""
                SELECT '''' || path || '''' || CASE WHEN deep THEN ' deep' ELSE ' shallow' END || ' entries ' || entries
                       || ' verified ' || verified || ' missing ' || missing || ' differing ' || differing
                       || ' extra ' || extra || ' over ' || passed_over
                FROM verification ORDER BY verification_id
                """);
    }

    void write(String path, String content) throws IOException {
        Path file = source.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    static void deleteTree(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            for (Path path : paths.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(path);
            }
        }
    }
}
