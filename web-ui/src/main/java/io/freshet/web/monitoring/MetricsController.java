package io.freshet.web.monitoring;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The metrics, as Prometheus scrapes them. */
@RestController
final class MetricsController {
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry;

    MetricsController(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    @GetMapping(MonitoringConfiguration.METRICS)
    ResponseEntity<byte[]> metrics() {
        return ResponseEntity.ok()
                .header("Content-Type", TEXT_FORMAT)
                .body(registry.scrape(TEXT_FORMAT).getBytes(StandardCharsets.UTF_8));
    }
}
