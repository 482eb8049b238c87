package io.freshet.database;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * What Freshet relies on in a database and no migration can bring about: looked at before every migration (version and
 * encoding of the server) and after it (the order of paths). Whoever runs Flyway, runs these.
 */
final class DatabaseChecks extends BaseCallback {
    private static final int OLDEST_VERSION = 14;

    /**
     * Columns that hold a path or a name. Any other order than that of the bytes would break the ranges by which a
     * subtree is found, silently.
     */
    private static final String BADLY_ORDERED_COLUMNS = """
            SELECT t.relname || '.' || a.attname AS column_name, coalesce(c.collname, 'none') AS collation
              FROM pg_catalog.pg_attribute a
              JOIN pg_catalog.pg_class t ON t.oid = a.attrelid
              JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
              JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
              LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation
             WHERE n.nspname = ?
               AND t.relkind IN ('r', 'p')
               AND a.attnum > 0
               AND NOT a.attisdropped
               AND y.typname IN ('text', 'varchar', 'bpchar')
               AND (a.attname IN ('path', 'name', 'moved_from') OR a.attname LIKE '%\\_path')
               AND c.collname IS DISTINCT FROM 'C'
               AND t.relname <> ?
             ORDER BY 1
            """;

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.BEFORE_MIGRATE || event == Event.AFTER_MIGRATE;
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    @Override
    public void handle(Event event, Context context) {
        try {
            if (event == Event.BEFORE_MIGRATE) {
                requireServer(context.getConnection());
            } else {
                requirePathOrder(context.getConnection(), Migrations.SCHEMA);
            }
        } catch (SQLException e) {
            throw new DatabaseException("Cannot look at the database: " + e.getMessage(), e);
        }
    }

    private static void requireServer(Connection connection) throws SQLException {
        DatabaseMetaData server = connection.getMetaData();
        requireVersion(server.getDatabaseMajorVersion(), server.getURL());
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW server_encoding")) {
            row.next();
            String encoding = row.getString(1);
            if (!encoding.equals("UTF8")) {
                throw new DatabaseException("The database at " + server.getURL() + " has the encoding " + encoding
                        + ", in which not every file name can be written. Make one with: CREATE DATABASE freshet"
                        + " ENCODING 'UTF8' TEMPLATE template0");
            }
        }
    }

    static void requireVersion(int major, String url) {
        if (major < OLDEST_VERSION) {
            throw new DatabaseException(
                    "The database at " + url + " is PostgreSQL " + major + "; Freshet needs PostgreSQL "
                            + OLDEST_VERSION + " or newer. Upgrade the server, or use `database: embedded`.");
        }
    }

    private static void requirePathOrder(Connection connection, String schema) throws SQLException {
        List<String> wrong = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(BADLY_ORDERED_COLUMNS)) {
            statement.setString(1, schema);
            statement.setString(2, Migrations.HISTORY_TABLE);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    wrong.add(rows.getString("column_name") + " (" + rows.getString("collation") + ")");
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new DatabaseException("Columns of the schema " + schema
                    + " that hold paths or names are not COLLATE \"C\": " + String.join(", ", wrong)
                    + ". Subtrees would be found wrongly. Undo whatever changed them, or give Freshet a new database.");
        }
    }
}
