package io.freshet.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** The embedded server: durable, closed to strangers, and not to be lost. Runs as whoever runs the build, also as root. */
class EmbeddedPostgresIT {
    @TempDir
    Path temporary;

    private Path directory;
    private Path home;
    private final List<Process> children = new ArrayList<>();
    private final List<EmbeddedPostgres> servers = new ArrayList<>();

    @BeforeEach
    void chooseDirectory() throws IOException {
        // A service user, where one is needed, must be able to reach the data directory.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        directory = temporary.resolve("database with a space");
        home = EmbeddedTestServer.home();
    }

    @AfterEach
    void leaveNothingRunning() throws Exception {
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
        servers.forEach(EmbeddedPostgres::close);
        if (Files.isDirectory(directory)) {
            EmbeddedPostgres.stopAbandoned(directory, home);
        }
    }

    @Test
    void writesEverythingToDisk() throws SQLException {
        EmbeddedPostgres server = startDurable();
        assertThat(setting(server, "fsync")).isEqualTo("on");
        assertThat(setting(server, "synchronous_commit")).isEqualTo("on");
        assertThat(setting(server, "full_page_writes")).isEqualTo("on");
        assertThat(setting(server, "data_checksums")).isEqualTo("on");
    }

    @Test
    void listensOnLoopbackOnlyAndAsksEverybodyForAPassword() throws Exception {
        EmbeddedPostgres server = startFast();
        assertThat(setting(server, "listen_addresses")).isEqualTo("127.0.0.1");
        try (Connection connection = DriverManager.getConnection(
                server.jdbcUrl(), DataDirectory.ADMINISTRATOR, server.administratorPassword())) {
            assertThat(strings(connection, "SHOW unix_socket_directories")).containsExactly("");
            assertThat(strings(connection, "SELECT DISTINCT auth_method FROM pg_hba_file_rules"))
                    .containsExactly("scram-sha-256");
        }
        assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), server.username(), "wrong"))
                .hasMessageContaining("password authentication failed");
        assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), DataDirectory.ADMINISTRATOR, "wrong"))
                .hasMessageContaining("password authentication failed");
        for (String secret : List.of("password", "reader-password", "admin-password")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(secret))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void givesFreshetARoleWithoutSpecialRightsThatOwnsItsDatabase() throws SQLException {
        EmbeddedPostgres server = startFast();
        try (Connection connection = connect(server)) {
            assertThat(strings(
                            connection,
                            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles"
                                    + " WHERE rolname = current_user"))
                    .containsExactly("f");
            assertThat(strings(
                            connection,
                            "SELECT pg_get_userbyid(datdba) || ' ' || pg_encoding_to_char(encoding) FROM pg_database"
                                    + " WHERE datname = current_database()"))
                    .containsExactly("freshet UTF8");
            assertThatThrownBy(() -> connection.createStatement().execute("COPY (SELECT 1) TO PROGRAM 'cat'"))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void letsAReaderReadTheDocumentedViewsAndNothingElse() throws SQLException {
        EmbeddedPostgres server = startFast();
        PGSimpleDataSource owner = new PGSimpleDataSource();
        owner.setUrl(server.jdbcUrl());
        owner.setUser(server.username());
        owner.setPassword(server.password());
        Migrations.migrate(owner);
        try (Connection reader =
                DriverManager.getConnection(server.jdbcUrl(), "freshet_reader", server.readerPassword())) {
            for (String view : List.of("v_delivery", "v_target_status", "v_path_status", "v_extra")) {
                assertThat(strings(reader, "SELECT count(*) FROM " + view)).containsExactly("0");
            }
            assertThatThrownBy(() -> strings(reader, "SELECT path FROM work_item"))
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> reader.createStatement().execute("CREATE TABLE freshet.mine ()"))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void keepsDataPasswordAndPortFromStartToStart() throws SQLException {
        EmbeddedPostgres first = startFast();
        execute(first, "CREATE TABLE kept AS SELECT 'old' AS text");
        String password = first.password();
        int port = first.port();
        first.close();
        first.close();
        assertThat(postmasters()).isEmpty();

        EmbeddedPostgres second = startFast();
        assertThat(second.password()).isEqualTo(password);
        assertThat(second.port()).isEqualTo(port);
        assertThat(kept(second)).containsExactly("old");
    }

    @Test
    void takesOverTheServerOfAFreshetThatWasKilled() throws Exception {
        Process owner = child(Durability.FULL);
        assertThat(owner.inputReader().readLine()).isEqualTo(KilledOwner.WRITTEN);
        long orphan = postmasters().get(0);
        owner.destroyForcibly().waitFor();

        EmbeddedPostgres server = startDurable();
        assertThat(kept(server)).containsExactly("by the one who was killed");
        assertThat(server.pid()).isEqualTo(orphan);
        assertThat(postmasters()).containsExactly(orphan);
        server.close();
        assertThat(postmasters()).isEmpty();
    }

    @Test
    void stopsAnOrphanThatIsNotDurableAndStartsAnew() throws Exception {
        Process owner = child(Durability.NONE);
        assertThat(owner.inputReader().readLine()).isEqualTo(KilledOwner.WRITTEN);
        long orphan = postmasters().get(0);
        owner.destroyForcibly().waitFor();

        EmbeddedPostgres server = startDurable();
        assertThat(setting(server, "fsync")).isEqualTo("on");
        assertThat(kept(server)).containsExactly("by the one who was killed");
        assertThat(postmasters()).hasSize(1).doesNotContain(orphan);
    }

    @Test
    void recoversWhenServerAndFreshetWereKilled() throws Exception {
        Process owner = child(Durability.FULL);
        assertThat(owner.inputReader().readLine()).isEqualTo(KilledOwner.WRITTEN);
        long orphan = postmasters().get(0);
        owner.destroyForcibly().waitFor();
        ProcessHandle postmaster = ProcessHandle.of(orphan).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().get(30, TimeUnit.SECONDS);

        assertThat(kept(startDurable())).containsExactly("by the one who was killed");
    }

    /** As it ends itself when its disk is full: nobody but Freshet will start it again. */
    @Test
    void startsAgainOnItsPortWhenItEndedByItself() throws Exception {
        EmbeddedPostgres server = startDurable();
        execute(server, "CREATE TABLE kept AS SELECT 'before its end' AS text");
        String url = server.jdbcUrl();
        ProcessHandle postmaster = ProcessHandle.of(postmasters().get(0)).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().get(30, TimeUnit.SECONDS);

        Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .ignoreExceptions()
                .until(() -> kept(server), has -> has.size() == 1);
        assertThat(kept(server)).containsExactly("before its end");
        assertThat(server.jdbcUrl()).isEqualTo(url);
        server.close();
        assertThat(postmasters()).isEmpty();
    }

    @Test
    void refusesASecondFreshetInTheSameDirectory() throws Exception {
        EmbeddedPostgres server = startFast();
        String holder = "process " + ProcessHandle.current().pid();
        assertThatThrownBy(this::startFast)
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining(holder);
        // The refusal must not have released the lock towards other processes.
        assertThat(child(Durability.NONE).inputReader().readLine())
                .contains("in use by another Freshet")
                .contains(holder);
        assertThat(kept(server, "SELECT 'alive'")).containsExactly("alive");
    }

    @Test
    void beginsAnewAfterAnInitdbThatWasInterrupted() throws Exception {
        Path halfMade = Files.createDirectories(directory.resolve("data.new-4711/base"));
        Files.writeString(halfMade.resolve("1"), "half");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        startFast();
        assertThat(halfMade).doesNotExist();
    }

    @Test
    void isNotMisledByThePidFileOfAProcessThatIsNoServer() throws Exception {
        startFast().close();
        Path data = directory.resolve("data");
        // Not this process: PostgreSQL knows that its own parents are no servers.
        Process stranger = new ProcessBuilder("cat").start();
        children.add(stranger);
        Files.writeString(
                data.resolve("postmaster.pid"),
                stranger.pid() + "\n" + data + "\n1\n" + 1 + "\n\n127.0.0.1\n\nready\n");
        assertThat(kept(startFast(), "SELECT 'alive'")).containsExactly("alive");
    }

    @Test
    void makesTheRoleAndItsPasswordAgainWhenTheyWereLost() throws Exception {
        EmbeddedPostgres server = startFast();
        String lost = server.password();
        server.close();
        Files.delete(directory.resolve("password"));
        EmbeddedPostgres again = startFast();
        assertThat(again.password()).isNotEqualTo(lost);
        assertThat(kept(again, "SELECT 'alive'")).containsExactly("alive");
    }

    @Test
    void choosesAnotherPortWhenItsOwnIsTaken() throws Exception {
        EmbeddedPostgres first = startFast();
        int port = first.port();
        first.close();
        try (java.net.ServerSocket squatter =
                new java.net.ServerSocket(port, 1, java.net.InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            assertThat(squatter.isBound()).isTrue();
            EmbeddedPostgres second = startFast();
            assertThat(second.port()).isNotEqualTo(port);
            assertThat(kept(second, "SELECT 'alive'")).containsExactly("alive");
        }
    }

    @Test
    void refusesTheDataOfAnotherMajorVersion() throws Exception {
        startFast().close();
        Files.writeString(directory.resolve("data/PG_VERSION"), "17\n");
        assertThatThrownBy(this::startFast)
                .hasMessageContaining("made by PostgreSQL 17")
                .hasMessageContaining("pg_dump");
        assertThatThrownBy(this::startFast).as("the lock was released").hasMessageContaining("made by PostgreSQL 17");
    }

    @Test
    void refusesADirectoryThatOthersMayWriteTo() throws Exception {
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));
        assertThatThrownBy(this::startFast).hasMessageContaining("chmod go-w " + directory);
    }

    @Test
    void refusesAPathThatTheShellWouldRead() {
        directory = temporary.resolve("$(touch x)");
        assertThatThrownBy(this::startFast).hasMessageContaining("data-dir");
    }

    @Test
    void runsAsAServiceUserWhereRootHasNoUserNamespaces() throws Exception {
        assumeTrue(ServiceUser.ownUid() == 0, "only root can change to another user");
        ServiceUser nobody = ServiceUser.named("nobody").orElseThrow();
        EmbeddedPostgres server = started(EmbeddedPostgres.start(directory, home, Durability.NONE, nobody));
        execute(server, "CREATE TABLE kept AS SELECT 'by nobody' AS text");
        assertThat(Files.getAttribute(directory.resolve("data"), "unix:uid"))
                .isEqualTo(nobody.owner().orElseThrow().uid());
        assertThat(Files.getAttribute(directory.resolve("password"), "unix:uid"))
                .isEqualTo(0);
        server.close();

        assertThat(kept(startFast())).as("whoever runs it next").containsExactly("by nobody");
    }

    @Test
    void saysWhichDirectoryKeepsTheServiceUserOut() throws Exception {
        assumeTrue(ServiceUser.ownUid() == 0, "only root can change to another user");
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx------"));
        ServiceUser nobody = ServiceUser.named("nobody").orElseThrow();
        assertThatThrownBy(() -> EmbeddedPostgres.start(directory, home, Durability.NONE, nobody))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("cannot enter the directory " + temporary);
    }

    /** As Freshet does it; where durability is not the point, {@link #startFast} saves seconds. */
    private EmbeddedPostgres startDurable() {
        return started(EmbeddedPostgres.start(directory, home, Durability.FULL));
    }

    private EmbeddedPostgres startFast() {
        return started(EmbeddedPostgres.start(directory, home, Durability.NONE));
    }

    private EmbeddedPostgres started(EmbeddedPostgres server) {
        servers.add(server);
        return server;
    }

    /** Another JVM that starts the server in the same directory. */
    private Process child(Durability durability) throws IOException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledOwner.class.getName(),
                        directory.toString(),
                        home.toString(),
                        durability.name())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        children.add(child);
        return child;
    }

    /** The first processes of all servers on the directory: those whose command line is still the one they began with. */
    private List<Long> postmasters() {
        String data = directory.resolve("data").toString();
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                commandLine(process)
                        .filter(arguments -> arguments.get(0).endsWith("/postgres") && arguments.contains(data))
                        .ifPresent(arguments ->
                                found.add(Long.valueOf(process.getFileName().toString())));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }

    private static Optional<List<String>> commandLine(Path process) {
        try {
            return Optional.of(List.of(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0", -1)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Connection connect(EmbeddedPostgres server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.username(), server.password());
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String setting(EmbeddedPostgres server, String name) throws SQLException {
        return kept(server, "SHOW " + name).get(0);
    }

    private static List<String> kept(EmbeddedPostgres server) throws SQLException {
        return kept(server, "SELECT text FROM kept");
    }

    private static List<String> kept(EmbeddedPostgres server, String query) throws SQLException {
        try (Connection connection = connect(server)) {
            return strings(connection, query);
        }
    }

    private static List<String> strings(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }
}
