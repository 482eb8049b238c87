package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import io.freshet.journal.NotificationKind;
import io.freshet.journal.Requests;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Extras;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A target that rsync has filled years ago, and that somebody has worked on since: what is equal is not sent again, what
 * differs is found and put right, and what nobody asked for is listed, and deleted where somebody wants that.
 */
class AdoptionIT {
    private static final int FILES = 300;

    @TempDir
    Path directory;

    @BeforeEach
    void needsPrograms() {
        OpenSshServer.require();
        boolean there = Files.isExecutable(Path.of("/usr/bin/rsync"));
        assertThat(there || !Boolean.parseBoolean(System.getenv("FRESHET_REQUIRE_CONFORMANCE")))
                .isTrue();
        assumeTrue(there, "rsync is not installed");
    }

    @Test
    void extrasWaitForAPerson() throws Exception {
        try (OpenSshServer server = OpenSshServer.start(Files.createDirectory(directory.resolve("sshd")));
                Mirror mirror = seeded(server, Extras.HOLD)) {
            adoptAndVerify(mirror);

            assertThat(mirror.holds()).containsExactly("EXTRAS");
            assertThat(mirror.replica(1).resolve("d1/extra")).exists();
            mirror.approveHolds();
            NotificationKind.REQUEST.publish(mirror.jdbc());
            awaitNoExtras(mirror);
            mirror.awaitArrived();
            assertEqual(mirror);
        }
    }

    @Test
    void extrasAreDeletedByPolicy() throws Exception {
        try (OpenSshServer server = OpenSshServer.start(Files.createDirectory(directory.resolve("sshd")));
                Mirror mirror = seeded(server, Extras.DELETE)) {
            adoptAndVerify(mirror);

            awaitNoExtras(mirror);
            mirror.awaitArrived();
            assertEqual(mirror);
        }
    }

    @Test
    void extrasAreLeft() throws Exception {
        try (OpenSshServer server = OpenSshServer.start(Files.createDirectory(directory.resolve("sshd")));
                Mirror mirror = seeded(server, Extras.LEAVE)) {
            adoptAndVerify(mirror);

            mirror.awaitArrived();
            assertThat(mirror.holds()).isEmpty();
            assertThat(mirror.replica(1).resolve("extra tree/deep/file")).exists();
        }
    }

    private Mirror seeded(OpenSshServer server, Extras extras) throws Exception {
        Mirror mirror = new Mirror(directory)
                .under(Mirror.policy(DeletionLimit.NONE).with(extras))
                .leavingOut(FilterRules.builder()
                        .exclude("*.log", new RuleOrigin("test", 1))
                        .build())
                .replica(server);
        Path source = mirror.source();
        for (int i = 0; i < FILES; i++) {
            Path file = source.resolve("d" + i % 4).resolve("file " + i);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "content of file " + i);
        }
        Files.createSymbolicLink(source.resolve("d2/link"), Path.of("file 2"));
        Files.writeString(source.resolve("d3/large"), "0123456789abcdef".repeat(100_000));
        Files.setPosixFilePermissions(source.resolve("d3"), PosixFilePermissions.fromString("rwxr-x---"));
        run("rsync", "-a", source + "/", mirror.replica(1) + "/");

        Path replica = mirror.replica(1);
        rot(replica.resolve("d1/file 1"));
        rot(replica.resolve("d0/file 4"));
        Files.delete(replica.resolve("d2/file 2"));
        Files.setPosixFilePermissions(replica.resolve("d3/file 3"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(replica.resolve("d3"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(replica.resolve("d1/extra"), "extra");
        Files.writeString(replica.resolve("d1/kept.log"), "not ours");
        Files.createDirectories(replica.resolve("extra tree/deep"));
        Files.writeString(replica.resolve("extra tree/deep/file"), "extra");
        return mirror;
    }

    private void adoptAndVerify(Mirror mirror) throws IOException {
        mirror.start();
        mirror.awaitArrived();
        Mirror.await(
                "what nobody asked for is found",
                () -> mirror.count("SELECT count(*) FROM verification WHERE finished_at IS NOT NULL") == 1);

        assertThat(mirror.count("SELECT sum(bytes) FROM delivery"))
                .as("nothing was sent but what was missing")
                .isEqualTo("content of file 2".length());
        assertThat(mirror.count("SELECT count(*) FROM manifest WHERE evidence = 'ADOPTED' AND type = 'f'"))
                .isEqualTo(FILES);
        assertThat(lines(mirror, "SELECT outcome::text FROM v_delivery WHERE path = 'd2/link'"))
                .containsExactly("ADOPTED");
        assertThat(lines(mirror, "SELECT reason || ' ' || extra FROM verification"))
                .containsExactly("ADOPTION 4");
        assertThat(Files.getPosixFilePermissions(mirror.replica(1).resolve("d3/file 3")))
                .isEqualTo(Files.getPosixFilePermissions(mirror.source().resolve("d3/file 3")));

        int target = (int) mirror.count("SELECT target_id FROM target");
        new Requests(mirror.jdbc()).verify(target, "", true, "alice");
        Mirror.await(
                "everything is hashed",
                () -> mirror.count("SELECT count(*) FROM verification WHERE finished_at IS NOT NULL") == 2);
        Mirror.await("what differs is sent again", () -> mirror.count("SELECT count(*) FROM work_item") == 0);

        assertThat(lines(mirror, "SELECT path FROM v_delivery WHERE error_code = 'CONTENT_DIFFERS' ORDER BY path"))
                .containsExactly("d0/file 4", "d1/file 1");
        assertThat(lines(mirror, "SELECT reason FROM v_delivery WHERE path = 'd1/file 1' AND outcome = 'FAILED'"))
                .singleElement()
                .asString()
                .contains(hash(mirror, "content of file 1"), hash(mirror, "CONTENT of file 1"));
        assertThat(mirror.count("SELECT count(*) FROM manifest WHERE evidence = 'ADOPTED' AND type = 'f'"))
                .isZero();
        assertThat(mirror.count(
                        "SELECT count(*) FROM manifest WHERE evidence = 'VERIFIED' AND verified_at IS NOT NULL"))
                .isEqualTo(FILES + 1 - 2);
        assertThat(Files.readString(mirror.replica(1).resolve("d1/file 1"))).isEqualTo("content of file 1");
    }

    private static void awaitNoExtras(Mirror mirror) {
        Mirror.await("extras are gone", () -> mirror.count("SELECT count(*) FROM extra") == 0);
        assertThat(lines(mirror, "SELECT path FROM v_delivery WHERE outcome = 'DELETED' ORDER BY path"))
                .containsExactly("d1/extra", "extra tree", "extra tree/deep", "extra tree/deep/file");
    }

    /** The judge knows of no filter: what that protects is taken away before it looks, and the time it leaves is not ours. */
    private static void assertEqual(Mirror mirror) throws Exception {
        Path log = mirror.replica(1).resolve("d1/kept.log");
        assertThat(log).exists();
        FileTime time = Files.getLastModifiedTime(log.getParent());
        Files.delete(log);
        Files.setLastModifiedTime(log.getParent(), time);
        mirror.assertEqual();
        mirror.judge();
    }

    private static String hash(Mirror mirror, String text) {
        return lines(mirror, "SELECT encode(sha256('" + text + "'), 'hex')").get(0);
    }

    private static List<String> lines(Mirror mirror, String sql) {
        return mirror.jdbc().sql(sql).query(String.class).list();
    }

    /** Other bytes, the same size and time. */
    private static void rot(Path file) {
        try {
            FileTime time = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
            Files.writeString(file, Files.readString(file).replace("content", "CONTENT"));
            Files.setLastModifiedTime(file, time);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }
}
