package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.posix.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the embedded database is full: Freshet says so, claims nothing, and goes on by itself when there is room. */
@Tag("nightly")
class FullDiskIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String SIZE = "260m";

    @TempDir
    Path directory;

    private Path disk;
    private Site site;

    @BeforeEach
    void setUp() throws Exception {
        assumeTrue(Tree.isRoot(), "only root may mount a small disk");
        // The database of root runs as another user, who must get through.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        disk = Files.createDirectory(directory.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "mode=0711,size=" + SIZE, "tmpfs", disk.toString());
        site = Site.local(directory, disk.resolve("data"), "embedded");
        Files.writeString(site.source().resolve("never empty"), "so that the source is not held for being empty");
        site.start();
        assertThat(site.freshet("wait", "--timeout", "60s").exitCode()).isZero();
    }

    @AfterEach
    void tearDown() throws Exception {
        if (site != null) {
            if (site.isRunning()) {
                site.terminate();
            }
            site.close();
        }
        if (disk != null) {
            run("umount", "--lazy", disk.toString());
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    @Test
    void aFullDiskIsToldOfAndOutlived() throws Exception {
        Path ballast = fill();
        LargeTrees.make(site.source().resolve("churn"), 60, 100);
        await().atMost(PATIENCE).until(() -> site.freshet("status").output().contains("No space left on device"));
        Node.Answer waited = site.freshet("wait", "--timeout", "5s");
        assertThat(waited.exitCode()).as(waited.output()).isNotZero();
        assertThat(site.isRunning()).isTrue();
        Files.delete(ballast);
        assertArrives();
    }

    /** PostgreSQL ends itself when it finds no room to recover: here it is ended, and finds none to begin again. */
    @Test
    void aDatabaseThatEndedOnAFullDiskIsStartedAgain() throws Exception {
        Path ballast = fill();
        Path pid = disk.resolve("data/postgresql/data/postmaster.pid");
        long ended = Long.parseLong(Files.readAllLines(pid).get(0).strip());
        ProcessHandle.of(ended).orElseThrow().destroyForcibly();
        LargeTrees.make(site.source().resolve("churn"), 60, 100);
        await().atMost(PATIENCE).until(() -> site.log().contains("event=database-ended"));
        Files.deleteIfExists(ballast);
        assertArrives();
    }

    private Path fill() throws IOException {
        Path ballast = disk.resolve("ballast");
        byte[] block = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
        return ballast;
    }

    private void assertArrives() throws Exception {
        await().atMost(PATIENCE)
                .until(() -> site.freshet("wait", "--timeout", "60s").exitCode() == 0);
        assertThat(LargeTrees.differences(site.source(), site.replica(1))).isEmpty();
        System.out.println(site.freshet("status").output());
        assertThat(site.isRunning()).isTrue();
    }
}
