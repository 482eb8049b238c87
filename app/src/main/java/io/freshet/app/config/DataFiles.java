package io.freshet.app.config;

import java.nio.file.Path;

/**
 * The files below a data directory, by name.
 *
 * @param directory the data directory
 */
public record DataFiles(Path directory) {
    /** The address of the web server, one line; there while it runs. */
    public Path serverUrl() {
        return directory.resolve("server-url");
    }

    /** The token with which commands of the same user are let in, one line, mode 0600; there while the server runs. */
    public Path token() {
        return directory.resolve("token");
    }

    /** The one-time password of the account {@code admin}, one line, mode 0600; there while it may be needed. */
    public Path firstPassword() {
        return directory.resolve("first-password");
    }

    /** What this installation is called among those that share a database, one line. */
    public Path nodeId() {
        return directory.resolve("node-id");
    }

    /** The key that signs evidence of checkpoints, mode 0600; made at its first use, to be kept. */
    public Path checkpointKey() {
        return directory.resolve("checkpoint-key");
    }

    /** Locked by the process that uses the data directory. */
    public Path lock() {
        return directory.resolve("lock");
    }

    public Path logs() {
        return directory.resolve("logs");
    }

    /** The embedded PostgreSQL. */
    public Path database() {
        return directory.resolve("postgresql");
    }
}
