package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.transfer.Trees;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A source directory, two OpenSSH servers with a replica each (or one replica on this machine), and the packaged Freshet
 * between them as a process of its own, all below one directory.
 */
final class Site implements AutoCloseable {
    private static final Path JAR = Path.of("target", "freshet.jar").toAbsolutePath();
    private static final Duration START = Duration.ofMinutes(2);

    private final Path directory;
    private final Path data;
    private final Path source;
    private final List<Path> replicas = new ArrayList<>();
    private final List<OpenSshServer> servers = new ArrayList<>();
    private final Path config;
    private @Nullable Process process;

    /**
     * @param database lines of the configuration that say which database to use
     * @param options what the targets are to keep beyond the usual
     */
    Site(Path directory, String database, String... options) throws IOException {
        this(directory, directory.resolve("data"));
        StringBuilder targets = new StringBuilder();
        for (int i = 1; i <= 2; i++) {
            Path replica = Files.createDirectory(directory.resolve("replica" + i));
            OpenSshServer server = OpenSshServer.start(Files.createDirectory(directory.resolve("sshd" + i)));
            replicas.add(replica);
            servers.add(server);
            targets.append("""
                          - name: target%d
                            url: %s
                            identity-file: %s
                            known-hosts: %s
                    """.formatted(i, server.url(replica), server.identity(), server.knownHosts()));
            for (String option : options) {
                targets.append("        ").append(option).append(": true\n");
            }
        }
        configure(database, targets.toString());
    }

    private Site(Path directory, Path data) throws IOException {
        this.directory = directory;
        this.data = data;
        this.source = Files.createDirectory(directory.resolve("source"));
        this.config = directory.resolve("freshet.yml");
    }

    /** One target in a directory of this machine, on which any number of entries may vanish. */
    static Site local(Path directory, Path data, String database) throws IOException {
        Site site = new Site(directory, data);
        Path replica = Files.createDirectory(directory.resolve("replica1"));
        site.replicas.add(replica);
        site.configure(database, """
                      - name: target1
                        url: %s
                        policy: storm
                policies:
                  - name: storm
                    max-deletes: none
                """.formatted(replica.toUri()));
        return site;
    }

    private void configure(String database, String targets) throws IOException {
        Files.writeString(config, """
                data-dir: %s
                database: %s
                web: {listen: "127.0.0.1:0"}
                sources:
                  - name: content
                    path: %s
                    targets:
                %s""".formatted(data, database, source, targets));
    }

    /** Lets every target be sent no more than so much, from the next start on. */
    void limit(String bandwidth) throws IOException {
        String limited = Files.readString(config).replaceAll("(?m)^( *)url: .*$", "$0\n$1policy: limited");
        Files.writeString(config, limited + """
                policies:
                  - name: limited
                    bandwidth: %s
                """.formatted(bandwidth));
    }

    Path source() {
        return source;
    }

    Path replica(int number) {
        return replicas.get(number - 1);
    }

    OpenSshServer server(int number) {
        return servers.get(number - 1);
    }

    /** Starts Freshet and waits until it says that it is ready. */
    void start() throws IOException {
        Path out = directory.resolve("out.log");
        Process started = new ProcessBuilder(
                        java(),
                        "-Xmx512m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-jar",
                        JAR.toString(),
                        "serve",
                        "--config",
                        config.toString())
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("err.log").toFile()))
                .start();
        process = started;
        await().atMost(START).pollInterval(Duration.ofMillis(50)).until(() -> {
            if (!started.isAlive()) {
                throw new IllegalStateException("Freshet ended at its start: " + log());
            }
            return Files.readString(out).contains("Freshet is ready at ");
        });
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Kills the process as {@code kill -9} does. */
    void kill() throws InterruptedException {
        running().destroyForcibly().waitFor();
    }

    /** Asks the process to end, as a service manager does, and returns its exit code. */
    int terminate() throws InterruptedException {
        Process ending = running();
        ending.destroy();
        assertThat(ending.waitFor(60, TimeUnit.SECONDS))
                .as("ends in bounded time")
                .isTrue();
        return ending.exitValue();
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("Freshet was not started");
        }
        return process;
    }

    boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Returns the bytes of memory that the process had at its peak, as the kernel counts them; see proc(5), VmHWM. */
    long peakMemory() throws IOException {
        Path status = Path.of("/proc", Long.toString(running().pid()), "status");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    /** What a command of the command line said, and its exit code. */
    record Answer(int exitCode, String output) {}

    /** Runs a command against the running server. */
    Answer freshet(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java(), "-jar", JAR.toString()));
        command.addAll(Arrays.asList(words));
        command.addAll(List.of("--config", config.toString()));
        Process asked = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        try (InputStream output = asked.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(asked.waitFor(), text);
        }
    }

    /** Waits until a replica equals the source, and returns how long that took. */
    Duration awaitEqual(int number, Duration atMost) {
        long from = System.nanoTime();
        await().atMost(atMost)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(Trees.differences(source, replica(number)))
                        .as("differences of replica %d", number)
                        .isEmpty());
        return Duration.ofNanos(System.nanoTime() - from);
    }

    /** Has the project's own judge compare: the script where it lies beside the repository, attribute for attribute. */
    void assertEqualByTreediff() throws IOException, InterruptedException {
        for (Path replica : replicas) {
            Judge.requireEqual(source, replica);
        }
    }

    String log() {
        try (Stream<Path> logs = Files.walk(data.resolve("logs"))) {
            StringBuilder text = new StringBuilder(Files.readString(directory.resolve("err.log")));
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(log));
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
        servers.forEach(OpenSshServer::close);
    }
}
