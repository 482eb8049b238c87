package io.freshet.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of Freshet's own, durable and password-protected, in a directory that belongs to it alone.
 *
 * <p>The directory holds {@code bin-<version>} (PostgreSQL's programs, unpacked from the class path), {@code data},
 * {@code password}, {@code reader-password} and {@code admin-password} (mode 0600), {@code port}, {@code lock} and
 * {@code postgresql.log}. The server listens on 127.0.0.1 only, on a port that stays the same from start to start if it can.
 * Freshet's role, {@code freshet}, owns the database {@code freshet} and is no superuser; {@code freshet_reader} may read
 * the documented views.
 *
 * <p>One process at a time may use a directory. When that process is killed, its server goes on; the next
 * {@link #start} takes it over, or stops it cleanly and starts anew where it is not as it should be. Nothing stops the
 * server but {@link #close()}: there is no shutdown hook, because the server must outlast everything that still writes.
 * PostgreSQL ends by itself when its disk is so full that it cannot even recover; it is then started again, on the same
 * port, for as long as it takes until there is room.
 *
 * <p>Threads: the accessors may be called from any thread; {@code close} may be called from any thread and more than once.
 * Errors are {@link DatabaseException}s.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final String ROLE = "freshet";
    /** May read the documented views. */
    private static final String READER = "freshet_reader";

    private static final String DATABASE = "freshet";
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int START_ATTEMPTS = 3;
    private static final Duration FAST_STOP_AT_MOST = Duration.ofSeconds(30);
    private static final Duration IMMEDIATE_STOP_AT_MOST = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final int CONNECT_SECONDS = 10;
    private static final int STATEMENT_SECONDS = 60;
    /** What pg_ctl's command for the shell does not quote. */
    private static final String UNQUOTABLE = "\"$`\\\n";

    private final DirectoryLock lock;
    private final DataDirectory cluster;
    private final PasswordFile rolePassword;
    private final PasswordFile readerPassword;
    private final PasswordFile administratorPassword;
    private final CountDownLatch closing = new CountDownLatch(1);
    private int port;
    private boolean closed;

    private EmbeddedPostgres(DirectoryLock lock, DataDirectory cluster) {
        this.lock = lock;
        this.cluster = cluster;
        this.rolePassword = new PasswordFile(cluster.directory().resolve("password"));
        this.readerPassword = new PasswordFile(cluster.directory().resolve("reader-password"));
        this.administratorPassword = new PasswordFile(cluster.directory().resolve("admin-password"));
    }

    /**
     * Starts the server in a directory, which is made if it is not there, or takes over the one that still runs there.
     * Returns when it answers: after some seconds the first time, in less than one later, longer after a crash.
     */
    public static EmbeddedPostgres start(Path directory) {
        return start(directory, directory, Durability.FULL);
    }

    /** As {@link #start(Path)}, with the programs unpacked elsewhere and less durability: for tests. */
    static EmbeddedPostgres start(Path directory, Path binariesParent, Durability durability) {
        return start(directory, binariesParent, durability, ServiceUser.detect());
    }

    static EmbeddedPostgres start(Path directory, Path binariesParent, Durability durability, ServiceUser user) {
        Path absolute = directory.toAbsolutePath().normalize();
        prepare(absolute, user);
        DirectoryLock lock = DirectoryLock.take(absolute);
        try {
            PostgresBinaries binaries =
                    PostgresBinaries.unpackedIn(binariesParent.toAbsolutePath(), durability == Durability.FULL);
            EmbeddedPostgres server =
                    new EmbeddedPostgres(lock, new DataDirectory(absolute, binaries, user, durability));
            server.open();
            Thread keeper = new Thread(server::keep, "database");
            keeper.setDaemon(true);
            keeper.start();
            return server;
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Stops the server that a killed process left in the directory, without starting one; for tests. */
    static void stopAbandoned(Path directory, Path binariesParent) {
        PostgresBinaries binaries = PostgresBinaries.unpackedIn(binariesParent, false);
        new DataDirectory(directory, binaries, ServiceUser.self(), Durability.NONE)
                .stop("QUIT", IMMEDIATE_STOP_AT_MOST);
    }

    private static void prepare(Path directory, ServiceUser user) {
        if (directory.toString().chars().anyMatch(character -> UNQUOTABLE.indexOf(character) >= 0)) {
            throw new DatabaseException("The embedded PostgreSQL cannot live in '" + directory
                    + "': its programs do not bear any of \" $ ` \\ in a path. Set data-dir to another place.");
        }
        try {
            Files.createDirectories(directory.getParent());
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            refuseForeign(directory);
            // A server that runs as another user must be able to reach its data directory, and no more than that.
            String mode = user.owner().isPresent() ? "rwx--x--x" : "rwx------";
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            throw new DatabaseException(
                    "Cannot use " + directory + " for the embedded PostgreSQL: " + e
                            + ". Set data-dir to a place that Freshet may write to.",
                    e);
        }
    }

    private static void refuseForeign(Path directory) throws IOException {
        int owner = (Integer) Files.getAttribute(directory, "unix:uid");
        if (owner != ServiceUser.ownUid()) {
            throw new DatabaseException("The directory " + directory + " belongs to the user number " + owner
                    + ", but Freshet runs as number " + ServiceUser.ownUid()
                    + ". Run Freshet as the user it belongs to, or set data-dir to another place.");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new DatabaseException("Others than its owner may write to " + directory
                    + ", where the database is to live. Look for what they left there, then: chmod go-w " + directory);
        }
    }

    /** The address of the database for JDBC, without user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + DATABASE;
    }

    /** Freshet's role in the database; no superuser. */
    public String username() {
        return ROLE;
    }

    /** The password of {@link #username()}, random, kept in the file {@code password}. */
    public String password() {
        return rolePassword.readOrCreate();
    }

    /** The port of 127.0.0.1 that the server listens on. */
    public synchronized int port() {
        return port;
    }

    String readerPassword() {
        return readerPassword.readOrCreate();
    }

    String administratorPassword() {
        return administratorPassword.readOrCreate();
    }

    long pid() {
        return cluster.running()
                .orElseThrow(() -> new DatabaseException("No server runs in " + cluster.directory()))
                .pid();
    }

    private synchronized void open() {
        boolean fresh = !cluster.exists();
        if (fresh) {
            LOG.info(
                    "event=database-created path={} version={}",
                    cluster.data(),
                    cluster.binaries().version());
            cluster.create(administratorPassword.readOrCreate());
        } else if (!administratorPassword.exists()) {
            throw new DatabaseException("The file " + administratorPassword.path()
                    + " is missing, without which the database in " + cluster.data()
                    + " cannot be administered. Restore it from a backup.");
        }
        cluster.claim();
        if (!takeOver()) {
            stopServer();
            startServer();
        }
        ensureRolesAndDatabase();
    }

    /** Uses the server that another process left behind, if it is whole, ours and set as ours are. */
    private boolean takeOver() {
        Optional<PostmasterFile> orphan = cluster.running();
        if (orphan.isEmpty() || !orphan.get().isReady() || orphan.get().port() == 0) {
            return false;
        }
        port = orphan.get().port();
        try (Connection connection = connectAsAdministrator();
                Statement statement = connection.createStatement()) {
            if (!setting(statement, "server_version").equals(bundledServerVersion())
                    || !Files.isSameFile(Path.of(setting(statement, "data_directory")), cluster.data())) {
                return false;
            }
            for (String wanted : cluster.durability().settings()) {
                String name = wanted.substring(0, wanted.indexOf('='));
                if (!wanted.equals(name + "=" + setting(statement, name))) {
                    return false;
                }
            }
        } catch (SQLException | IOException e) {
            LOG.warn("event=orphan-refused pid={} reason={}", orphan.get().pid(), e.toString());
            return false;
        }
        LOG.info("event=database-taken-over pid={} port={}", orphan.get().pid(), port);
        return true;
    }

    /** 18.6.0 of the binaries is 18.6 of PostgreSQL. */
    private String bundledServerVersion() {
        String version = cluster.binaries().version();
        return version.substring(0, version.lastIndexOf('.'));
    }

    private static String setting(Statement statement, String name) throws SQLException {
        try (ResultSet row = statement.executeQuery("SHOW " + name)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Starts the server, on another port if somebody took the old one meanwhile. */
    synchronized void startServer() {
        ProgramRun run = null;
        for (int attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
            port = choosePort();
            run = cluster.start(port);
            if (run.exitCode() == 0) {
                LOG.info("event=database-started pid={} port={}", pid(), port);
                return;
            }
            // Perhaps a start that a killed Freshet had begun came first.
            cluster.stop("INT", FAST_STOP_AT_MOST);
        }
        throw new DatabaseException("PostgreSQL does not start in " + cluster.directory() + " as "
                + cluster.user().description() + "." + cluster.hint() + " See " + cluster.log() + ". pg_ctl says:\n"
                + (run == null ? "" : run.output().strip()));
    }

    private void keep() {
        try {
            while (!closing.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                revive();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts the server again if it ended by itself. The port stays: whoever is connected to it comes back to it. */
    private synchronized void revive() {
        try {
            if (closed || cluster.running().isPresent()) {
                return;
            }
            LOG.error("event=database-ended path={} reason=\"{}\"", cluster.data(), cluster.lastWords());
            ProgramRun run = cluster.start(port);
            if (run.exitCode() == 0) {
                LOG.info("event=database-started pid={} port={}", pid(), port);
            } else {
                LOG.error(
                        "event=database-not-started path={} reason=\"{}\" next=\"see that there is room on its disk; it is"
                                + " tried again by itself\"",
                        cluster.data(),
                        cluster.lastWords());
            }
        } catch (DatabaseException | UncheckedIOException e) {
            LOG.error("event=database-not-started path={} reason=\"{}\"", cluster.data(), e.getMessage());
        }
    }

    /** Stops the server, with its connections, and keeps the right to the directory. */
    synchronized void stopServer() {
        boolean stopped = cluster.stop("INT", FAST_STOP_AT_MOST) || cluster.stop("QUIT", IMMEDIATE_STOP_AT_MOST);
        if (!stopped) {
            throw new DatabaseException("The PostgreSQL server in " + cluster.directory() + " does not stop (process "
                    + pid() + "). See " + cluster.log() + ".");
        }
    }

    private int choosePort() {
        Path file = cluster.directory().resolve("port");
        try {
            int last =
                    Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
            int free = isFree(last) ? last : 0;
            if (free == 0) {
                try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByAddress(LOOPBACK))) {
                    free = probe.getLocalPort();
                }
                Files.writeString(file, free + "\n", StandardCharsets.US_ASCII);
            }
            return free;
        } catch (IOException | NumberFormatException e) {
            throw new DatabaseException("Cannot choose a port for the embedded PostgreSQL (see " + file + "): " + e, e);
        }
    }

    private static boolean isFree(int port) {
        if (port == 0) {
            return false;
        }
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByAddress(LOOPBACK))) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Sees to it that the roles can log in to Freshet's database; also after a stop halfway through the first start. */
    private void ensureRolesAndDatabase() {
        if (canLogIn(ROLE, rolePassword) && canLogIn(READER, readerPassword)) {
            return;
        }
        try (Connection connection = connectAsAdministrator();
                Statement statement = connection.createStatement()) {
            ensureRole(statement, ROLE, rolePassword);
            ensureRole(statement, READER, readerPassword);
            statement.execute("ALTER ROLE " + READER + " SET search_path = freshet");
            if (isMissing(statement, "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                statement.execute("CREATE DATABASE " + DATABASE + " OWNER " + ROLE);
            }
        } catch (SQLException e) {
            throw new DatabaseException(
                    "Cannot make the roles and the database '" + DATABASE + "' in the PostgreSQL server of "
                            + cluster.directory() + ": " + e.getMessage() + ". See " + cluster.log() + ".",
                    e);
        }
    }

    private boolean canLogIn(String role, PasswordFile password) {
        try (Connection connection = connect(DATABASE, role, password.readOrCreate())) {
            return connection.isValid(CONNECT_SECONDS);
        } catch (SQLException e) {
            LOG.debug("event=role-to-be-made role={} reason={}", role, e.toString());
            return false;
        }
    }

    private static void ensureRole(Statement statement, String role, PasswordFile password) throws SQLException {
        if (isMissing(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + role + "'")) {
            statement.execute("CREATE ROLE " + role + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION");
        }
        // The driver computes the verifier: the password itself can reach no log of the server.
        statement
                .getConnection()
                .unwrap(PGConnection.class)
                .alterUserPassword(role, password.readOrCreate().toCharArray(), "scram-sha-256");
    }

    private static boolean isMissing(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return !rows.next();
        }
    }

    private Connection connectAsAdministrator() throws SQLException {
        return connect("postgres", DataDirectory.ADMINISTRATOR, administratorPassword());
    }

    private Connection connect(String database, String user, String password) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port()});
        source.setDatabaseName(database);
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setSocketTimeout(STATEMENT_SECONDS);
        return source.getConnection(user, password);
    }

    /** Stops the server: first by ending its sessions and writing everything out, by force if that takes too long. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        closing.countDown();
        try {
            stopServer();
            LOG.info("event=database-stopped path={}", cluster.data());
        } finally {
            lock.close();
        }
    }
}
