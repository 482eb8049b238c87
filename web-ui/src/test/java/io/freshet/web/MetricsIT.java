package io.freshet.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.web.account.Role;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The metrics over real HTTP: who may see them, and that they are the figures of the status page or none. */
class MetricsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String WEB1 = "source=\"content\",target=\"web1\"";

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh().interruptible();

    private WebServer server;
    private WebServer.Browser client;

    @BeforeEach
    void start() {
        server = WebServer.start(database);
        client = server.browser();
        server.rows().source("content", "/mnt/sync").target("content", "web1");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void onlyWhoHasATokenMayLook() {
        assertThat(client.json("GET", "/metrics", null, "").statusCode()).isEqualTo(401);
        assertThat(client.json("GET", "/metrics", WebServer.METRICS_TOKEN.replace('0', '1'), "")
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> viewer = client.json("GET", "/metrics", server.token(Role.VIEWER), "");
        assertThat(viewer.statusCode()).isEqualTo(200);
        assertThat(viewer.headers().firstValue("Content-Type")).hasValue("text/plain;version=0.0.4;charset=utf-8");
        assertThat(viewer.headers().map()).doesNotContainKey("set-cookie");
        assertThat(client.json("GET", "/metrics", WebServer.METRICS_TOKEN, "").statusCode())
                .isEqualTo(200);
        assertThat(client.json("GET", "/api/v1/status", WebServer.METRICS_TOKEN, "")
                        .statusCode())
                .as("the token of the metrics opens nothing else")
                .isEqualTo(401);
    }

    @Test
    void theFiguresAreThoseOfStatus() {
        server.rows().item("web1", "late", "PATH", 7, Duration.ofSeconds(90));
        server.rows().item("web1", "broken", "PATH", 8, Duration.ofSeconds(10));
        server.rows().failed("web1", "broken", 3, "PERMISSION_DENIED", "no right to write");
        server.rows().hold("web1", "DELETIONS_OVER_LIMIT", "2 deletions", "p/a", "p/b");
        server.rows().change("content", "new", "PATH", null);
        server.rows().sql("UPDATE source SET observed_at = now() - interval '7 seconds'");
        server.rows().sql("UPDATE watcher_status SET waiting_paths = 5, waiting_bytes = 640, overflows = 2");
        server.rows().sql("INSERT INTO lease SELECT target_id, 'node1', 9, 'x', now() + interval '1 hour' FROM target");

        JsonNode before = status();
        String metrics = scrape();
        JsonNode after = status();
        assertThat(metrics).doesNotContain("freshet_database_free_bytes");

        assertThat(before.at("/condition").asString()).isEqualTo("HELD");
        assertThat(value(metrics, "freshet_target_lag_seconds", WEB1))
                .hasValueSatisfying(lag -> assertThat(lag)
                        .isBetween(
                                before.at("/lagSeconds").asDouble(),
                                after.at("/lagSeconds").asDouble())
                        .isGreaterThanOrEqualTo(90));
        assertValue(metrics, "freshet_target_pending_items", WEB1, 2);
        assertValue(metrics, "freshet_target_unplanned_changes", WEB1, 1);
        assertValue(metrics, "freshet_target_failed_items", WEB1, 1);
        assertValue(metrics, "freshet_target_held_items", WEB1, 2);
        assertValue(metrics, "freshet_target_open_holds", WEB1, 1);
        assertThat(metrics.lines().filter(line -> line.startsWith("freshet_target_state{")))
                .hasSize(7)
                .filteredOn(line -> line.endsWith(" 1.0"))
                .singleElement()
                .asString()
                .contains("state=\"held\"");
        assertValue(metrics, "freshet_lease_held", WEB1, 1);
        assertValue(metrics, "freshet_lease_epoch", WEB1, 9);
        assertSource(metrics);
        assertValue(metrics, "freshet_database_up", null, 1);
        assertThat(metrics).contains("jvm_memory_used_bytes{", "process_cpu_usage", "jvm_threads_live_threads");
    }

    private static void assertSource(String metrics) {
        assertThat(value(metrics, "freshet_source_observed_age_seconds", "source=\"content\""))
                .hasValueSatisfying(age -> assertThat(age).isBetween(7.0, 60.0));
        assertValue(metrics, "freshet_watcher_events_total", "source=\"content\"", 4711);
        assertValue(metrics, "freshet_watcher_overflows_total", "source=\"content\"", 2);
        assertValue(metrics, "freshet_watcher_waiting_paths", "source=\"content\"", 5);
        assertValue(metrics, "freshet_watcher_watching", "source=\"content\"", 1);
    }

    @Test
    void whatIsFreeOfTheDatabasesDiskIsAsANodeThatDeliversSawIt() {
        server.rows()
                .sql("UPDATE database_space SET node = 'n', looked_at = now(), total = 1000, free = 30, min_free = 50,"
                        + " shortage = 'DETAIL'");
        String metrics = scrape();
        assertValue(metrics, "freshet_database_free_bytes", null, 30);
        assertValue(metrics, "freshet_database_min_free_bytes", null, 50);
    }

    @Test
    void countersAreThoseOfTheAuditTrailAndBeginAtZero() {
        assertValue(scrape(), "freshet_deliveries_total", "lane=\"bulk\",outcome=\"transferred\"", 0);
        server.rows().sql("""
                INSERT INTO delivery_total SELECT target_id, 'BULK', 'TRANSFERRED', '', 12, 3456 FROM target;
                INSERT INTO delivery_total SELECT target_id, 'BULK', 'FAILED', 'CONTENT_DIFFERS', 3, 0 FROM target;
                INSERT INTO delivery_total SELECT target_id, 'EXPRESS', 'FAILED', 'CONTENT_DIFFERS', 1, 0 FROM target
                """);

        String metrics = scrape();

        assertValue(metrics, "freshet_deliveries_total", "lane=\"bulk\",outcome=\"transferred\"", 12);
        assertValue(metrics, "freshet_delivered_bytes_total", "lane=\"bulk\"," + WEB1, 3456);
        assertValue(metrics, "freshet_delivered_bytes_total", "lane=\"express\"," + WEB1, 0);
        assertValue(metrics, "freshet_failed_deliveries_total", "code=\"CONTENT_DIFFERS\",lane=\"bulk\"," + WEB1, 3);
        assertValue(metrics, "freshet_verification_mismatches_total", WEB1, 4);
    }

    @Test
    void whatIsNotKnownIsMissingAndNotZero() {
        server.rows().sql("UPDATE source SET observed_at = now() - interval '10 minutes'");
        server.rows().sql("UPDATE watcher_status SET updated_at = now() - interval '10 minutes'");
        server.rows().sql("INSERT INTO lease SELECT target_id, 'other', 3, 'x', now() + interval '1 hour' FROM target");

        String metrics = scrape();

        assertThat(metrics).doesNotContain("freshet_target_lag_seconds").doesNotContain("freshet_watcher_events");
        assertValue(metrics, "freshet_target_state", WEB1 + ",state=\"unknown\"", 1);
        assertThat(value(metrics, "freshet_source_observed_age_seconds", "source=\"content\""))
                .hasValueSatisfying(age -> assertThat(age).isGreaterThanOrEqualTo(600));
        assertValue(metrics, "freshet_watcher_watching", "source=\"content\"", 0);
        assertValue(metrics, "freshet_lease_held", WEB1, 0);
        assertValue(metrics, "freshet_lease_epoch", WEB1, 3);
    }

    @Test
    void saysWhileTheDatabaseIsAwayThatItIs() {
        database.interrupt();
        String away = scrape();
        assertHealthIsForAnybody();
        database.restore();

        assertValue(away, "freshet_database_up", null, 0);
        assertThat(away).contains("jvm_memory_used_bytes{").doesNotContain("freshet_target_", "freshet_source_");
        await().untilAsserted(() -> {
            String back = scrape();
            assertValue(back, "freshet_database_up", null, 1);
            assertValue(back, "freshet_target_lag_seconds", WEB1, 0);
        });
    }

    private void assertHealthIsForAnybody() {
        HttpResponse<String> alive = client.get("/healthz");
        assertThat(alive.statusCode()).isEqualTo(200);
        assertThat(alive.headers().map()).doesNotContainKey("set-cookie");
        assertThat(alive.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(alive.body())
                .isEqualTo("{\"status\":\"ok\",\"parts\":{\"web\":{\"status\":\"ok\",\"detail\":\"answers\"}}}");
        HttpResponse<String> ready = client.get("/readyz");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(JSON.readTree(ready.body()).at("/status").asString()).isEqualTo("failing");
        assertThat(JSON.readTree(ready.body()).at("/parts/watch/status").asString())
                .isEqualTo("failing");
        assertThat(JSON.readTree(ready.body()).at("/parts/database/status").asString())
                .isEqualTo("ok");
    }

    private String scrape() {
        HttpResponse<String> answer = client.json("GET", "/metrics", WebServer.METRICS_TOKEN, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private JsonNode status() {
        return JSON.readTree(client.json("GET", "/api/v1/status", server.token(Role.VIEWER), "")
                        .body())
                .at("/sources/0/targets/0");
    }

    private static void assertValue(String metrics, String name, String labels, double expected) {
        assertThat(value(metrics, name, labels)).as(name + " in\n" + metrics).hasValue(expected);
    }

    /** The value of the one line of this name with all of these labels. */
    private static Optional<Double> value(String metrics, String name, String labels) {
        List<String> lines = metrics.lines()
                .filter(line -> line.startsWith(name + (labels == null ? " " : "{")))
                .filter(line -> labels == null
                        || List.of(labels.split(",", -1)).stream().allMatch(line::contains))
                .toList();
        assertThat(lines).as(name + " with " + labels).hasSizeLessThan(2);
        return lines.stream()
                .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst();
    }
}
