package io.freshet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import picocli.CommandLine.Model.CommandSpec;

/** An example of each command, by its full name. */
final class Examples {
    private static final String FILE = "examples.properties";

    private final Properties byCommand = new Properties();

    Examples() {
        try (InputStream in = Objects.requireNonNull(Examples.class.getResourceAsStream(FILE))) {
            byCommand.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    Optional<String> of(CommandSpec command) {
        return Optional.ofNullable(byCommand.getProperty(command.qualifiedName()));
    }
}
