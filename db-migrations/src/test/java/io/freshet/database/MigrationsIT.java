package io.freshet.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.api.MigrationInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** The migrations, from nothing, and what they refuse. */
class MigrationsIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.unmigrated();

    @Test
    void bringAnEmptyDatabaseToTheSchemaAndAreThenDone() {
        Migrations.migrate(database.dataSource());
        MigrationInfo[] applied =
                Migrations.flyway(database.dataSource()).info().applied();
        assertThat(applied)
                .extracting(info -> info.getDescription())
                .containsOnlyOnce("spring batch tables", "quartz tables", "journal");
        Migrations.migrate(database.dataSource());
        assertThat(Migrations.flyway(database.dataSource()).info().applied()).hasSameSizeAs(applied);
    }

    @Test
    void mayBeStartedByTwoProcessesAtOnce() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> both =
                    List.of(threads.submit(() -> migrateAfter(together)), threads.submit(() -> migrateAfter(together)));
            for (Future<?> each : both) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(Migrations.flyway(database.dataSource()).info().pending()).isEmpty();
    }

    private Void migrateAfter(CyclicBarrier barrier) throws Exception {
        barrier.await();
        Migrations.migrate(database.dataSource());
        return null;
    }

    @Test
    void refuseColumnsOfPathsInAnyOtherOrderThanThatOfTheBytes() {
        Migrations.migrate(database.dataSource());
        database.jdbcClient()
                .sql("CREATE TABLE freshet.badly_ordered (path text, staging_path varchar COLLATE \"POSIX\","
                        + " name text COLLATE \"C\", nickname text)")
                .update();
        assertThatThrownBy(() -> Migrations.migrate(database.dataSource()))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("badly_ordered.path (default), badly_ordered.staging_path (POSIX). ");
    }

    @Test
    void refuseADatabaseThatCannotHoldEveryName() {
        String latin = "freshet_test_latin_" + TestDatabase.randomPart();
        TestServer server = TestServer.shared();
        server.execute("CREATE DATABASE " + latin + " OWNER " + database.username()
                + " ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
                + (server.kind().equals("embedded") ? " LOCALE_PROVIDER libc" : ""));
        try {
            assertThatThrownBy(() -> Migrations.migrate(source(server.url(latin))))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("LATIN1")
                    .hasMessageContaining("CREATE DATABASE");
        } finally {
            server.execute("DROP DATABASE " + latin);
        }
    }

    @Test
    void refuseTheDatabaseOfANewerFreshet() {
        Migrations.migrate(database.dataSource());
        database.jdbcClient().sql("""
                        INSERT INTO freshet.flyway_schema_history
                               (installed_rank, version, description, type, script, installed_by, execution_time, success)
                        VALUES (9999, '9999', 'from the future', 'SQL', 'V9999__future.sql', 'test', 1, true)
                        """).update();
        assertThatThrownBy(() -> Migrations.migrate(database.dataSource()))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("9999");
    }

    @Test
    void refuseAServerThatIsTooOld() {
        assertThatCode(() -> DatabaseChecks.requireVersion(14, "jdbc:postgresql://here/db"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> DatabaseChecks.requireVersion(13, "jdbc:postgresql://here/db"))
                .isInstanceOf(DatabaseException.class)
                .hasMessageContaining("PostgreSQL 13")
                .hasMessageContaining("jdbc:postgresql://here/db");
    }

    private PGSimpleDataSource source(String url) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(database.username());
        source.setPassword(database.password());
        return source;
    }
}
