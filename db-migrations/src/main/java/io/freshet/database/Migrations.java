package io.freshet.database;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The way to bring a database to the schema that this Freshet needs.
 *
 * <p>Spring Batch's tables come into the schema {@code batch}, Quartz's into {@code quartz}, Freshet's own into
 * {@code freshet}, where Flyway keeps its history too. The role needs the right to create schemas in the database and no
 * other; it need not be a superuser. Several processes may migrate at once: Flyway lets one go first.
 */
public final class Migrations {
    /** The schema of Freshet's own tables. */
    public static final String SCHEMA = "freshet";

    static final String HISTORY_TABLE = "flyway_schema_history";

    private Migrations() {}

    /**
     * Checks the server, runs what is missing, and checks the order of path columns.
     *
     * @throws DatabaseException if the server is too old or not UTF8, a migration fails, or the database was migrated by a
     *     newer Freshet or changed by hand
     */
    public static void migrate(DataSource database) {
        try {
            flyway(database).migrate();
        } catch (FlywayException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof DatabaseException refusal) {
                    throw refusal;
                }
            }
            throw new DatabaseException(
                    "Cannot bring the database to the schema of this Freshet: " + e.getMessage(), e);
        }
    }

    /** A Flyway that is set up to do the same, for whoever wants to call it himself. */
    public static Flyway flyway(DataSource database) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(database)
                .loggers(FlywayLog.Creator.class.getName())
                .defaultSchema(SCHEMA)
                .schemas(SCHEMA)
                .createSchemas(true)
                .table(HISTORY_TABLE)
                .locations("classpath:io/freshet/database")
                .javaMigrations(LibraryTables.ofSpringBatch(), LibraryTables.ofQuartz())
                .callbacks(new DatabaseChecks())
                .placeholderReplacement(false)
                // Not even migrations of a newer Freshet: this one does not know what they ask of its statements.
                .ignoreMigrationPatterns(new String[0])
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                .load();
    }
}
