package io.freshet.app.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.freshet.app.config.DataFiles;
import io.freshet.app.config.Database;
import io.freshet.app.config.FreshetConfiguration;
import io.freshet.app.config.SecretFile;
import io.freshet.database.DatabaseException;
import io.freshet.database.EmbeddedPostgres;
import io.freshet.database.Migrations;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The database that a configuration names: running, connected and brought to this Freshet's schema. */
final class Databases implements AutoCloseable {
    private static final int CONNECTIONS_FOR_PAGES_AND_CONTROL = 13;
    private static final int CONNECTIONS_PER_SOURCE = 2;
    private static final int CONNECTIONS_PER_TARGET = 2;
    private static final long CONNECT_MILLIS = 10_000;

    /**
     * Tables grow from nothing to a million rows within minutes; a plan that was kept from before reads all of them. And a
     * plan that looks dear is cheap here, for every query stops at a limit, and compiling it takes longer than the query. And a
     * process that stands still in a transaction must not keep the locks that the next owner of its targets needs.
     */
    private static final String SESSION =
            "SET plan_cache_mode = force_custom_plan; SET jit = off; SET idle_in_transaction_session_timeout = '10s'";

    private final HikariDataSource dataSource;
    private final @Nullable EmbeddedPostgres embedded;

    private Databases(HikariDataSource dataSource, @Nullable EmbeddedPostgres embedded) {
        this.dataSource = dataSource;
        this.embedded = embedded;
    }

    static Databases open(FreshetConfiguration configuration, DataFiles files) {
        EmbeddedPostgres embedded = null;
        HikariDataSource dataSource = null;
        try {
            HikariConfig settings = new HikariConfig();
            if (configuration.database() instanceof Database.External external) {
                settings.setJdbcUrl(external.url());
                settings.setUsername(external.username());
                settings.setPassword(password(external.passwordFile()));
            } else {
                embedded = EmbeddedPostgres.start(files.database());
                settings.setJdbcUrl(embedded.jdbcUrl());
                settings.setUsername(embedded.username());
                settings.setPassword(embedded.password());
            }
            dataSource = connect(settings, poolSize(configuration));
            Migrations.migrate(dataSource);
            return new Databases(dataSource, embedded);
        } catch (DatabaseException refused) {
            close(dataSource, embedded);
            throw new FreshetException(ErrorCode.DATABASE_UNAVAILABLE, String.valueOf(refused.getMessage()), refused);
        } catch (RuntimeException failure) {
            close(dataSource, embedded);
            throw failure;
        }
    }

    private static HikariDataSource connect(HikariConfig settings, int size) {
        settings.setPoolName("freshet");
        settings.setMaximumPoolSize(size);
        settings.setMinimumIdle(4);
        settings.setConnectionTimeout(CONNECT_MILLIS);
        settings.setAutoCommit(true);
        settings.addDataSourceProperty("currentSchema", Migrations.SCHEMA);
        settings.addDataSourceProperty("ApplicationName", "freshet");
        settings.addDataSourceProperty("tcpKeepAlive", "true");
        settings.setConnectionInitSql(SESSION);
        try {
            return new HikariDataSource(settings);
        } catch (RuntimeException refused) {
            Throwable cause = refused.getCause() == null ? refused : refused.getCause();
            throw new FreshetException(
                    ErrorCode.DATABASE_UNAVAILABLE,
                    "the database at " + settings.getJdbcUrl() + " cannot be used: " + cause.getMessage()
                            + "; see that it runs and that database.url, username and password-file are right",
                    refused);
        }
    }

    /** No connection is held while bytes move, so that a few more than there are threads with something to say suffice. */
    private static int poolSize(FreshetConfiguration configuration) {
        int targets = configuration.sources().stream()
                .mapToInt(source -> source.targets().size())
                .sum();
        return CONNECTIONS_FOR_PAGES_AND_CONTROL
                + CONNECTIONS_PER_SOURCE * configuration.sources().size()
                + CONNECTIONS_PER_TARGET * targets;
    }

    private static @Nullable String password(@Nullable Path file) {
        return file == null ? null : SecretFile.firstLine(file);
    }

    HikariDataSource dataSource() {
        return dataSource;
    }

    @Override
    public void close() {
        close(dataSource, embedded);
    }

    private static void close(@Nullable HikariDataSource dataSource, @Nullable EmbeddedPostgres embedded) {
        if (dataSource != null) {
            dataSource.close();
        }
        if (embedded != null) {
            embedded.close();
        }
    }
}
