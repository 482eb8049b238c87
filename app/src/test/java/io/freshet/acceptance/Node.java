package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

/** The packaged program as one process of an installation, which can be killed, frozen and started again. */
final class Node implements AutoCloseable {
    private static final Path JAR = Path.of("target", "freshet.jar").toAbsolutePath();
    private static final Duration START = Duration.ofMinutes(2);

    private final Path home;
    private final Path config;
    private final Path data;
    private final List<String> options;
    private @Nullable Process process;

    /**
     * @param home its working directory
     * @param data its data directory, as the configuration says
     * @param options of {@code freshet serve}
     */
    Node(Path home, Path config, Path data, String... options) {
        this.home = home;
        this.config = config;
        this.data = data;
        this.options = List.of(options);
    }

    /** Starts Freshet and waits until it says that it is ready. */
    void start() throws IOException {
        Path out = home.resolve("out.log");
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx512m",
                "-XX:+ExitOnOutOfMemoryError",
                "-jar",
                JAR.toString(),
                "serve",
                "--config",
                config.toString()));
        command.addAll(options);
        Process started = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(home.resolve("err.log").toFile()))
                .start();
        process = started;
        await().atMost(START).pollInterval(Duration.ofMillis(50)).until(() -> {
            if (!started.isAlive()) {
                throw new IllegalStateException("Freshet ended at its start: " + log());
            }
            return Files.readString(out).contains("Freshet is ready");
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
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        try (InputStream output = asked.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(asked.waitFor(), text);
        }
    }

    /** Has the process stand still, as a virtual machine that is moved does. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on where it stood. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        String pid = Long.toString(running().pid());
        assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor())
                .as("kill -%s %s", name, pid)
                .isZero();
    }

    /** Returns the name under which it takes leases. */
    String name() throws IOException {
        return Files.readString(data.resolve("node-id")).strip();
    }

    String log() {
        try (Stream<Path> logs = Files.walk(data.resolve("logs"))) {
            StringBuilder text = new StringBuilder(Files.readString(home.resolve("err.log")));
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
    }
}
