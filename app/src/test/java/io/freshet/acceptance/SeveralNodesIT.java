package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two processes on one database that both see the source: whichever serves a target is frozen in the middle of its work until
 * the other has taken over, and wakes; or it is killed, and the other sees what changes from then on; or both are restarted, one
 * after the other. Nothing is lost, and nothing delivered by who is no longer the owner.
 */
@Execution(ExecutionMode.CONCURRENT)
class SeveralNodesIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int CHANGES = 300;

    @RegisterExtension
    final TestDatabase database = TestDatabase.create();

    @TempDir
    Path directory;

    private Site site;
    private Node other;
    private Random random;

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
        site.configure(text -> text + "lease: 8s\n");
        other = site.addNode("other");
        long seed = System.nanoTime();
        System.out.println("changes of seed " + seed);
        random = new Random(seed);
    }

    @AfterEach
    void tearDown() {
        site.close();
    }

    /** Two installations at a time: most of it is waiting for leases to run out. */
    @RepeatedTest(2)
    void oneTakesOverFromTheOther() throws Exception {
        rounds(1);
    }

    @Test
    @Tag("nightly")
    void oneTakesOverFromTheOtherAgainAndAgain() throws Exception {
        rounds(20);
    }

    private void rounds(int rounds) throws Exception {
        Files.writeString(site.source().resolve("never empty"), "so that it is not held for being empty");
        site.start();
        site.awaitEqual(1, PATIENCE);
        other.start();
        for (int round = 0; round < rounds; round++) {
            freezeTheOwner();
            killTheOwner();
            restartOneAfterTheOther();
        }
        assertThat(site.terminate()).as("a shutdown in order").isZero();
        assertThat(other.terminate()).as("a shutdown in order").isZero();
    }

    private void freezeTheOwner() throws Exception {
        Node owner = owner();
        Node other = other(owner);
        long epoch = epoch();
        change();
        owner.freeze();
        try {
            change();
            awaitOwner(other);
        } finally {
            owner.thaw();
        }
        change();
        everythingArrives(other);
        assertThat(isOwner(other)).as("the one that woke took nothing back").isTrue();
        assertThat(epoch()).isGreaterThan(epoch);
    }

    /** What changed while nobody watched is found by comparing, and what changes from then on is seen. */
    private void killTheOwner() throws Exception {
        Node owner = owner();
        Node other = other(owner);
        change();
        owner.kill();
        change();
        awaitOwner(other);
        change();
        everythingArrives(other);
        owner.start();
    }

    /** As for a new version: each goes in order, so that nobody waits for a lease to run out, and comes back. */
    private void restartOneAfterTheOther() throws Exception {
        for (Node node : List.of(owner(), other(owner()))) {
            change();
            assertThat(node.terminate()).as("a shutdown in order").isZero();
            change();
            awaitOwner(other(node));
            node.start();
            change();
        }
        everythingArrives(owner());
    }

    private void awaitOwner(Node node) {
        await("takes over targets and source")
                .atMost(PATIENCE)
                .until(() -> isOwner(node) && watcher().equals(node.name()));
    }

    private String watcher() {
        return texts("SELECT node FROM freshet.watcher_lease WHERE expires_at > clock_timestamp()").stream()
                .findFirst()
                .orElse("");
    }

    private void everythingArrives(Node asked) throws Exception {
        Node.Answer answer = asked.freshet("wait", "--timeout", "120s");
        assertThat(answer.exitCode()).as(answer.output() + asked.log()).isZero();
        for (int replica = 1; replica <= 2; replica++) {
            site.awaitEqual(replica, Duration.ofSeconds(5));
        }
        site.assertEqualByTreediff();
        assertThat(texts("SELECT reason::text FROM freshet.hold WHERE state = 'OPEN'"))
                .isEmpty();
        assertThat(texts("SELECT path FROM freshet.intent")).isEmpty();
        for (int replica = 1; replica <= 2; replica++) {
            try (var names = Files.list(site.replica(replica).resolve(".freshet"))) {
                assertThat(names.map(name -> name.getFileName().toString()).filter(name -> name.startsWith("g")))
                        .as("gates of replica %d", replica)
                        .hasSizeLessThanOrEqualTo(2);
            }
        }
    }

    private Node owner() {
        await("somebody serves the target").atMost(PATIENCE).until(() -> isOwner(site.node()) || isOwner(other));
        return isOwner(other) ? other : site.node();
    }

    private Node other(Node node) {
        return node == other ? site.node() : other;
    }

    private boolean isOwner(Node node) {
        try {
            return texts("""
                            SELECT l.node FROM freshet.lease l JOIN freshet.target t USING (target_id)
                            WHERE t.name = 'target1' AND expires_at > clock_timestamp()
                            """).contains(node.name());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long epoch() {
        return database.jdbcClient()
                .sql(
                        "SELECT l.epoch FROM freshet.lease l JOIN freshet.target t USING (target_id) WHERE t.name = 'target1'")
                .query(Long.class)
                .single();
    }

    private List<String> texts(String sql) {
        return database.jdbcClient().sql(sql).query(String.class).list();
    }

    /** Small and large files that come, are replaced, are renamed and go. */
    private void change() throws IOException {
        for (int i = 0; i < CHANGES; i++) {
            Path parent = Files.createDirectories(site.source().resolve("d" + random.nextInt(10)));
            Path file = parent.resolve("f" + random.nextInt(60));
            switch (random.nextInt(8)) {
                case 0 -> Files.deleteIfExists(file);
                case 1 -> {
                    if (Files.exists(file)) {
                        Files.move(file, parent.resolve("f" + random.nextInt(60)), StandardCopyOption.REPLACE_EXISTING);
                    }
                }
                case 2 -> Files.write(file, new byte[random.nextInt(2 << 20)]);
                default -> Files.writeString(file, "content " + random.nextInt());
            }
        }
    }
}
