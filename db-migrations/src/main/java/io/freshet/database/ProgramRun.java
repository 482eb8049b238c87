package io.freshet.database;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a short-lived program of the operating system answered: exit code and the text of both its output streams. A
 * program that could not be started, or did not end in time, has the exit code {@value #NOT_RUN}.
 */
record ProgramRun(int exitCode, String output) {
    /** What a shell answers for a command that it cannot find. */
    static final int NOT_RUN = 127;

    /**
     * Runs the command and waits for its end, killing it after the given time.
     *
     * <p>The output goes by way of a file, because a server that the program leaves behind may keep a pipe open for ever.
     */
    static ProgramRun of(List<String> command, Path workingDirectory, Duration atMost) {
        try {
            Path output = Files.createTempFile("freshet-program", ".out");
            try {
                return run(command, workingDirectory, atMost, output);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProgramRun run(List<String> command, Path workingDirectory, Duration atMost, Path output)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(workingDirectory.toFile())
                .redirectErrorStream(true)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new ProgramRun(NOT_RUN, String.valueOf(e.getMessage()));
        }
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new ProgramRun(NOT_RUN, text(output) + "no end after " + atMost.toSeconds() + " s, killed");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + command.get(0));
        }
        return new ProgramRun(process.exitValue(), text(output));
    }

    private static String text(Path output) throws IOException {
        return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    }
}
