package io.freshet.transfer.ssh;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.target.Capability;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.Account;
import io.freshet.transfer.MemoryDirectory;
import io.freshet.transfer.TargetSessionContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract over OpenSSH as web hosts offer it: an ordinary account, locked into a directory, SFTP and no shell. */
class JailedSessionIT extends TargetSessionContract {
    private static final String ACCOUNT = "nobody";

    @TempDir(factory = MemoryDirectory.class)
    static Path jail;

    private static Path jailByRootsWay;
    private static OpenSshServer server;

    @BeforeAll
    static void startServer() throws IOException {
        Assumptions.assumeTrue(Account.SUPERUSER, "only the superuser's sshd locks accounts in");
        Files.setPosixFilePermissions(jail, PosixFilePermissions.fromString("rwxr-xr-x"));
        // The server insists that nobody else may change any part of the jail's path; temporary directories are
        // anybody's.
        jailByRootsWay = Files.createSymbolicLink(Path.of("/run").resolve(jail.getFileName()), jail);
        server = OpenSshServer.start(
                jail.resolve("sshd"), "ChrootDirectory " + jailByRootsWay, "ForceCommand internal-sftp");
    }

    @AfterAll
    static void stopServer() throws IOException {
        if (server != null) {
            server.close();
        }
        if (jailByRootsWay != null) {
            Files.delete(jailByRootsWay);
        }
    }

    @Override
    protected TargetSession connect() {
        return connect("/" + root.getFileName());
    }

    private static TargetSession connect(String path) {
        return new SshTargetConnector().connect(server.address("jailed", ACCOUNT, path));
    }

    @Override
    protected Path makeRoot() throws IOException {
        root = Files.createTempDirectory(jail, "root");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        handOver();
        return root;
    }

    @Override
    protected void handOver() {
        OpenSshServer.run("chown", "-R", "-h", uid() + ":" + gid(), root.toString());
    }

    @Override
    protected int uid() {
        return Integer.parseInt(OpenSshServer.run("id", "-u", ACCOUNT).strip());
    }

    @Override
    protected int gid() {
        return Integer.parseInt(OpenSshServer.run("id", "-g", ACCOUNT).strip());
    }

    @Test
    void findsWhatAnOrdinaryAccountCanDo() {
        assertThat(session.capabilities())
                .contains(
                        Capability.ATOMIC_RENAME,
                        Capability.FILE_SYNC,
                        Capability.DIRECTORY_SYNC,
                        Capability.HARD_LINK,
                        Capability.SYMLINK_ATTRIBUTES,
                        Capability.FREE_SPACE,
                        Capability.GATE)
                .doesNotContain(Capability.CHANGE_OWNER);
    }

    /** The jail itself must be the superuser's, so nothing can be delivered straight into it. */
    @Test
    void jailItselfIsRefusedAsRootWithTheNextStep() {
        try (TargetSession jailed = connect("/")) {
            assertThatThrownBy(() -> jailed.enterGate(1, "first"))
                    .satisfies(code(ErrorCode.PERMISSION_DENIED))
                    .hasMessageContaining("the right to write there");
        }
        assertThat(jail.resolve(".freshet")).doesNotExist();
    }

    /** A symlink there leads nowhere but into the jail. */
    @Test
    void theSuperuserNeedsNoLeaveInAJail() throws IOException {
        TargetAddress address = server.address("jailed", "root", "/");
        Map<String, String> options = new HashMap<>(address.options());
        options.remove("allow-root");
        Path house = jail.resolve(".freshet");
        try (TargetSession jailed =
                new SshTargetConnector().connect(new TargetAddress("jailed", address.url(), options))) {
            jailed.enterGate(1, "first");
            assertThat(jailed.capabilities()).contains(Capability.CHANGE_OWNER);
        } finally {
            Files.deleteIfExists(house.resolve("g1-first-only0"));
            Files.deleteIfExists(house);
        }
    }

    @Test
    void pathOutsideTheJailIsMissing() {
        assertThatThrownBy(() -> connect(root.toString())).satisfies(code(ErrorCode.TARGET_ROOT_SUSPECT));
    }
}
