package io.freshet.database;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's programs ({@code initdb}, {@code pg_ctl}, {@code postgres}) unpacked from the class path into a directory
 * that carries their version.
 *
 * <p>The directory appears by one rename after everything in it is on disk, so it is either absent or whole, also when
 * several processes unpack at once or the machine stops in the middle.
 */
record PostgresBinaries(Path home, String version) {

    /** Unpacks into {@code parent/bin-<version>}, unless that is already there. */
    static PostgresBinaries unpackedIn(Path parent, boolean durable) {
        String version = bundledVersion();
        Path home = parent.resolve("bin-" + version);
        if (!Files.isDirectory(home)) {
            unpack(home, durable);
        }
        return new PostgresBinaries(home, version);
    }

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** The number before the dot: data directories of different major versions are not interchangeable. */
    String majorVersion() {
        return version.substring(0, version.indexOf('.'));
    }

    static String bundledVersion() {
        Properties properties = new Properties();
        try (InputStream in = PostgresBinaries.class.getResourceAsStream("embedded-postgres.properties")) {
            if (in == null) {
                throw new DatabaseException(
                        "embedded-postgres.properties is missing from the class path: Freshet was packaged wrongly.");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new DatabaseException("Cannot read embedded-postgres.properties from the class path.", e);
        }
        return properties.getProperty("version", "");
    }

    private static void unpack(Path home, boolean durable) {
        try {
            Path unfinished = Files.createTempDirectory(
                    home.getParent(),
                    home.getFileName() + ".unfinished-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            try {
                Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
                extract(unfinished);
                if (durable) {
                    // One syncfs instead of a thousand fsyncs; the rename below must not reach the disk before the
                    // files.
                    ProgramRun.of(List.of("sync", "-f", unfinished.toString()), unfinished, Duration.ofMinutes(5));
                }
                publish(unfinished, home);
            } finally {
                deleteTree(unfinished);
            }
        } catch (IOException e) {
            throw new DatabaseException(
                    "Cannot unpack PostgreSQL into " + home + ": " + e
                            + ". It needs about 60 MB of free space in a directory that Freshet may write to.",
                    e);
        }
    }

    private static void publish(Path unfinished, Path home) throws IOException {
        try {
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // rename(2) fails on a directory that is not empty: another process was faster, and its copy is as good.
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }

    private static void extract(Path directory) throws IOException {
        try (InputStream resource = PostgresBinaries.class.getResourceAsStream(resourceName())) {
            if (resource == null) {
                throw new DatabaseException("No embedded PostgreSQL for " + System.getProperty("os.name") + " on "
                        + System.getProperty("os.arch") + " comes with Freshet. Set database.url to a PostgreSQL server"
                        + " of your own, version 14 or newer.");
            }
            try (TarArchiveInputStream tar =
                    new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(resource)))) {
                for (@Nullable TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    extract(tar, entry, directory);
                }
            }
        }
    }

    private static void extract(InputStream content, TarArchiveEntry entry, Path directory) throws IOException {
        Path path = directory.resolve(entry.getName()).normalize();
        if (!path.startsWith(directory)) {
            throw new IOException("the archive names " + entry.getName() + ", which is outside of it");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, path);
        boolean program = (entry.getMode() & 0b001_000_000) != 0;
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static String resourceName() {
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        boolean arm = Set.of("aarch64", "arm64").contains(architecture);
        boolean intel = Set.of("amd64", "x86_64").contains(architecture);
        boolean linux = System.getProperty("os.name", "").equals("Linux");
        return linux && intel
                ? "/postgres-linux-x86_64.txz"
                : linux && arm ? "/postgres-linux-arm_64.txz" : "/no-postgres-for-this-machine";
    }

    /** Deletes a directory and what is in it, without following links; nothing happens if it is not there. */
    static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
