package io.freshet.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.Driver;

/**
 * The PostgreSQL server that all tests of this JVM share: the one that {@code FRESHET_TEST_DB_URL} names, else a container
 * where a Docker engine answers, else an embedded one. {@code FRESHET_TEST_DB=url|container|embedded} leaves no choice.
 *
 * @param parameters what stands behind the question mark of the JDBC URL, user and password excepted
 */
record TestServer(
        String kind,
        String host,
        int port,
        String maintenanceDatabase,
        String parameters,
        String administrator,
        String administratorPassword) {

    /** Started when it is first asked for; the JVM's end stops it. */
    static TestServer shared() {
        return Holder.SERVER;
    }

    private static final class Holder {
        static final TestServer SERVER = announced(chosen(System.getenv()));
    }

    private static TestServer chosen(Map<String, String> environment) {
        String url = environment.getOrDefault("FRESHET_TEST_DB_URL", "");
        String wanted = environment.getOrDefault("FRESHET_TEST_DB", "").toLowerCase(Locale.ROOT);
        return switch (wanted) {
            case "url" -> byUrl(url, environment);
            case "container" -> ContainerServer.start();
            case "embedded" -> EmbeddedTestServer.start();
            case "" ->
                !url.isEmpty()
                        ? byUrl(url, environment)
                        : ContainerServer.isPossible() ? ContainerServer.start() : EmbeddedTestServer.start();
            default ->
                throw new IllegalArgumentException(
                        "FRESHET_TEST_DB=" + wanted + ": it is one of url, container, embedded");
        };
    }

    static TestServer byUrl(String url, Map<String, String> environment) {
        Properties parsed = Driver.parseURL(url, new Properties());
        if (parsed == null) {
            throw new IllegalArgumentException("FRESHET_TEST_DB_URL='" + url + "' is not of the form"
                    + " jdbc:postgresql://host:port/database?user=…&password=…");
        }
        String query = url.contains("?") ? url.substring(url.indexOf('?') + 1) : "";
        String parameters = Stream.of(query.split("&"))
                .filter(parameter ->
                        !parameter.isEmpty() && !parameter.startsWith("user=") && !parameter.startsWith("password="))
                .collect(Collectors.joining("&"));
        return new TestServer(
                "given by FRESHET_TEST_DB_URL",
                parsed.getProperty("PGHOST"),
                Integer.parseInt(parsed.getProperty("PGPORT")),
                parsed.getProperty("PGDBNAME"),
                parameters,
                environment.getOrDefault("FRESHET_TEST_DB_USER", parsed.getProperty("user", "")),
                environment.getOrDefault("FRESHET_TEST_DB_PASSWORD", parsed.getProperty("password", "")));
    }

    private static TestServer announced(TestServer server) {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW server_version")) {
            row.next();
            System.out.println("Freshet's tests use PostgreSQL " + row.getString(1) + ", " + server.kind() + ", at "
                    + server.host() + ":" + server.port());
            return server;
        } catch (SQLException e) {
            throw new IllegalStateException("The test database (" + server.kind() + ") cannot be used", e);
        }
    }

    String url(String database) {
        return url(host, port, database);
    }

    String url(String atHost, int atPort, String database) {
        return "jdbc:postgresql://" + atHost + ":" + atPort + "/" + database
                + (parameters.isEmpty() ? "" : "?" + parameters);
    }

    /** A connection of the administrator to the maintenance database. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(maintenanceDatabase), administrator, administratorPassword);
    }

    void execute(String statement) {
        try (Connection connection = connect();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }
}
