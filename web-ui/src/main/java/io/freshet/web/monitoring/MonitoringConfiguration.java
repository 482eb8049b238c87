package io.freshet.web.monitoring;

import io.freshet.journal.DatabaseSpace;
import io.freshet.journal.Readings;
import io.freshet.journal.RetentionBook;
import io.freshet.journal.TargetOverview;
import io.freshet.web.account.MetricsToken;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Metrics and health; wants a {@link Node} and its {@link NodeHealth}. Offers the registry, to which the application adds its own meters. */
@Configuration(proxyBeanMethods = false)
@Import({MetricsController.class, HealthController.class})
public class MonitoringConfiguration {
    /** Where the metrics are. */
    public static final String METRICS = MetricsToken.PATH;

    /** Where the process tells that it lives. */
    public static final String ALIVE = "/healthz";

    /** Where the process tells that it is ready. */
    public static final String READY = "/readyz";

    /** Well below the ten seconds after which Prometheus gives up by itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    @Bean
    PatientReader patientReader() {
        return new PatientReader(PATIENCE);
    }

    @Bean
    JvmGcMetrics collections() {
        return new JvmGcMetrics();
    }

    @Bean
    PrometheusMeterRegistry metricsRegistry(
            DataSource database,
            TargetOverview overview,
            RetentionBook retention,
            PatientReader reader,
            Node node,
            JvmGcMetrics collections) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
        registry.getPrometheusRegistry()
                .register(new FreshetMetrics(
                        overview,
                        new Readings(JdbcClient.create(database)),
                        retention,
                        new DatabaseSpace(database),
                        reader,
                        node));
        return registry;
    }
}
