package io.freshet.transfer.ssh;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.MemoryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users who are let in because an authority signed their key, with a real OpenSSH server that trusts it. */
class SshCertificatesIT {
    private static final String USER = System.getProperty("user.name");

    @TempDir(factory = MemoryDirectory.class)
    static Path serverDirectory;

    private static OpenSshServer server;
    private static Path authority;

    @TempDir(factory = MemoryDirectory.class)
    Path temporary;

    private Path root;
    private Path key;
    private Map<String, String> options;

    @BeforeAll
    static void startServer() throws IOException {
        OpenSshServer.require();
        authority = Files.createDirectories(serverDirectory).resolve("authority");
        OpenSshServer.makeKey(authority, "ed25519", "");
        server = OpenSshServer.start(serverDirectory, "TrustedUserCAKeys " + authority + ".pub");
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
        key = temporary.resolve("key");
        options = new HashMap<>(server.address("t", root).options());
        options.put("identity-file", key.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void certificateBesideTheKeyIsShown(String type) {
        OpenSshServer.makeKey(key, type, "");
        assertThatThrownBy(this::connect).satisfies(code(ErrorCode.AUTHENTICATION_FAILED));

        sign("-n", USER, "-V", "+1h");

        assertConnects();
        assertThat(server.log()).contains("Accepted certificate ID \"test\"");
    }

    @Test
    void certificateThatIsConfiguredIsShownWithAKeyThatNeedsAPassphrase() throws IOException {
        OpenSshServer.makeKey(key, "ed25519", "open sesame");
        sign("-n", USER);
        Path moved = Files.move(UserCertificate.besides(key), temporary.resolve("moved.pub"));
        Path passphrase = Files.writeString(temporary.resolve("passphrase"), "open sesame\n");
        options.put("passphrase-file", passphrase.toString());
        assertThatThrownBy(this::connect).satisfies(code(ErrorCode.AUTHENTICATION_FAILED));

        options.put("certificate-file", moved.toString());

        assertConnects();
    }

    @Test
    void expiredCertificateIsTold() {
        OpenSshServer.makeKey(key, "ed25519", "");
        sign("-n", USER, "-V", "20200101000000Z:20200102000000Z");

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.AUTHENTICATION_FAILED))
                .hasMessageContaining("the certificate " + UserCertificate.besides(key)
                        + " expired at 2020-01-02T00:00:00Z; have the key signed anew");
    }

    @Test
    void certificateOfTheFutureIsTold() {
        OpenSshServer.makeKey(key, "ed25519", "");
        sign("-n", USER, "-V", "20990101000000Z:forever");

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.AUTHENTICATION_FAILED))
                .hasMessageContaining("is not valid before 2099-01-01T00:00:00Z");
    }

    @Test
    void certificateForSomebodyElseIsTold() {
        OpenSshServer.makeKey(key, "ed25519", "");
        sign("-n", "somebody");

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.AUTHENTICATION_FAILED))
                .hasMessageContaining("is made out to [somebody]");
    }

    @Test
    void bareKeyIsGoodEnoughWhereTheCertificateIsNot() throws IOException {
        OpenSshServer.makeKey(key, "ed25519", "");
        sign("-n", USER, "-V", "20200101000000Z:20200102000000Z");
        Files.writeString(
                serverDirectory.resolve("id_ed25519.pub"),
                Files.readString(Path.of(key + ".pub")),
                StandardOpenOption.APPEND);

        assertConnects();
    }

    @Test
    void certificateForAnotherKeyIsTold() throws IOException {
        OpenSshServer.makeKey(key, "ed25519", "");
        sign("-n", USER);
        Path certificate = Files.move(UserCertificate.besides(key), temporary.resolve("other-cert.pub"));
        Path other = temporary.resolve("other");
        OpenSshServer.makeKey(other, "ed25519", "");
        options.put("identity-file", other.toString());
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.AUTHENTICATION_FAILED))
                .hasMessageContaining("the certificate " + certificate + " is for another key than " + other);

        options.put("certificate-file", certificate.toString());

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("the certificate " + certificate + " (certificate-file) is for another key");
    }

    @Test
    void whatIsNoUsersCertificateIsTold() {
        OpenSshServer.makeKey(key, "ed25519", "");
        options.put("certificate-file", key + ".pub");
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining(key + ".pub holds a public key and no certificate");

        options.put("certificate-file", key.toString());
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("the certificate " + key + " cannot be read");

        sign("-h", "-n", "127.0.0.1");
        options.put("certificate-file", UserCertificate.besides(key).toString());
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("is a certificate for a host");
    }

    /** Else whoever has a user's certificate could pass for the host that is named in it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hostMustShowACertificateForHosts(boolean forHosts) throws IOException {
        OpenSshServer.makeKey(key, "rsa", "");
        if (forHosts) {
            sign("-h", "-n", "127.0.0.1");
        } else {
            sign("-n", "127.0.0.1");
        }
        try (OpenSshServer certified = OpenSshServer.start(
                temporary.resolve("sshd"), "HostKey " + key, "HostCertificate " + UserCertificate.besides(key))) {
            Path known = Files.writeString(
                    temporary.resolve("known"), "@cert-authority * " + OpenSshServer.publicKey(authority) + "\n");
            options.put("identity-file", certified.identity().toString());
            options.put("known-hosts", known.toString());
            TargetAddress address = new TargetAddress("t", certified.url(root), options);
            if (forHosts) {
                new SshTargetConnector().connect(address).close();
            } else {
                assertThatThrownBy(() -> new SshTargetConnector().connect(address))
                        .satisfies(code(ErrorCode.HOST_KEY_CHANGED))
                        .hasMessageContaining("a certificate that is for a user");
            }
        }
    }

    private void sign(String... how) {
        List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-s", authority.toString(), "-I", "test"));
        command.addAll(List.of(how));
        command.add(key + ".pub");
        OpenSshServer.run(command.toArray(new String[0]));
    }

    private void assertConnects() {
        try (TargetSession session = connect()) {
            assertThat(session.capabilities()).isNotEmpty();
        }
    }

    private TargetSession connect() {
        return new SshTargetConnector().connect(new TargetAddress("t", server.url(root), options));
    }
}
