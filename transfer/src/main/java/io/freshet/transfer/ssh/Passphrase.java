package io.freshet.transfer.ssh;

import io.freshet.target.TargetAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What opens the private keys of a target: the first line of a file, or an environment variable. It is read when it is
 * needed and kept nowhere.
 */
final class Passphrase {
    static final String FILE_OPTION = "passphrase-file";
    static final String VARIABLE_OPTION = "passphrase-env";

    private final String origin;
    private final Reading reading;

    private Passphrase(String origin, Reading reading) {
        this.origin = origin;
        this.reading = reading;
    }

    /** Returns the passphrase that an address names, or null where it names none. */
    static @Nullable Passphrase of(TargetAddress address, Map<String, String> environment) {
        String file = address.option(FILE_OPTION);
        String variable = address.option(VARIABLE_OPTION);
        if (file != null && variable != null) {
            throw SshSettings.invalid(
                    address.name(), "both " + FILE_OPTION + " and " + VARIABLE_OPTION + " are given; keep one");
        }
        if (file != null) {
            Path readable = SshSettings.readable(address, FILE_OPTION, Path.of(file));
            return new Passphrase("the file " + readable + " (" + FILE_OPTION + ")", () -> firstLine(readable));
        }
        if (variable == null) {
            return null;
        }
        String value = environment.get(variable);
        if (value == null || value.isEmpty()) {
            throw SshSettings.invalid(
                    address.name(),
                    "the environment variable " + variable + " is not set where Freshet runs; the option "
                            + VARIABLE_OPTION + " names it");
        }
        return new Passphrase(
                "the environment variable " + variable + " (" + VARIABLE_OPTION + ")", value::toCharArray);
    }

    private static char[] firstLine(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.isEmpty() ? new char[0] : lines.get(0).toCharArray();
    }

    char[] read() throws IOException {
        return reading.read();
    }

    /** Tells where it comes from, never what it is. */
    @Override
    public String toString() {
        return origin;
    }

    private interface Reading {
        char[] read() throws IOException;
    }
}
