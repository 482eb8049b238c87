package io.freshet.database;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/**
 * A migration that creates a library's tables, in a schema of their own, from the script that the library's jar brings.
 *
 * <p>It runs the script of the version on the class path, once. When an upgrade of the library changes its script, a new
 * migration must bring the existing tables along; {@code LibraryTablesTest} knows the scripts' hashes and says so.
 */
final class LibraryTables implements JavaMigration {
    /** Drops would erase what a first installation cannot have; the transaction is Flyway's. */
    private static final Pattern NOT_FOR_US = Pattern.compile("^(drop table .*|commit) *;$");

    private final MigrationVersion version;
    private final String description;
    private final String schema;
    private final String script;

    private LibraryTables(String version, String description, String schema, String script) {
        this.version = MigrationVersion.fromVersion(version);
        this.description = description;
        this.schema = schema;
        this.script = script;
    }

    /** Spring Batch's tables and sequences, in the schema {@code batch}. */
    static LibraryTables ofSpringBatch() {
        return new LibraryTables(
                "1", "spring batch tables", "batch", "/org/springframework/batch/core/schema-postgresql.sql");
    }

    /** Quartz's tables, in the schema {@code quartz}. */
    static LibraryTables ofQuartz() {
        return new LibraryTables("2", "quartz tables", "quartz", "/org/quartz/impl/jdbcjobstore/tables_postgres.sql");
    }

    /** The library's script as it stands in the jar. */
    String script() {
        try (InputStream in = LibraryTables.class.getResourceAsStream(script)) {
            if (in == null) {
                throw new DatabaseException(
                        "The script " + script + " is missing from the class path: Freshet was packaged wrongly.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new DatabaseException("Cannot read the script " + script + " from the class path.", e);
        }
    }

    /** The script without the lines that are not for a first installation inside Flyway's transaction. */
    static String creatingPart(String script) {
        return script.lines()
                .filter(line -> !NOT_FOR_US
                        .matcher(line.strip().toLowerCase(Locale.ROOT))
                        .matches())
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void migrate(Context context) throws SQLException {
        try (Statement statement = context.getConnection().createStatement()) {
            statement.execute("CREATE SCHEMA IF NOT EXISTS " + schema);
            statement.execute("SET LOCAL search_path TO " + schema);
            statement.execute(creatingPart(script()));
        }
    }

    @Override
    public MigrationVersion getVersion() {
        return version;
    }

    @Override
    public String getDescription() {
        return description;
    }

    /** None: the script belongs to the library, and an upgrade that only rewords a comment is no reason to refuse. */
    @Override
    public @Nullable Integer getChecksum() {
        return null;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }
}
