package io.freshet.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A fresh, migrated database for a test, on the server that all tests of the JVM share.
 *
 * <p>As a static field it lasts for the class, nested classes included; as an instance field for one test:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final TestDatabase database = TestDatabase.fresh();
 * }</pre>
 *
 * <p>The schema is migrated once per JVM, in a template; each database is a copy of it, made in some 50 ms. Its owner is a
 * role without special rights. Without JUnit: {@link #create()} and {@link #close()}.
 *
 * <p>The accessors work from {@code @BeforeAll} (of a static field) or {@code @BeforeEach} on, and in
 * {@code @DynamicPropertySource} of a Spring test. Any thread may call them.
 */
public final class TestDatabase
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, AutoCloseable {
    private static final int POOL_SIZE = 10;
    private static final int CONNECTION_ATTEMPTS = 20;

    private final boolean migrated;
    private int users;
    private String name = "";
    private HikariDataSource pool;
    private DatabaseProxy proxy;

    private TestDatabase(boolean migrated) {
        this.migrated = migrated;
    }

    /** To be registered as an extension. */
    public static TestDatabase fresh() {
        return new TestDatabase(true);
    }

    /** The same with nothing in it, for tests of the migrations themselves. */
    public static TestDatabase unmigrated() {
        return new TestDatabase(false);
    }

    /** One that exists at once, for use without JUnit; the caller closes it. */
    public static TestDatabase create() {
        return fresh().opened();
    }

    /** Makes it exist at once, for use without JUnit; the caller closes it. */
    public TestDatabase opened() {
        open();
        return this;
    }

    /** A pool of ten connections at most. */
    public synchronized DataSource dataSource() {
        requireOpen();
        if (pool == null) {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(url());
            config.setUsername(username());
            config.setPassword(password());
            config.setSchema(Migrations.SCHEMA);
            config.setMaximumPoolSize(POOL_SIZE);
            config.setMinimumIdle(0);
            // Where the database is to go away, every wait for it is time that a test spends on nothing.
            config.setConnectionTimeout(proxy == null ? 5_000 : 1_500);
            config.setPoolName(name);
            // As the application's own.
            config.setConnectionInitSql("SET plan_cache_mode = force_custom_plan; SET jit = off");
            pool = new HikariDataSource(config);
        }
        return pool;
    }

    /** Spring's client on {@link #dataSource()}. */
    public JdbcClient jdbcClient() {
        return JdbcClient.create(dataSource());
    }

    /** The address for JDBC, without user and password. */
    public synchronized String url() {
        requireOpen();
        return proxy == null
                ? TestServer.shared().url(name)
                : TestServer.shared().url("127.0.0.1", proxy.port(), name);
    }

    /** The owner of the database; no superuser, unless the suite was given nothing but one. */
    public String username() {
        return Template.shared().role();
    }

    public String password() {
        return Template.shared().password();
    }

    /**
     * Puts a proxy before the database, so that {@link #interrupt()} works. To be called on the new object:
     * {@code TestDatabase.fresh().interruptible()}.
     */
    public synchronized TestDatabase interruptible() {
        if (!name.isEmpty()) {
            throw new IllegalStateException("too late: the database is in use");
        }
        TestServer server = TestServer.shared();
        proxy = new DatabaseProxy(server.host(), server.port());
        return this;
    }

    /** Makes this database unreachable: connections end at once, also in the middle of a commit; new ones fail. */
    public synchronized void interrupt() {
        requireInterruptible().cut();
    }

    /** Makes this database reachable again. */
    public synchronized void restore() {
        requireInterruptible().mend();
    }

    /**
     * Gives up the pool's connections, as the end of a process does: what asks next gets a new one. Returns when there is one,
     * as a pool that failed for long waits for seconds before it tries again, and that of a new process does not.
     */
    public synchronized void forgetConnections() {
        if (pool == null) {
            return;
        }
        pool.getHikariPoolMXBean().softEvictConnections();
        for (int attempt = 1; ; attempt++) {
            try {
                pool.getConnection().close();
                return;
            } catch (SQLException e) {
                if (attempt == CONNECTION_ATTEMPTS) {
                    throw new IllegalStateException("the database cannot be reached", e);
                }
            }
        }
    }

    private DatabaseProxy requireInterruptible() {
        if (proxy == null) {
            throw new IllegalStateException("register it as TestDatabase.fresh().interruptible()");
        }
        return proxy;
    }

    private void requireOpen() {
        if (name.isEmpty()) {
            throw new IllegalStateException("there is no database before @BeforeAll or after @AfterAll");
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        open();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        open();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    /** A static field is opened for the class, for each nested class, and for each test: only the first one counts. */
    private synchronized void open() {
        if (users++ > 0) {
            return;
        }
        String fresh = "freshet_test_" + randomPart();
        TestServer.shared()
                .execute("CREATE DATABASE " + fresh + " OWNER " + username()
                        + (migrated
                                ? " TEMPLATE " + Template.shared().database()
                                : " ENCODING 'UTF8' TEMPLATE template0"));
        name = fresh;
    }

    /** Drops the database, with whoever is still connected to it. */
    @Override
    public synchronized void close() {
        if (--users > 0) {
            return;
        }
        if (pool != null) {
            pool.close();
            pool = null;
        }
        if (proxy != null) {
            // Kept for the next test of an instance field; a test may have ended with the database cut off.
            proxy.mend();
        }
        TestServer.shared().execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        name = "";
    }

    static String randomPart() {
        return UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }

    /** The migrated database that others are copied from, and the role that owns them. */
    private record Template(String database, String role, String password) {
        static Template shared() {
            return Holder.TEMPLATE;
        }

        private static final class Holder {
            static final Template TEMPLATE = make(TestServer.shared());
        }

        private static Template make(TestServer server) {
            String suffix = randomPart();
            Template template = isSuperuser(server)
                    ? new Template("freshet_template_" + suffix, "freshet_test_" + suffix, "test-" + randomPart())
                    : new Template(
                            "freshet_template_" + suffix, server.administrator(), server.administratorPassword());
            boolean ownRole = !template.role.equals(server.administrator());
            if (ownRole) {
                server.execute(
                        "CREATE ROLE " + template.role + " LOGIN NOSUPERUSER PASSWORD '" + template.password + "'");
            }
            server.execute("CREATE DATABASE " + template.database + " OWNER " + template.role
                    + " ENCODING 'UTF8' TEMPLATE template0");
            if (server.kind().startsWith("given")) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> template.remove(server, ownRole)));
            }
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(server.url(template.database));
            source.setUser(template.role);
            source.setPassword(template.password);
            Migrations.migrate(source);
            return template;
        }

        /** A server that the suite was given goes on after it, and is left as it was found. */
        private void remove(TestServer server, boolean ownRole) {
            server.execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
            if (ownRole) {
                server.execute("DROP ROLE IF EXISTS " + role);
            }
        }

        private static boolean isSuperuser(TestServer server) {
            try (Connection connection = server.connect();
                    Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
                return row.next() && row.getBoolean(1);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
