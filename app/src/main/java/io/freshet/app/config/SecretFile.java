package io.freshet.app.config;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file with a secret in its first line. */
public final class SecretFile {
    private SecretFile() {}

    /**
     * Returns the first line; empty if there is none.
     *
     * @throws FreshetException with {@code CONFIGURATION_INVALID} if the file cannot be read
     */
    public static String firstLine(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty() ? "" : lines.get(0);
        } catch (IOException failure) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID, "the file " + file + " cannot be read: " + failure, failure);
        }
    }
}
