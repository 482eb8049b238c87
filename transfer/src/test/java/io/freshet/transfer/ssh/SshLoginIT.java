package io.freshet.transfer.ssh;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetConnector;
import io.freshet.target.TargetSession;
import io.freshet.transfer.MemoryDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import net.schmizz.sshj.common.SecurityUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, and whom we trust, with a real OpenSSH server. */
class SshLoginIT {
    @TempDir(factory = MemoryDirectory.class)
    static Path serverDirectory;

    private static OpenSshServer server;

    @TempDir(factory = MemoryDirectory.class)
    Path temporary;

    private Path root;
    private Map<String, String> options;

    @BeforeAll
    static void startServer() throws IOException {
        OpenSshServer.require();
        Path authority = Files.createDirectories(serverDirectory).resolve("authority");
        OpenSshServer.makeKey(authority, "ed25519", "");
        Path certified = serverDirectory.resolve("certified");
        OpenSshServer.makeKey(certified, "ed25519", "");
        OpenSshServer.run(
                "ssh-keygen",
                "-q",
                "-s",
                authority.toString(),
                "-I",
                "test",
                "-h",
                "-n",
                "127.0.0.1",
                certified + ".pub");
        server = OpenSshServer.start(
                serverDirectory, "HostKey " + certified, "HostCertificate " + certified + "-cert.pub");
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void givenRightOptions() throws IOException {
        root = Files.createDirectory(temporary.resolve("root"));
        options = new HashMap<>(server.address("t", root).options());
    }

    @Test
    void connectorIsFoundForItsSchemes() {
        assertThat(ServiceLoader.load(TargetConnector.class))
                .anyMatch(connector -> connector.supports("sftp") && connector.supports("ssh"))
                .anyMatch(connector -> connector.supports("file"))
                .noneMatch(connector -> connector.supports("http"));
    }

    @Test
    void unknownHostIsRefusedWithItsFingerprintAndTheNextStep() throws IOException {
        knownHosts("# nothing\n");

        String fingerprint = OpenSshServer.run(
                        "ssh-keygen", "-lf", serverDirectory.resolve("host.pub").toString())
                .split(" ", 3)[1];
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.HOST_KEY_UNKNOWN))
                .hasMessageContaining("ssh-keyscan -p " + server.port())
                .hasMessageContaining(fingerprint);
    }

    /** The server is killed by its own question for more keys of the account: then nobody has refused ours. */
    @Test
    void aConnectionThatIsCutDuringAuthenticationIsNoRefusalOfTheKey() throws IOException {
        String account = System.getProperty("user.name");
        Path unlisted = temporary.resolve("unlisted");
        OpenSshServer.makeKey(unlisted, "ed25519", "");
        try (OpenSshServer dying = OpenSshServer.start(
                Files.createDirectory(temporary.resolve("sshd")),
                "AuthorizedKeysCommand /bin/sh -c \"kill -9 $PPID\"",
                "AuthorizedKeysCommandUser " + account)) {
            options.put("identity-file", unlisted.toString());
            options.put("known-hosts", dying.knownHosts().toString());
            TargetAddress address = new TargetAddress("t", dying.url(root), options);
            assertThatThrownBy(() -> new SshTargetConnector().connect(address))
                    .satisfies(code(ErrorCode.TARGET_UNREACHABLE))
                    .hasMessageContaining("broke during authentication");
        }
    }

    @Test
    void hostWithAnotherKeyIsRefusedAsChanged() throws IOException {
        OpenSshServer.makeKey(temporary.resolve("other"), "ed25519", "");
        knownHosts(host() + " " + OpenSshServer.publicKey(temporary.resolve("other")) + "\n");

        assertThatThrownBy(this::connect).satisfies(code(ErrorCode.HOST_KEY_CHANGED));
    }

    @Test
    void hostKnownByKeyOfAnotherTypeIsRefusedAsChanged() throws IOException {
        OpenSshServer.makeKey(temporary.resolve("other"), "ecdsa", "");
        knownHosts(host() + " " + OpenSshServer.publicKey(temporary.resolve("other")) + "\n");

        assertThatThrownBy(this::connect).satisfies(code(ErrorCode.HOST_KEY_CHANGED));
    }

    @Test
    void revokedKeyIsRefusedWhateverOtherLinesSay() throws IOException {
        String known = Files.readString(server.knownHosts());
        knownHosts(known + "@revoked * " + OpenSshServer.publicKey(serverDirectory.resolve("host")) + "\n");

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.HOST_KEY_CHANGED))
                .hasMessageContaining("revoked");
    }

    @Test
    void hashedNamesAreRecognised() throws IOException {
        Path hashed = Files.copy(server.knownHosts(), temporary.resolve("hashed"));
        OpenSshServer.run("ssh-keygen", "-H", "-f", hashed.toString());
        assertThat(Files.readString(hashed)).startsWith("|1|").doesNotContain("127.0.0.1");
        options.put("known-hosts", hashed.toString());

        assertConnects();
    }

    @Test
    void certificateOfTrustedAuthorityIsAccepted() throws IOException {
        knownHosts("@cert-authority " + host() + " " + OpenSshServer.publicKey(serverDirectory.resolve("authority"))
                + "\n");

        assertConnects();
    }

    @Test
    void certificateOfRevokedAuthorityIsRefused() throws IOException {
        String authority = OpenSshServer.publicKey(serverDirectory.resolve("authority"));
        knownHosts("@cert-authority " + host() + " " + authority + "\n@revoked * " + authority + "\n");

        assertThatThrownBy(this::connect).satisfies(code(ErrorCode.HOST_KEY_CHANGED));
    }

    @Test
    void strangersKeyIsRefused() {
        OpenSshServer.makeKey(temporary.resolve("stranger"), "ed25519", "");
        options.put("identity-file", temporary.resolve("stranger").toString());

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.AUTHENTICATION_FAILED))
                .hasMessageContaining("authorized_keys");
    }

    @Test
    void filesThatCannotBeReadAreConfigurationErrors() {
        options.put("identity-file", temporary.resolve("none").toString());
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("identity-file");

        options.put("identity-file", server.identity().toString());
        options.put("known-hosts", temporary.resolve("none").toString());
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("known-hosts");
    }

    @Test
    void missingRootIsSuspect() {
        TargetAddress address = new TargetAddress("t", server.url(temporary.resolve("none")), options);

        assertThatThrownBy(() -> new SshTargetConnector().connect(address))
                .satisfies(code(ErrorCode.TARGET_ROOT_SUSPECT));
    }

    @Test
    void hostThatRefusesConnectionsIsUnreachable() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        TargetAddress address = new TargetAddress("t", URI.create("sftp://127.0.0.1:" + port + "/srv"), options);

        assertThatThrownBy(() -> new SshTargetConnector().connect(address))
                .satisfies(code(ErrorCode.TARGET_UNREACHABLE));
    }

    @Test
    void hostThatAcceptsAndSaysNothingIsUnreachable() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TargetAddress address =
                    new TargetAddress("t", URI.create("sftp://127.0.0.1:" + silent.getLocalPort() + "/srv"), options);
            SshTargetConnector impatient =
                    new SshTargetConnector(Duration.ofSeconds(60), Duration.ofMillis(500), LocalUser.current());

            assertThatThrownBy(() -> impatient.connect(address)).satisfies(code(ErrorCode.TARGET_UNREACHABLE));
        }
    }

    @Test
    void serverThatWentAwayAndCameBackIsReachedAnew() throws IOException {
        try (OpenSshServer restless = OpenSshServer.start(temporary.resolve("restless"))) {
            TargetAddress address = restless.address("t", root);
            try (TargetSession session = new SshTargetConnector().connect(address)) {
                restless.stop();
                assertThatThrownBy(() -> session.enterGate(1, "a")).satisfies(code(ErrorCode.CONNECTION_LOST));
            }
            assertThatThrownBy(() -> new SshTargetConnector().connect(address))
                    .satisfies(code(ErrorCode.TARGET_UNREACHABLE));
            restless.start();
            try (TargetSession session = new SshTargetConnector().connect(address)) {
                session.enterGate(2, "b");
            }
        }
    }

    @Test
    void aesGcmOfTheJdkIsUsed() throws Exception {
        assertConnects();

        assertThat(SecurityUtils.getCipher("AES/GCM/NoPadding").getProvider().getName())
                .isEqualTo("SunJCE");
    }

    private void assertConnects() {
        try (TargetSession session = connect()) {
            assertThat(session.capabilities()).isNotEmpty();
        }
    }

    private TargetSession connect() {
        return new SshTargetConnector().connect(new TargetAddress("t", server.url(root), options));
    }

    private static String host() {
        return "[127.0.0.1]:" + server.port();
    }

    private void knownHosts(String content) throws IOException {
        options.put(
                "known-hosts",
                Files.writeString(temporary.resolve("known"), content).toString());
    }
}
