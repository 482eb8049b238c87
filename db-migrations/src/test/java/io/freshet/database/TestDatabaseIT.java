package io.freshet.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The databases that other tests stand on, on whichever server this suite has. */
class TestDatabaseIT {
    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    @RegisterExtension
    final TestDatabase ofOneTest = TestDatabase.fresh().interruptible();

    @Test
    void carriesTheTablesOfEveryPart() {
        assertThat(tables("batch")).contains("batch_job_instance", "batch_step_execution_context");
        assertThat(tables("quartz")).contains("qrtz_triggers", "qrtz_locks").hasSize(11);
        assertThat(tables("freshet")).contains("flyway_schema_history");
        assertThat(tables("public")).isEmpty();
    }

    @Test
    void belongsToARoleWithoutSpecialRights() {
        assertThat(database.jdbcClient()
                        .sql("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
                        .query(Boolean.class)
                        .single())
                .isFalse();
    }

    @Test
    void isNotTheOneOfAnotherTest() {
        database.jdbcClient().sql("CREATE TABLE public.only_here ()").update();
        assertThat(ofOneTest
                        .jdbcClient()
                        .sql("SELECT to_regclass('public.only_here')::text")
                        .query(String.class)
                        .optional())
                .isEmpty();
        database.jdbcClient().sql("DROP TABLE public.only_here").update();
    }

    @Test
    void canBeCutOffInTheMiddleOfATransactionAndComesBack() throws SQLException {
        JdbcClient jdbc = ofOneTest.jdbcClient();
        jdbc.sql("CREATE TABLE public.kept (n int)").update();
        try (Connection connection = ofOneTest.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("INSERT INTO public.kept VALUES (1)");
            ofOneTest.interrupt();
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(() -> jdbc.sql("SELECT 1").query(Integer.class).single())
                .isInstanceOf(DataAccessException.class);
        ofOneTest.restore();
        assertThat(jdbc.sql("SELECT count(*) FROM public.kept")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Nested
    class InANestedClass {
        @Test
        void isStillThere() {
            assertThat(tables("batch")).isNotEmpty();
        }
    }

    private static java.util.List<String> tables(String schema) {
        return database.jdbcClient()
                .sql("SELECT table_name FROM information_schema.tables WHERE table_schema = :schema")
                .param("schema", schema)
                .query(String.class)
                .list();
    }
}
