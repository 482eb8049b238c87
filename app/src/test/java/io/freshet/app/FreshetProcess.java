package io.freshet.app;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged program in a process of its own, as a user starts it. */
final class FreshetProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target/freshet.jar").toAbsolutePath();
    private static final Duration LONGEST_START = Duration.ofMinutes(3);
    private static final Duration LONGEST_END = Duration.ofSeconds(70);
    private static final Pattern READY = Pattern.compile("^Freshet is ready at (http://\\S+)$", Pattern.MULTILINE);

    private final Process process;
    private final Path out;
    private final Path err;

    private FreshetProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts it.
     *
     * @param home working directory and home of the user
     */
    static FreshetProcess start(Path home, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Duser.home=" + home,
                "-jar",
                JAR.toString()));
        command.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile(home, "out", ".txt");
            Path err = Files.createTempFile(home, "err", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().remove("XDG_DATA_HOME");
            return new FreshetProcess(builder.start(), out, err);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Returns the address once it is told; fails if the process ends before. */
    String awaitReady() {
        await().atMost(LONGEST_START)
                .until(() -> !process.isAlive() || READY.matcher(out()).find());
        Matcher ready = READY.matcher(out());
        if (!ready.find()) {
            throw new AssertionError("it ended instead of getting ready:\n" + out() + err());
        }
        return ready.group(1);
    }

    /** Asks it to end and returns its status. */
    int terminate() {
        process.destroy();
        return awaitEnd();
    }

    /** Ends it without letting it know. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    int awaitEnd() {
        try {
            if (!process.waitFor(LONGEST_END.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end:\n" + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Whatever happened in the test, nothing stays behind: the end of the program is also the end of its database. */
    @Override
    public void close() {
        if (process.isAlive()) {
            terminate();
        }
    }
}
