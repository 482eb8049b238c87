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
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The private keys that {@code ssh-keygen} makes, plain and with a passphrase, with a real OpenSSH server. */
class SshKeysIT {
    private static final String VARIABLE = "FRESHET_TEST_PASSPHRASE";

    @TempDir(factory = MemoryDirectory.class)
    static Path serverDirectory;

    private static OpenSshServer server;

    @TempDir(factory = MemoryDirectory.class)
    Path temporary;

    private Path root;
    private Path key;
    private Map<String, String> options;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeAll
    static void startServer() {
        server = OpenSshServer.start(serverDirectory);
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
    @CsvSource({
        "ed25519, 256, RFC4716",
        "ecdsa, 256, RFC4716",
        "ecdsa, 384, RFC4716",
        "ecdsa, 521, RFC4716",
        "rsa, 3072, RFC4716",
        "ecdsa, 256, PEM",
        "rsa, 3072, PEM",
        "ecdsa, 384, PKCS8",
        "rsa, 3072, PKCS8",
    })
    void keysOfEveryTypeAreAcceptedPlainAndWithPassphrase(String type, String bits, String format) throws IOException {
        makeKey(type, bits, format, "");
        assertConnects();

        setPassphrase(format, "open sesame");
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("the private key " + key + " is protected by a passphrase")
                .hasMessageContaining("passphrase-file")
                .hasMessageContaining("passphrase-env");

        Path passphrase = Files.writeString(temporary.resolve("passphrase"), "open sesame\n");
        options.put("passphrase-file", passphrase.toString());
        assertConnects();

        Files.writeString(passphrase, "wrong\n");
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("the passphrase in the file " + passphrase
                        + " (passphrase-file) does not open the private key " + key);

        options.remove("passphrase-file");
        options.put("passphrase-env", VARIABLE);
        environment.put(VARIABLE, "open sesame");
        assertConnects();

        environment.put(VARIABLE, "wrong");
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("the passphrase in the environment variable " + VARIABLE
                        + " (passphrase-env) does not open the private key " + key)
                .hasMessageNotContaining("wrong");
    }

    @Test
    void passphraseIsNotUsedForAKeyThatNeedsNone() throws IOException {
        makeKey("ed25519", "256", "RFC4716", "");
        options.put("passphrase-env", VARIABLE);
        environment.put(VARIABLE, "of another key");

        assertConnects();
    }

    /** The server never learns of the key if its public half is taken from the wrong file. */
    @Test
    void publicHalfOfAnotherKeyBesideTheFileDoesNoHarm() throws IOException {
        makeKey("ed25519", "256", "RFC4716", "");
        Path other = temporary.resolve("other");
        OpenSshServer.makeKey(other, "ed25519", "");
        Files.delete(Path.of(key + ".pub"));
        Files.move(Path.of(other + ".pub"), Path.of(key + ".pub"));

        assertConnects();
    }

    @Test
    void variableThatIsNotSetIsTold() throws IOException {
        makeKey("ed25519", "256", "RFC4716", "open sesame");
        options.put("passphrase-env", VARIABLE);

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("the environment variable " + VARIABLE + " is not set")
                .hasMessageContaining("passphrase-env");
    }

    @Test
    void passphraseInTwoPlacesIsRefused() throws IOException {
        makeKey("ed25519", "256", "RFC4716", "open sesame");
        options.put("passphrase-env", VARIABLE);
        options.put("passphrase-file", key.toString());

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("both passphrase-file and passphrase-env");
    }

    @Test
    void passphraseFileThatIsNoTextIsTold() throws IOException {
        makeKey("ed25519", "256", "RFC4716", "open sesame");
        Path passphrase = Files.write(temporary.resolve("passphrase"), new byte[] {(byte) 0xff, '\n'});
        options.put("passphrase-file", passphrase.toString());

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("cannot be read from the file " + passphrase);
    }

    @Test
    void fileThatIsNoKeyIsTold() throws IOException {
        Files.writeString(key, "-----BEGIN OPENSSH PRIVATE KEY-----\n");

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("the private key " + key + " cannot be used");
    }

    private void makeKey(String type, String bits, String format, String passphrase) throws IOException {
        OpenSshServer.run(
                "ssh-keygen", "-q", "-t", type, "-b", bits, "-m", format, "-N", passphrase, "-f", key.toString());
        Files.writeString(
                serverDirectory.resolve("id_ed25519.pub"),
                Files.readString(Path.of(key + ".pub")),
                StandardOpenOption.APPEND);
    }

    private void setPassphrase(String format, String passphrase) {
        OpenSshServer.run("ssh-keygen", "-q", "-p", "-m", format, "-P", "", "-N", passphrase, "-f", key.toString());
    }

    private void assertConnects() {
        try (TargetSession session = connect()) {
            assertThat(session.capabilities()).isNotEmpty();
        }
    }

    private TargetSession connect() {
        return new SshTargetConnector(
                        Duration.ofSeconds(60), Duration.ofSeconds(30), new LocalUser("nobody", temporary, environment))
                .connect(new TargetAddress("t", server.url(root), options));
    }
}
