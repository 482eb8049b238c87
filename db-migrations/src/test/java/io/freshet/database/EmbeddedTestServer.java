package io.freshet.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The embedded server for tests: one per JVM, without any durability, in a temporary directory that goes with it. The
 * programs are unpacked once per user and kept.
 */
final class EmbeddedTestServer {
    private static final String PREFIX = "server-";

    private EmbeddedTestServer() {}

    static TestServer start() {
        try {
            Path home = home();
            sweep(home);
            Path directory = home.resolve(PREFIX + ProcessHandle.current().pid());
            EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, home, Durability.NONE);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> discard(postgres, directory), "stop-test-database"));
            return new TestServer(
                    "embedded",
                    "127.0.0.1",
                    postgres.port(),
                    "postgres",
                    "",
                    DataDirectory.ADMINISTRATOR,
                    postgres.administratorPassword());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the programs of the embedded server are unpacked for tests; it outlives them. */
    static Path home() throws IOException {
        Path home = Path.of(System.getProperty("java.io.tmpdir"), "freshet-test-" + ServiceUser.ownUid());
        if (!Files.isDirectory(home)) {
            Files.createDirectories(home);
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        if (!Files.getAttribute(home, "unix:uid").equals(ServiceUser.ownUid())) {
            throw new IOException(home + " belongs to somebody else: remove it");
        }
        return home;
    }

    private static void discard(EmbeddedPostgres postgres, Path directory) {
        try {
            postgres.close();
            PostgresBinaries.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the servers of test JVMs that were killed. */
    private static void sweep(Path home) throws IOException {
        try (DirectoryStream<Path> servers = Files.newDirectoryStream(home, PREFIX + "*")) {
            for (Path server : servers) {
                long pid = Long.parseLong(server.getFileName().toString().substring(PREFIX.length()));
                if (ProcessHandle.of(pid).isEmpty()) {
                    removeAbandoned(server, home);
                }
            }
        }
    }

    private static void removeAbandoned(Path server, Path home) throws IOException {
        Optional<DirectoryLock> lock = DirectoryLock.tryTake(server);
        if (lock.isEmpty()) {
            return;
        }
        try {
            EmbeddedPostgres.stopAbandoned(server, home);
            PostgresBinaries.deleteTree(server);
        } catch (UncheckedIOException e) {
            // A process of the server was still tidying up as it died; the next sweep takes the rest.
        } finally {
            lock.get().close();
        }
    }
}
