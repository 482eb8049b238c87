package io.freshet.transfer.ssh;

import io.freshet.target.TargetAddress;
import io.freshet.transfer.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A real OpenSSH server for tests, on a free port of the loopback address, with a host key, a user key and a known hosts
 * file of its own; whoever runs the tests logs in as themselves.
 *
 * <p>{@link #stop()} is a host that goes away together with its connections; {@link #start()} brings it back on the same
 * port. Where there is no sshd, tests are skipped, unless the environment says {@code FRESHET_REQUIRE_CONFORMANCE=true}:
 * then they fail.
 */
public final class OpenSshServer implements AutoCloseable {
    private static final Path SSHD = Path.of("/usr/sbin/sshd");
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final List<Path> SFTP_SERVERS = List.of(
            Path.of("/usr/lib/openssh/sftp-server"),
            Path.of("/usr/libexec/openssh/sftp-server"),
            Path.of("/usr/lib/ssh/sftp-server"));
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

    private final Path directory;
    private final int port;
    private Process process;

    private OpenSshServer(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** Skips or fails the test where there is no sshd. */
    public static void require() {
        if (!Files.isExecutable(SSHD)) {
            skip("no " + SSHD + " here; install openssh-server");
        }
    }

    private static void skip(String why) {
        if (Boolean.parseBoolean(System.getenv("FRESHET_REQUIRE_CONFORMANCE"))) {
            Assertions.fail(why);
        }
        Assumptions.abort(why);
    }

    /**
     * Makes keys and configuration in {@code directory} and starts the server.
     *
     * @param configuration further lines for sshd_config; they come before most of this class's own, and the first one counts
     */
    public static OpenSshServer start(Path directory, String... configuration) {
        require();
        try {
            Files.createDirectories(directory);
            OpenSshServer server = new OpenSshServer(directory, freePort());
            server.makeKeys();
            server.configure(configuration);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a server whose accounts find a program of the test's own before that of the machine.
     *
     * @param programs where the program is put, and what it may write
     * @param script in the language of sh(1)
     */
    static OpenSshServer startWith(Path directory, Path programs, String program, String script) throws IOException {
        Path file = Files.writeString(programs.resolve(program), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return start(directory, "SetEnv HOME=" + programs + " PATH=" + programs + ":/usr/bin:/bin");
    }

    public int port() {
        return port;
    }

    /** The user's private key. */
    public Path identity() {
        return directory.resolve("id_ed25519");
    }

    /** The host's private key; the public half lies beside it. A new one counts from the next start on. */
    public Path hostKey() {
        return directory.resolve("host");
    }

    public Path knownHosts() {
        return directory.resolve("known_hosts");
    }

    /** OpenSSH's SFTP server as a program of its own; skips or fails the test where there is none. */
    public static Path sftpProgram() {
        require();
        return SFTP_SERVERS.stream().filter(Files::isExecutable).findFirst().orElseGet(() -> {
            skip("none of " + SFTP_SERVERS + " here");
            return SFTP_SERVERS.get(0);
        });
    }

    /** What sshd logged. */
    public String log() {
        try {
            return Files.readString(directory.resolve("sshd.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The address of a target root on this server, with the options it takes to log in. */
    public TargetAddress address(String name, Path root) {
        return new TargetAddress(name, url(root), options());
    }

    /** The address of a path as another account sees it. */
    public TargetAddress address(String name, String account, String path) {
        return new TargetAddress(name, URI.create("sftp://" + account + "@127.0.0.1:" + port + path), options());
    }

    /** The address of a target root that is reached through another port, from which this server is forwarded. */
    public TargetAddress addressThrough(int forwarded, String name, Path root) {
        try {
            Files.writeString(
                    knownHosts(),
                    "[127.0.0.1]:" + forwarded + " " + publicKey(directory.resolve("host")) + "\n",
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new TargetAddress(name, url(root, forwarded), options());
    }

    private Map<String, String> options() {
        Map<String, String> options = new HashMap<>();
        options.put("identity-file", identity().toString());
        options.put("known-hosts", knownHosts().toString());
        // Whoever runs the tests may be root, and nothing locks them in.
        options.put("allow-root", "true");
        return options;
    }

    public URI url(Path root) {
        return url(root, port);
    }

    private static URI url(Path root, int port) {
        return URI.create("sftp://" + System.getProperty("user.name") + "@127.0.0.1:" + port
                + root.toUri().getRawPath());
    }

    /** Starts the server; returns when it accepts connections. */
    public void start() {
        try {
            if (Account.SUPERUSER) {
                Files.createDirectories(Path.of("/run/sshd"));
            }
            process = new ProcessBuilder(
                            SSHD.toString(),
                            "-D",
                            "-e",
                            "-f",
                            directory.resolve("sshd_config").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("sshd.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await("sshd: " + log())
                .atMost(START_TIMEOUT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> accepts() || !process.isAlive());
        if (!process.isAlive()) {
            throw new IllegalStateException("sshd ended: " + log());
        }
    }

    /** Kills the server and every connection to it at once, as a power cut does. */
    public void stop() {
        if (process != null) {
            // Named before the listener dies: then they are no longer its children.
            List<ProcessHandle> connections = process.descendants().toList();
            process.destroyForcibly().onExit().join();
            kill(connections);
            process = null;
        }
    }

    /** Kills every connection and lets the server take new ones. */
    public void killConnections() {
        kill(process.descendants().toList());
    }

    /**
     * Kills the SFTP servers of all connections, as somebody's {@code kill -9} does; the connections stay. Needs {@code
     * Subsystem sftp} with the {@linkplain #sftpProgram() program}.
     */
    public void killSftpServers() {
        kill(process.descendants()
                .filter(child -> name(child).equals("sftp-server"))
                .toList());
    }

    /** By its name, for sshd's children hide the rest from their own account. */
    private static String name(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "comm"))
                    .strip();
        } catch (IOException e) {
            return "ended";
        }
    }

    /** Stops every connection where it is: it stays open, and nobody answers any more. */
    public void freezeConnections() {
        process.descendants().forEach(connection -> run("kill", "-STOP", Long.toString(connection.pid())));
    }

    /** Returns whether somebody is connected. */
    public boolean hasConnections() {
        return process.descendants().findAny().isPresent();
    }

    /** Lets a user of another server in with the same key, and adds its host key to what that user knows. */
    public void befriend(OpenSshServer other) {
        try {
            Files.copy(
                    Path.of(other.identity() + ".pub"),
                    Path.of(identity() + ".pub"),
                    StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(other.knownHosts(), Files.readString(knownHosts()), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void kill(List<ProcessHandle> connections) {
        connections.forEach(ProcessHandle::destroyForcibly);
        connections.forEach(connection -> connection.onExit().join());
    }

    @Override
    public void close() {
        stop();
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(LOOPBACK, port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void makeKeys() throws IOException {
        makeKey(identity(), "ed25519", "");
        makeKey(directory.resolve("host"), "ed25519", "");
        Files.writeString(knownHosts(), "[127.0.0.1]:" + port + " " + publicKey(directory.resolve("host")) + "\n");
    }

    /** Makes a key with {@code ssh-keygen}. */
    public static void makeKey(Path file, String type, String passphrase) {
        run("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", file.toString());
    }

    /** Returns type and key of a private key's public half, as known hosts files have them. */
    public static String publicKey(Path privateKey) throws IOException {
        String[] words = Files.readString(Path.of(privateKey + ".pub")).split(" ", 3);
        return words[0] + " " + words[1].strip();
    }

    static String run(String... command) {
        try {
            Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (run.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void configure(String... further) throws IOException {
        List<String> lines = new ArrayList<>(List.of(further));
        if (lines.stream().noneMatch(line -> line.startsWith("Subsystem "))) {
            lines.add("Subsystem sftp internal-sftp");
        }
        if (lines.stream().noneMatch(line -> line.startsWith("SetEnv "))) {
            // What the login shell of whoever runs the tests does by itself is no part of them.
            lines.add("SetEnv HOME=" + directory);
        }
        Files.writeString(directory.resolve("sshd_config"), """
                HostKey %s
                %s
                Port %d
                ListenAddress 127.0.0.1
                AuthorizedKeysFile %s
                PidFile none
                StrictModes no
                UsePAM no
                PermitRootLogin prohibit-password
                PasswordAuthentication no
                MaxStartups 200
                MaxSessions 200
                LogLevel VERBOSE
                """.formatted(
                directory.resolve("host"), String.join("\n", lines), port, directory.resolve("id_ed25519.pub")));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }
}
