package io.freshet.transfer.ssh;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.path.RelativePath;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.Account;
import io.freshet.transfer.MadeContent;
import io.freshet.transfer.MemoryDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Targets that are reached through other hosts, with real OpenSSH servers: {@code first}, {@code second}, the target's. */
class SshJumpIT {
    private static final String USER = System.getProperty("user.name");
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir(factory = MemoryDirectory.class)
    Path temporary;

    private OpenSshServer first;
    private OpenSshServer second;
    private OpenSshServer server;
    private Path root;
    private Map<String, String> options;

    @BeforeEach
    void startServers() throws IOException {
        server = OpenSshServer.start(temporary.resolve("target"));
        first = OpenSshServer.start(temporary.resolve("first"));
        second = OpenSshServer.start(temporary.resolve("second"));
        first.befriend(server);
        second.befriend(server);
        root = Files.createDirectory(temporary.resolve("root"));
        options = new HashMap<>(server.address("t", root).options());
    }

    @AfterEach
    void stopServers() {
        for (OpenSshServer each : new OpenSshServer[] {server, second, first}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @Test
    void oneJumpHostIsPassed() {
        options.put("jump", at(first));

        try (TargetSession session = connect()) {
            session.enterGate(1, "a");
            assertThat(session.createMarker("ours".getBytes(StandardCharsets.UTF_8)))
                    .isTrue();
            assertThat(root.resolve(".freshet/marker")).hasContent("ours");
            assertThat(first.log()).contains("Accepted publickey for " + USER);
            assertThat(server.log()).contains("Accepted publickey for " + USER);
            assertThat(second.hasConnections()).isFalse();

            first.killConnections();
            assertThatThrownBy(() -> session.enterGate(2, "b")).satisfies(code(ErrorCode.CONNECTION_LOST));
        }
    }

    @Test
    void twoJumpHostsArePassedInOrderAndClosedWithTheSession() {
        options.put("jump", at(first) + "," + at(second));

        try (TargetSession session = connect()) {
            session.enterGate(1, "a");
            assertThat(first.hasConnections()).isTrue();
            assertThat(second.hasConnections()).isTrue();
            assertThat(server.hasConnections()).isTrue();
        }

        Awaitility.await()
                .atMost(LONG)
                .until(() -> !first.hasConnections() && !second.hasConnections() && !server.hasConnections());
    }

    @Test
    void nothingIsLeftOpenWhereALaterHopFails() {
        options.put("jump", at(first));
        server.stop();

        assertThatThrownBy(this::connect).satisfies(code(ErrorCode.TARGET_UNREACHABLE));

        Awaitility.await().atMost(LONG).until(() -> !first.hasConnections());
    }

    @Test
    void keyOfEveryHostIsChecked() throws IOException {
        options.put("jump", at(first) + "," + at(second));
        String known = Files.readString(server.knownHosts());

        knownHosts(without(known, first));
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.HOST_KEY_UNKNOWN))
                .hasMessageContaining("the jump host [127.0.0.1]:" + first.port() + " is not in");
        knownHosts(without(known, second));
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.HOST_KEY_UNKNOWN))
                .hasMessageContaining("the jump host [127.0.0.1]:" + second.port() + " is not in")
                .hasMessageContaining("ssh -p " + first.port() + " " + USER + "@127.0.0.1 ssh-keyscan -p "
                        + second.port() + " 127.0.0.1 >> ");
        knownHosts(without(known, server));
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.HOST_KEY_UNKNOWN))
                .hasMessageContaining("the host [127.0.0.1]:" + server.port() + " is not in");

        Path other = temporary.resolve("other");
        OpenSshServer.makeKey(other, "ed25519", "");
        for (OpenSshServer changed : List.of(first, second, server)) {
            knownHosts(without(known, changed) + "[127.0.0.1]:" + changed.port() + " " + OpenSshServer.publicKey(other)
                    + "\n");
            assertThatThrownBy(this::connect)
                    .satisfies(code(ErrorCode.HOST_KEY_CHANGED))
                    .hasMessageContaining(changed == server ? "the host 127" : "the jump host 127");
        }
    }

    @Test
    void jumpHostThatRefusesTheKeyIsNamed() throws IOException {
        options.put("jump", at(first));
        Files.writeString(Path.of(first.identity() + ".pub"), "");

        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.AUTHENTICATION_FAILED))
                .hasMessageContaining("the jump host " + USER + "@127.0.0.1 does not accept the key");
    }

    @Test
    void hostThatIsDownIsNamed() {
        options.put("jump", at(first));
        server.stop();
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.TARGET_UNREACHABLE))
                .hasMessageContaining("no SSH connection to the host 127.0.0.1:" + server.port()
                        + " through the jump host 127.0.0.1:" + first.port());

        first.stop();
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.TARGET_UNREACHABLE))
                .hasMessageContaining("no SSH connection to the jump host 127.0.0.1:" + first.port() + " (");
    }

    @Test
    void jumpHostThatForbidsToJumpIsNamed() {
        try (OpenSshServer strict = OpenSshServer.start(temporary.resolve("strict"), "AllowTcpForwarding no")) {
            strict.befriend(server);
            options.put("jump", at(strict));

            assertThatThrownBy(this::connect)
                    .satisfies(code(ErrorCode.TARGET_UNREACHABLE))
                    .hasMessageContaining("through the jump host 127.0.0.1:" + strict.port())
                    .hasMessageContaining("AllowTcpForwarding");
        }
    }

    @Test
    void hostThatAcceptsAndSaysNothingIsUnreachable() throws IOException {
        options.put("jump", at(first));
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TargetAddress address = new TargetAddress(
                    "t", URI.create("sftp://" + USER + "@127.0.0.1:" + silent.getLocalPort() + "/srv"), options);
            SshTargetConnector impatient = new SshTargetConnector(LONG, Duration.ofSeconds(3), LocalUser.current());

            assertThatThrownBy(() -> impatient.connect(address))
                    .satisfies(code(ErrorCode.TARGET_UNREACHABLE))
                    .hasMessageContaining("the host 127.0.0.1:" + silent.getLocalPort());
        }
        Awaitility.await().atMost(LONG).until(() -> !first.hasConnections());
    }

    /** More is sent than fits into what is between us and a host that takes in nothing any more. */
    @ParameterizedTest
    @CsvSource({"none, target", "one, target", "one, jump"})
    @Timeout(60)
    void hostThatFreezesIsGivenUp(String jumps, String frozen) {
        if (jumps.equals("one")) {
            options.put("jump", at(first));
        }
        assertFreezingIsNoticed(
                new TargetAddress("t", server.url(root), options), frozen.equals("jump") ? first : server);
    }

    /** Then it is the jump host that has no room left first. */
    @Test
    @Timeout(60)
    void jumpHostThatFreezesIsGivenUpWhereTheTargetTakesInMuch() throws Exception {
        try (MinaServer roomy = MinaServer.start(temporary.resolve("roomy"))) {
            roomy.setWindow(64 << 20);
            TargetAddress straight = roomy.address("t", root.toString());
            options.putAll(straight.options());
            Path identity = Path.of(options.get("identity-file"));
            OpenSshServer.run("chmod", "600", identity.toString());
            Files.writeString(
                    Path.of(first.identity() + ".pub"),
                    OpenSshServer.run("ssh-keygen", "-y", "-f", identity.toString()));
            knownHosts(Files.readString(Path.of(options.get("known-hosts"))) + Files.readString(first.knownHosts()));
            options.put("jump", at(first));

            assertFreezingIsNoticed(new TargetAddress("t", straight.url(), options), first);
        }
    }

    private static void assertFreezingIsNoticed(TargetAddress address, OpenSshServer frozen) {
        SshTargetConnector impatient = new SshTargetConnector(Duration.ofSeconds(2), LONG, LocalUser.current());
        try (TargetSession session = impatient.connect(address)) {
            session.enterGate(1, "a");
            AtomicBoolean froze = new AtomicBoolean();
            MadeContent content = MadeContent.of(256L << 20, "x", 0644, Account.UID, Account.GID)
                    .beforeRead(place -> {
                        if (place > 8 << 20 && froze.compareAndSet(false, true)) {
                            frozen.freezeConnections();
                        }
                    });
            Operation.PutFile put = new Operation.PutFile(
                    RelativePath.parse("big"), content.state().size(), content);

            List<Result> results = session.apply(List.of(put), Monitor.NONE);

            assertThat(froze).isTrue();
            assertThat(results.get(0))
                    .isInstanceOfSatisfying(
                            Result.Failed.class,
                            failed -> assertThat(failed.code()).isEqualTo(ErrorCode.CONNECTION_LOST));
        }
    }

    @Test
    void whatIsNoListOfHostsIsTold() {
        for (String wrong : List.of("", "a b", "user@", "user@host:0", "user@host:99999", "a,,b", "user@host:x")) {
            options.put("jump", wrong);
            assertThatThrownBy(this::connect)
                    .as(wrong)
                    .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                    .hasMessageContaining("jump");
        }
        options.put("jump", "user:hidden@host");
        assertThatThrownBy(this::connect)
                .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                .hasMessageContaining("password")
                .hasMessageNotContaining("hidden");
    }

    private TargetSession connect() {
        return new SshTargetConnector().connect(new TargetAddress("t", server.url(root), options));
    }

    private static String at(OpenSshServer host) {
        return USER + "@127.0.0.1:" + host.port();
    }

    private static String without(String known, OpenSshServer host) {
        return known.replaceAll("(?m)^\\[127\\.0\\.0\\.1]:" + host.port() + " .*\\n", "");
    }

    private void knownHosts(String content) throws IOException {
        options.put(
                "known-hosts",
                Files.writeString(temporary.resolve("known"), content).toString());
    }
}
