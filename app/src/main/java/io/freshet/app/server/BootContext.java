package io.freshet.app.server;

import com.zaxxer.hikari.HikariDataSource;
import io.freshet.app.config.ListenAddress;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Notifications;
import io.freshet.web.account.FirstStart;
import io.freshet.web.account.LocalToken;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** The parts that Spring holds together: runs with their schedule, and the web server. */
final class BootContext implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BootContext.class);

    private final ConfigurableApplicationContext context;

    private BootContext(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts what the roles ask for; when it returns, runs are being delivered and the web server answers. */
    static BootContext start(Parts parts, Set<Role> roles) {
        ListenAddress listen = parts.configuration().listen();
        // Logging is set up already, and not Boot's business.
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        SpringApplication application = new SpringApplication(configurations(roles));
        application.setWebApplicationType(
                roles.contains(Role.WEB) ? WebApplicationType.SERVLET : WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        application.setRegisterShutdownHook(false);
        application.setAddCommandLineProperties(false);
        application.setDefaultProperties(properties());
        application.addInitializers(context -> provide(parts, (GenericApplicationContext) context));
        try {
            return new BootContext(application.run());
        } catch (RuntimeException failure) {
            throw explained(failure, listen);
        }
    }

    private static Class<?>[] configurations(Set<Role> roles) {
        List<Class<?>> configurations = new ArrayList<>();
        // Runs come last, as they are the first to need the database.
        if (roles.contains(Role.WEB)) {
            configurations.add(WebBeans.class);
        }
        if (roles.contains(Role.RUN)) {
            configurations.add(RunBeans.class);
        }
        return configurations.toArray(Class<?>[]::new);
    }

    private static Map<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.shutdown", "graceful");
        properties.put("spring.lifecycle.timeout-per-shutdown-phase", "10s");
        properties.put("spring.main.log-startup-info", "false");
        return properties;
    }

    private static void provide(Parts parts, GenericApplicationContext context) {
        // What was there before the context is closed after it, by whoever made it. Spring Batch goes by these names.
        context.registerBean("dataSource", DataSource.class, parts::dataSource, bean -> bean.setDestroyMethodName(""));
        context.registerBean(
                "transactionManager",
                PlatformTransactionManager.class,
                () -> new JdbcTransactionManager(parts.dataSource()));
        context.registerBean(Clock.class, parts::clock);
        context.registerBean(Notifications.class, parts::notifications, bean -> bean.setDestroyMethodName(""));
        context.registerBean(Parts.class, () -> parts);
    }

    /**
     * Lets the commands of this machine's user in, and the first administrator: by a token and a one-time password in
     * files that only that user can read.
     */
    void openDoors(DataDirectory directory) {
        directory.write(
                directory.files().token(), context.getBean(LocalToken.class).issue(directory.nodeId()));
        Optional<String> password = context.getBean(FirstStart.class).begin();
        if (password.isPresent()) {
            directory.write(directory.files().firstPassword(), password.get());
            LOG.info(
                    "event=first-password account={} file={}",
                    FirstStart.ACCOUNT,
                    directory.files().firstPassword());
        } else {
            directory.remove(directory.files().firstPassword());
        }
    }

    /** Has the pool tell of its connections among the metrics, where there are any. */
    void meter(HikariDataSource pool) {
        context.getBeanProvider(PrometheusMeterRegistry.class).ifAvailable(pool::setMetricRegistry);
    }

    private static RuntimeException explained(RuntimeException failure, ListenAddress listen) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FreshetException told) {
                return told;
            }
            if (cause instanceof PortInUseException) {
                return new FreshetException(
                        ErrorCode.CONFIGURATION_INVALID,
                        "something else listens on " + listen
                                + " already; set web.listen to another port, or to port 0 for" + " any free one",
                        failure);
            }
        }
        return failure;
    }

    /** Returns the address of the pages, as a browser on this machine can use it. */
    Optional<URI> url() {
        if (context instanceof WebServerApplicationContext web && web.getWebServer() != null) {
            ListenAddress listen = context.getBean(ListenAddress.class);
            boolean isAnywhere =
                    listen.host().equals("0.0.0.0") || listen.host().equals("::");
            String host = isAnywhere ? "localhost" : listen.host();
            return Optional.of(URI.create(
                    "http://" + new ListenAddress(host, web.getWebServer().getPort()) + "/"));
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        context.close();
    }
}
