package io.freshet.app.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which PostgreSQL holds the journal. */
public sealed interface Database {
    /** One that Freshet starts and stops itself, below its data directory. */
    record Embedded() implements Database {}

    /**
     * One that is there already.
     *
     * @param url a JDBC URL that begins with {@code jdbc:postgresql:}
     * @param username null to leave it to the driver
     * @param passwordFile the file whose first line is the password; null where none is needed
     */
    record External(
            String url, @Nullable String username, @Nullable Path passwordFile) implements Database {}
}
