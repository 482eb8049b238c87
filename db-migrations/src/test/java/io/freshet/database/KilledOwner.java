package io.freshet.database;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

/** A program for the tests to kill: starts an embedded server, writes a row, says so, and waits for its end. */
final class KilledOwner {
    /** What it prints once the row is committed. */
    static final String WRITTEN = "written";

    private KilledOwner() {}

    /** Arguments: the server's directory, the directory of the programs, the durability. */
    public static void main(String[] arguments) throws Exception {
        EmbeddedPostgres server;
        try {
            server = EmbeddedPostgres.start(
                    Path.of(arguments[0]), Path.of(arguments[1]), Durability.valueOf(arguments[2]));
        } catch (DatabaseException e) {
            System.out.println(e.getMessage());
            return;
        }
        try (Connection connection =
                        DriverManager.getConnection(server.jdbcUrl(), server.username(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept (text text)");
            statement.execute("INSERT INTO kept VALUES ('by the one who was killed')");
            System.out.println(WRITTEN);
            new CountDownLatch(1).await();
        }
    }
}
