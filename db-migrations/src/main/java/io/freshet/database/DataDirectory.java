package io.freshet.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One PostgreSQL data directory, {@code <directory>/data}, and the server process that works on it: made by initdb,
 * started by pg_ctl, stopped by signals.
 *
 * <p>Everything that Freshet relies on is given to the server on its command line, which {@code postgresql.conf} and
 * {@code ALTER SYSTEM} cannot override; the rest may be tuned in {@code data/postgresql.conf}.
 */
record DataDirectory(Path directory, PostgresBinaries binaries, ServiceUser user, Durability durability) {
    /** The name of PostgreSQL's superuser in the embedded server. */
    static final String ADMINISTRATOR = "freshet_admin";

    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
    private static final String UNFINISHED = "data.new-";
    private static final Duration INITDB_AT_MOST = Duration.ofMinutes(5);
    /** Replaying the write-ahead log after a crash takes its time on a slow disk. */
    private static final Duration START_AT_MOST = Duration.ofMinutes(10);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    Path data() {
        return directory.resolve("data");
    }

    Path log() {
        return directory.resolve("postgresql.log");
    }

    boolean exists() {
        return Files.isDirectory(data());
    }

    /**
     * Makes the data directory under another name and renames it when it is whole. The other name is fresh each time,
     * because an initdb whose Freshet was killed goes on writing.
     */
    void create(String administratorPassword) {
        try {
            removeUnfinished();
            Path unfinished = Files.createTempDirectory(directory, UNFINISHED);
            user.give(unfinished);
            Path passwordFile = Files.createTempFile(directory, UNFINISHED, ".password");
            try {
                Files.writeString(passwordFile, administratorPassword + "\n", StandardCharsets.US_ASCII);
                user.give(passwordFile);
                initdb(unfinished, passwordFile);
            } finally {
                Files.delete(passwordFile);
            }
            Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new DatabaseException("Cannot make the PostgreSQL data directory " + data() + ": " + e, e);
        }
    }

    private void initdb(Path target, Path passwordFile) {
        List<String> command = new ArrayList<>(List.of(
                binaries.program("initdb").toString(),
                "--pgdata=" + target,
                "--username=" + ADMINISTRATOR,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                // PostgreSQL's own locale: an upgrade of the C library cannot change the order of an index.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--set=shared_buffers=128MB",
                "--set=max_connections=100",
                "--set=timezone=UTC"));
        command.addAll(durability.initdbOptions());
        ProgramRun run = ProgramRun.of(user.command(command), Path.of("/"), INITDB_AT_MOST);
        if (run.exitCode() != 0) {
            throw new DatabaseException("Cannot make a PostgreSQL data directory in " + directory + " as "
                    + user.description() + "." + hint() + " initdb says:\n"
                    + run.output().strip());
        }
    }

    private void removeUnfinished() throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, UNFINISHED + "*")) {
            for (Path leftover : leftovers) {
                try {
                    PostgresBinaries.deleteTree(leftover);
                } catch (IOException e) {
                    LOG.warn("event=leftover-kept path={} reason={}", leftover, e.toString());
                }
            }
        }
    }

    /** Refuses a data directory that these programs cannot read, and hands it to the user they run as. */
    void claim() {
        try {
            String found = Files.readString(data().resolve("PG_VERSION")).strip();
            if (!found.equals(binaries.majorVersion())) {
                throw new DatabaseException("The database in " + data() + " was made by PostgreSQL " + found
                        + ", this Freshet comes with PostgreSQL " + binaries.majorVersion()
                        + ". Dump it with the Freshet that made it (pg_dump) and restore it into a new data-dir, or run a"
                        + " PostgreSQL " + found + " server on it and set database.url.");
            }
            removeForeignPostmasterFile();
            int wanted = user.owner().map(ServiceUser.Owner::uid).orElse(ServiceUser.ownUid());
            int actual = (Integer) Files.getAttribute(data(), "unix:uid");
            if (actual != wanted) {
                changeOwner(wanted);
            }
        } catch (IOException e) {
            throw new DatabaseException("Cannot use the PostgreSQL data directory " + data() + ": " + e, e);
        }
    }

    /** Any other stale file is PostgreSQL's to judge; it also knows of server processes that outlived the first one. */
    private void removeForeignPostmasterFile() throws IOException {
        Optional<PostmasterFile> stale = PostmasterFile.in(data());
        if (stale.isPresent() && stale.get().namesAnotherProgram()) {
            LOG.warn(
                    "event=stale-pid-file-removed path={} pid={}",
                    data(),
                    stale.get().pid());
            Files.delete(data().resolve("postmaster.pid"));
        }
    }

    private void changeOwner(int uid) throws IOException {
        LOG.info("event=database-owner-changed path={} uid={}", data(), uid);
        int gid = user.owner().map(ServiceUser.Owner::gid).orElse(0);
        try (Stream<Path> tree = Files.walk(data())) {
            for (Path path : tree.toList()) {
                Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /** The server that works on this directory now, whoever started it. */
    Optional<PostmasterFile> running() {
        try {
            return PostmasterFile.in(data()).filter(server -> server.isAliveOn(data()));
        } catch (IOException e) {
            throw new DatabaseException("Cannot read " + data().resolve("postmaster.pid") + ": " + e, e);
        }
    }

    /** Starts the server on a port of 127.0.0.1 and returns what pg_ctl says, once it answers or has given up. */
    ProgramRun start(int port) {
        List<String> settings = new ArrayList<>(List.of(
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "password_encryption=scram-sha-256",
                "logging_collector=off",
                // Ends a long statement whose Freshet was killed, so that its locks do not outlive it.
                "client_connection_check_interval=5s"));
        settings.addAll(durability.settings());
        String options = settings.stream().map(setting -> "-c " + setting).collect(Collectors.joining(" "));
        turnLog();
        return ProgramRun.of(
                user.command(List.of(
                        binaries.program("pg_ctl").toString(),
                        "start",
                        "--silent",
                        "--wait",
                        "--timeout=" + START_AT_MOST.toSeconds(),
                        "--pgdata=" + data(),
                        "--log=" + log(),
                        "--options=" + options)),
                Path.of("/"),
                START_AT_MOST.plusSeconds(10));
    }

    /** The last that the server's log tells of an error it could not go on after; empty if it tells of none. */
    String lastWords() {
        try (Stream<String> lines = Files.lines(log(), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.contains("PANIC:") || line.contains("FATAL:  could not"))
                    .reduce("", (before, last) -> last);
        } catch (IOException | UncheckedIOException e) {
            return "unknown, for " + log() + " cannot be read: " + e;
        }
    }

    /** Begins a new log; the one of the last start is kept beside it. */
    private void turnLog() {
        try {
            if (Files.exists(log())) {
                Files.move(log(), directory.resolve("postgresql.log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.createFile(log(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            user.give(log());
        } catch (IOException e) {
            throw new DatabaseException("Cannot begin a new log " + log() + ": " + e, e);
        }
    }

    /**
     * Sends the server a signal, which the PostgreSQL manual ("Shutting Down the Server") defines, and waits for its end.
     * pg_ctl could do it too, but only as the very user the server runs as.
     *
     * @return whether no server runs any more
     */
    boolean stop(String signal, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        Optional<PostmasterFile> server = running();
        if (server.isEmpty()) {
            return true;
        }
        long pid = server.get().pid();
        ProgramRun.of(List.of("/bin/sh", "-c", "kill -s " + signal + " " + pid), Path.of("/"), Duration.ofSeconds(10));
        while (server.get().isAliveOn(data())) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            try {
                Thread.sleep(POLL_INTERVAL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** What most likely keeps the programs from running here, as a sentence; empty if nothing is known. */
    String hint() {
        return user.firstBarred(directory)
                .map(barred -> " It cannot enter the directory " + barred
                        + ": make that and its parents traversable (chmod o+x), or set data-dir to another place,"
                        + " such as /var/lib/freshet.")
                .orElse("");
    }
}
