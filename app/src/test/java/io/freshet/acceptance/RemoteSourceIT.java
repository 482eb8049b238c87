package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.path.RelativePath;
import io.freshet.posix.Tree;
import io.freshet.transfer.ssh.OpenSshServer;
import io.freshet.watch.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 12: a source that other machines change, seen through a cache that nobody tells of it. */
class RemoteSourceIT {
    private static final Path SSHFS = Path.of("/usr/bin/sshfs");

    @Test
    void aRemoteSourceIsScannedAndNothingIsDeliveredFromItsCache(@TempDir Path directory)
            throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/dev/fuse")) && Tree.isRoot(), "only root may mount by FUSE");
        if (Boolean.parseBoolean(System.getenv("FRESHET_REQUIRE_CONFORMANCE"))) {
            assertThat(SSHFS).as("apt-get install -y sshfs").isExecutable();
        }
        assumeTrue(Files.isExecutable(SSHFS), "no sshfs here");
        Path there = Files.createDirectory(directory.resolve("there"));
        Files.writeString(there.resolve("f"), "1");
        try (OpenSshServer server = OpenSshServer.start(directory.resolve("sshd"));
                Mirror mirror = new Mirror(directory).replica()) {
            mount(server, there, mirror.source());
            try {
                mirror.start();
                assertThat(mirror.watching().tier()).isEqualTo(Tier.SCAN);
                assertThat(mirror.watching().tierReason())
                        .isEqualTo("the source is on SSHFS, which does not report what others change");
                Mirror.await("it is refused", () -> !failures(mirror).isEmpty());
                assertThat(failures(mirror))
                        .containsExactly("CONFIGURATION_INVALID the source root " + mirror.source()
                                + " is on SSHFS, and nothing proves that what is looked at is not older than the change that"
                                + " is delivered; run Freshet where the file system is local, or use NFS mounted with the"
                                + " options noac,lookupcache=none");
                assertThat(mirror.replica(1)).isEmptyDirectory();
            } finally {
                mirror.stopWatcher();
                mirror.stopRuns();
                mirror.tree().unmount(RelativePath.parse(Mirror.SOURCE));
            }
            mirror.tree().file(Mirror.in("local"), "2");
            mirror.start();
            Mirror.await("it is tried again", () -> failures(mirror).isEmpty());
            mirror.assertArrived();
        }
    }

    private static void mount(OpenSshServer server, Path there, Path onto) throws IOException, InterruptedException {
        Process sshfs = new ProcessBuilder(
                        SSHFS.toString(),
                        "-p",
                        String.valueOf(server.port()),
                        "-o",
                        "IdentityFile=" + server.identity() + ",UserKnownHostsFile=" + server.knownHosts(),
                        System.getProperty("user.name") + "@127.0.0.1:" + there,
                        onto.toString())
                .inheritIO()
                .start();
        assertThat(sshfs.waitFor()).isZero();
    }

    private static List<String> failures(Mirror mirror) {
        return mirror.jdbc()
                .sql("SELECT failing_code || ' ' || failing_message FROM target_state WHERE failing_code IS NOT NULL")
                .query(String.class)
                .list();
    }
}
