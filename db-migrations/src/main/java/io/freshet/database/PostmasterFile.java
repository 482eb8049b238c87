package io.freshet.database;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a running PostgreSQL server says about itself in {@code postmaster.pid}; the lines are those of PostgreSQL's
 * {@code src/include/utils/pidfile.h}.
 */
record PostmasterFile(long pid, int port, String status) {
    private static final int LINE_PID = 0;
    private static final int LINE_PORT = 3;
    private static final int LINE_STATUS = 7;

    /** Reads the file of a data directory; empty if there is none, or none that names a process. */
    static Optional<PostmasterFile> in(Path data) throws IOException {
        try {
            return parse(Files.readString(data.resolve("postmaster.pid"), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Decodes the file's text; empty if it does not begin with a process number. A server that is just starting has not
     * written the later lines yet: its port is then 0 and its status empty.
     */
    static Optional<PostmasterFile> parse(String text) {
        List<String> lines = text.lines().map(String::strip).toList();
        try {
            return Optional.of(new PostmasterFile(
                    Long.parseLong(line(lines, LINE_PID)),
                    line(lines, LINE_PORT).isEmpty() ? 0 : Integer.parseInt(line(lines, LINE_PORT)),
                    line(lines, LINE_STATUS)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String line(List<String> lines, int index) {
        return index < lines.size() ? lines.get(index) : "";
    }

    /**
     * Whether the process of that number is a PostgreSQL server on this data directory, and not some other process that
     * was given the number after the server had gone. PostgreSQL works inside its data directory; where this process may
     * not see that of another user's, the command line names it. A zombie is not alive.
     */
    boolean isAliveOn(Path data) {
        Path process = Path.of("/proc", Long.toString(pid));
        if (!program().equals(Optional.of("postgres"))) {
            return false;
        }
        try {
            return Files.isSameFile(process.resolve("cwd"), data);
        } catch (IOException e) {
            return commandLineNames(process, data);
        }
    }

    /**
     * Whether the process of that number exists and is not PostgreSQL: the number was given anew, after a reboot or in a
     * restarted container. PostgreSQL itself looks only whether the number is in use, and would refuse to start for ever.
     */
    boolean namesAnotherProgram() {
        return program().filter(name -> !name.equals("postgres")).isPresent();
    }

    private Optional<String> program() {
        try {
            Path name = Path.of("/proc", Long.toString(pid), "comm");
            return Optional.of(Files.readString(name, StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean commandLineNames(Path process, Path data) {
        try {
            List<String> arguments = List.of(Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8)
                    .split("\0", -1));
            return arguments.get(0).endsWith("/postgres") && arguments.contains(data.toString());
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether it answers queries. */
    boolean isReady() {
        return status.equals("ready");
    }
}
