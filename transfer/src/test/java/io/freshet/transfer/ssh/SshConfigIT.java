package io.freshet.transfer.ssh;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetPlace;
import io.freshet.target.TargetSession;
import io.freshet.transfer.MemoryDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets whose host is an alias of an {@code ssh_config} file, with real OpenSSH servers. */
class SshConfigIT {
    private static final String USER = System.getProperty("user.name");

    @TempDir(factory = MemoryDirectory.class)
    Path temporary;

    private OpenSshServer bastion;
    private OpenSshServer server;
    private Path root;
    private Path home;
    private final Map<String, String> options = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void startServers() throws IOException {
        server = OpenSshServer.start(temporary.resolve("target"));
        bastion = OpenSshServer.start(temporary.resolve("bastion"));
        bastion.befriend(server);
        root = Files.createDirectory(temporary.resolve("root"));
        home = Files.createDirectories(temporary.resolve("home"));
        Files.createDirectory(home.resolve(".ssh"));
    }

    @AfterEach
    void stopServers() {
        for (OpenSshServer each : new OpenSshServer[] {server, bastion}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @Test
    void aliasInTheUsualFileIsEnoughToConnect() throws IOException {
        config(whole());

        assertConnects("sftp://web1" + root);

        assertThat(bastion.log()).doesNotContain("Accepted");
    }

    @Test
    void jumpHostsAreAliasesToo() throws IOException {
        config(whole() + """
                    ProxyJump gate
                Host gate
                    HostName 127.0.0.1
                    Port %d
                    User %s
                    IdentityFile %s
                    UserKnownHostsFile %s
                """.formatted(bastion.port(), USER, server.identity(), server.knownHosts()));

        assertConnects("sftp://web1" + root);

        assertThat(bastion.log()).contains("Accepted publickey");
    }

    @Test
    void whatTheOptionsSayWins() throws IOException {
        config("""
                Host web1
                    HostName 127.0.0.1
                    Port 1
                    User nobody
                    IdentityFile %1$s/none
                    UserKnownHostsFile %1$s/none
                    ProxyJump nowhere
                """.formatted(temporary));
        options.putAll(server.address("t", root).options());
        options.put("jump", "none");

        assertConnects("sftp://" + USER + "@web1:" + server.port() + root);
    }

    @Test
    void anotherFileIsReadInsteadAndNoneAtAll() throws IOException {
        config("this is not what ssh_config looks like \"\n");
        Path other = Files.writeString(temporary.resolve("other"), whole());
        options.put("ssh-config", other.toString());
        assertConnects("sftp://web1" + root);

        options.put("ssh-config", "none");
        options.putAll(server.address("t", root).options());
        assertConnects(server.url(root).toString());

        options.remove("ssh-config");
        assertThatThrownBy(() -> connect("sftp://web1" + root))
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining(home.resolve(".ssh/config") + " line 1: a quotation mark is not closed");
    }

    @Test
    void tokensHomeAndVariablesAreReplaced() throws IOException {
        Path keys = Files.createDirectories(home.resolve("keys"));
        Files.copy(server.identity(), keys.resolve("127.0.0.1-" + USER + "-" + server.port() + "-web1-me"));
        Files.copy(server.knownHosts(), home.resolve(".ssh/known_hosts"));
        environment.put("WHERE", keys.toString());
        for (String file :
                new String[] {"~/keys/%h-%r-%p-%n-%u", "%d/keys/%h-%r-%p-%n-%u", "${WHERE}/%h-%r-%p-%n-%u"}) {
            config("""
                    Host web1
                        HostName 127.0.0.1
                        Port %d
                        User %s
                        IdentityFile %s
                    """.formatted(server.port(), USER, file));

            assertConnects("sftp://web1" + root);
        }
    }

    @Test
    void keysThatCannotBeUsedAreSkippedWhereNoOptionAsksForThem() throws IOException {
        Path encrypted = temporary.resolve("encrypted");
        OpenSshServer.makeKey(encrypted, "ed25519", "open sesame");
        config(whole().replace("    IdentityFile", "    IdentityFile " + encrypted + "\n    IdentityFile"));
        assertConnects("sftp://web1" + root);

        Files.writeString(Path.of(server.identity() + ".pub"), "");
        assertThatThrownBy(() -> connect("sftp://web1" + root))
                .satisfies(code(ErrorCode.AUTHENTICATION_FAILED))
                .hasMessageContaining("the private key " + encrypted + " is protected by a passphrase");

        config(whole().replace(server.identity().toString(), encrypted.toString()));
        assertThatThrownBy(() -> connect("sftp://web1" + root))
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("the private key " + encrypted + " is protected by a passphrase");
    }

    @Test
    void blocksWithConditionsArePassedOverAsAWhole() throws IOException {
        config("Match host web1 exec true\n    Port 1\n    ProxyJump nowhere\nMatch all\n" + whole() + "Match user "
                + USER + "\n    IdentityFile nowhere\n");

        assertConnects("sftp://web1" + root);
    }

    @Test
    void whatCannotBeDoneIsToldInsteadOfBeingLeftOut() throws IOException {
        config(whole() + "    ProxyCommand nc %h %p\n");
        assertRefused("by a ProxyCommand, which is not run here; use ProxyJump there, or the option jump");
        options.put("jump", "none");
        assertConnects("sftp://web1" + root);
        options.clear();

        config(whole() + "    ProxyJump web1\n");
        assertRefused("lead in a circle");
        config(whole() + "    ProxyJump a,,b\n");
        assertRefused("ProxyJump of web1 in " + home.resolve(".ssh/config") + ": '' is no host");
        config("Host web1\n    Port many\n");
        assertRefused(home.resolve(".ssh/config") + " line 2: 'many' is no port");
        config(whole() + "    IdentityFile %Z\n");
        assertRefused("%Z in '%Z' is not understood");
        config(whole() + "    IdentityFile ~other/x\n");
        assertRefused("only ~/ is understood");
        config(whole() + "    IdentityFile ${FRESHET_NOT_SET}/x\n");
        assertRefused("the environment variable in '${FRESHET_NOT_SET}/x' is not set");
        config(whole().replace(server.identity().toString(), "/none/one"));
        assertRefused("no IdentityFile for web1 in " + home.resolve(".ssh/config") + " can be read: [/none/one]");
        config(whole().replace(server.knownHosts().toString(), "/none/two"));
        assertRefused("no file with known hosts can be read: [/none/two]");
        config("Include " + home.resolve(".ssh/config") + "\n");
        assertRefused("Include goes deeper than 16 files");
        config(whole());
        Files.setPosixFilePermissions(home.resolve(".ssh/config"), PosixFilePermissions.fromString("rw-rw----"));
        assertRefused("can be changed by others than its owner; run: chmod go-w");
    }

    @Test
    void agentsKeysAreNotUsedAndThatIsTold() throws IOException {
        environment.put("SSH_AUTH_SOCK", "/tmp/agent");
        Files.copy(server.knownHosts(), home.resolve(".ssh/known_hosts"));

        assertRefused("there is no private key: give one by the option identity-file, or make " + home
                + "/.ssh/id_ed25519 with ssh-keygen. Keys in ssh-agent are not used");

        options.put("identity-file", server.identity() + ".pub");
        assertThatThrownBy(() -> connect(server.url(root).toString()))
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("it is a public key; keys in ssh-agent are not used");
    }

    @Test
    void placeIsToldWithoutGoingThere() throws IOException {
        server.stop();
        config(whole());

        TargetPlace place = connector().locate(address("sftp://web1/srv/a%20b"));

        assertThat(place.url()).isEqualTo(URI.create("sftp://" + USER + "@127.0.0.1:" + server.port() + "/srv/a%20b"));
        assertThat(place.secrets()).containsExactly(server.identity());
        assertThat(place.through()).isEmpty();

        options.putAll(server.address("t", root).options());
        options.put("jump", "a@one,b@two:2222");
        assertThat(connector().locate(address("sftp://web1/srv")).through()).containsExactly("one:22", "two:2222");
    }

    private String whole() {
        return """
                Host web1
                    HostName 127.0.0.1
                    Port %d
                    User %s
                    IdentityFile %s
                    UserKnownHostsFile %s
                """.formatted(server.port(), USER, server.identity(), server.knownHosts());
    }

    private void config(String content) throws IOException {
        Path file = home.resolve(".ssh/config");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private void assertConnects(String url) {
        try (TargetSession session = connect(url)) {
            assertThat(session.capabilities()).isNotEmpty();
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> connect("sftp://web1" + root))
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining(message);
    }

    private TargetSession connect(String url) {
        return connector().connect(address(url));
    }

    private TargetAddress address(String url) {
        return new TargetAddress("t", URI.create(url), options);
    }

    private SshTargetConnector connector() {
        return new SshTargetConnector(
                Duration.ofSeconds(60), Duration.ofSeconds(30), new LocalUser("me", home, environment));
    }
}
