package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Issue 5, 12: the packaged program, watched from outside while it delivers to real OpenSSH servers. */
class MonitoringIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String METRICS_TOKEN = "fedcba9876543210fedcba9876543210";
    private static final int FILES = 7;
    private static final int SIZE = 1234;

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh().interruptible();

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Site site;

    @BeforeEach
    void setUp() throws IOException {
        secret("password", database.password());
        secret("metrics-token", METRICS_TOKEN);
    }

    private void secret(String name, String content) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void tearDown() {
        if (site != null) {
            site.close();
        }
    }

    private String databaseLines() {
        return "{url: \"" + database.url() + "\", username: " + database.username() + ", password-file: "
                + directory.resolve("password") + "}";
    }

    @Test
    void metricsCheckHealthAndLogsTellWhatHappens() throws Exception {
        OpenSshServer.require();
        Site started = new Site(directory, databaseLines());
        site = started;
        started.configure(text -> text.replace(
                "web: {",
                "log: {format: json}\nweb: {metrics-token-file: " + directory.resolve("metrics-token") + ", "));
        Files.writeString(started.source().resolve("seed"), "so that the source is not held for being empty");
        started.start();
        awaitEverywhere();
        String before = metrics();
        assertThat(value(before, "freshet_target_entries", "target1")).isEqualTo(2);

        deliverFiles();
        String after = metrics();
        for (String target : List.of("target1", "target2")) {
            assertThat(sum(after, "freshet_deliveries_total", target, "outcome=\"transferred\"")
                            - sum(before, "freshet_deliveries_total", target, "outcome=\"transferred\""))
                    .as("files delivered to " + target)
                    .isEqualTo(FILES);
            assertThat(sum(after, "freshet_delivered_bytes_total", target)
                            - sum(before, "freshet_delivered_bytes_total", target))
                    .as("bytes delivered to " + target)
                    .isEqualTo(FILES * SIZE);
            assertThat(value(after, "freshet_target_entries", target)).isEqualTo(2 + FILES);
            assertThat(value(after, "freshet_target_lag_seconds", target)).isZero();
            await("the run that lingers has ended")
                    .atMost(PATIENCE)
                    .until(() -> value(metrics(), "freshet_target_state", target, "state=\"up_to_date\"") == 1);
            assertThat(value(after, "freshet_lease_held", target)).isEqualTo(1);
        }
        assertThat(after).contains("hikaricp_connections_active{pool=\"freshet\"}", "jvm_memory_used_bytes{");

        aPausedTargetFallsBehind(started);
        readinessFollowsTheDatabaseAndTheSource(started);
        assertThat(started.terminate()).isIn(0, 143);
        everyLineIsJsonAndThoseOfRunsCarryTheirKeys(started);
    }

    /** Each appears at once, so that nothing is sent twice. */
    private void deliverFiles() throws Exception {
        Path source = requireSite().source();
        for (int i = 0; i < FILES; i++) {
            Path made = Files.write(directory.resolve("f" + i), new byte[SIZE]);
            Files.move(made, source.resolve("f" + i));
        }
        awaitEverywhere();
    }

    private void awaitEverywhere() throws Exception {
        HttpResponse<String> waited = post("api/v1/wait", "{\"timeoutSeconds\":60}");
        assertThat(waited.body()).contains("\"outcome\":\"COMPLETE\"");
    }

    private void aPausedTargetFallsBehind(Site started) throws Exception {
        assertThat(post("api/v1/targets/target2/pause", "{\"reason\":\"moving\"}")
                        .statusCode())
                .isBetween(200, 204);
        Files.writeString(started.source().resolve("late"), "waits");
        started.awaitEqual(1, PATIENCE);
        await().atMost(PATIENCE).until(() -> value(metrics(), "freshet_target_lag_seconds", "target2") >= 2);
        long least = lagByStatus("target2");
        double lag = value(metrics(), "freshet_target_lag_seconds", "target2");
        assertThat(lag).isBetween((double) least, (double) lagByStatus("target2"));
        assertThat(value(metrics(), "freshet_target_state", "target2", "state=\"paused\""))
                .isEqualTo(1);
        Node.Answer late = started.freshet("check", "--max-lag", "1s");
        assertThat(late.exitCode()).as(late.output()).isEqualTo(2);
        assertThat(late.output()).contains("FRESHET CRITICAL - target2: a change waits for", "'target2_lag'=");
    }

    private void everyLineIsJsonAndThoseOfRunsCarryTheirKeys(Site started) {
        Set<String> runs = new HashSet<>();
        List<String> lines = started.log().lines().toList();
        for (String line : lines) {
            JsonNode event = JSON.readTree(line);
            assertThat(event.isObject()).as(line).isTrue();
            String message = event.path("message").asString();
            if (message.startsWith("event=run_started ") || message.startsWith("event=run_ended ")) {
                assertThat(event.path("source").asString()).as(line).isEqualTo("content");
                assertThat(event.path("lane").asString()).as(line).isIn("EXPRESS", "BULK");
                assertThat(message + " ")
                        .contains(" target=" + event.path("target").asString() + " ")
                        .contains(" run=" + event.path("run").asString() + " ");
                runs.add(event.path("target").asString() + " " + message.split(" ", 2)[0]);
            }
        }
        assertThat(runs)
                .contains(
                        "target1 event=run_started",
                        "target1 event=run_ended",
                        "target2 event=run_started",
                        "target2 event=run_ended");
        assertThat(lines).anyMatch(line -> line.contains("event=stopped"));
    }

    private void readinessFollowsTheDatabaseAndTheSource(Site started) throws Exception {
        assertThat(get("healthz", null).statusCode()).isEqualTo(200);
        HttpResponse<String> ready = get("readyz", null);
        assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
        assertThat(part(ready, "watch")).isEqualTo("ok: 1 of 1 sources observed");
        assertThat(part(ready, "run")).isEqualTo("ok: its threads run");
        assertThat(part(ready, "schema")).isEqualTo("ok: is that of this version");

        database.interrupt();
        await().atMost(PATIENCE).until(() -> get("readyz", null).statusCode() == 503);
        HttpResponse<String> away = get("readyz", null);
        assertThat(part(away, "database")).isEqualTo("failing: does not answer");
        assertThat(part(away, "watch")).startsWith("ok: ");
        assertThat(away.body()).doesNotContain("content", "jdbc", database.username());
        HttpResponse<String> alive = get("healthz", null);
        assertThat(alive.statusCode()).isEqualTo(200);
        assertThat(part(alive, "watch")).isEqualTo("ok: its threads run");
        assertThat(part(alive, "run")).isEqualTo("ok: its threads run");

        database.restore();
        await().atMost(PATIENCE).until(() -> get("readyz", null).statusCode() == 200);
        shortage("BULK");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(part(get("readyz", null), "space"))
                        .isEqualTo("failing: the database's disk is short of space: nothing goes by the bulk lanes"));
        shortage("DETAIL");
        await().atMost(PATIENCE).until(() -> get("readyz", null).statusCode() == 200);
        Files.move(started.source(), directory.resolve("away"));
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(part(get("readyz", null), "watch")).isEqualTo("failing: 0 of 1 sources observed"));
        assertThat(get("healthz", null).statusCode()).isEqualTo(200);
    }

    /** As a node told of it that sees the database's disk. */
    private void shortage(String shortage) {
        database.jdbcClient()
                .sql("UPDATE freshet.database_space SET looked_at = now(), shortage = :shortage")
                .param("shortage", shortage)
                .update();
    }

    private static String part(HttpResponse<String> answer, String name) {
        JsonNode part = JSON.readTree(answer.body()).path("parts").path(name);
        return part.path("status").asString() + ": " + part.path("detail").asString();
    }

    private String metrics() throws IOException, InterruptedException {
        HttpResponse<String> answer = get("metrics", METRICS_TOKEN);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private long lagByStatus(String target) throws IOException, InterruptedException {
        return JSON.readTree(
                        get("api/v1/targets/" + target, requireSite().token()).body())
                .path("lagSeconds")
                .asLong();
    }

    private HttpResponse<String> get(String path, @Nullable String token) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(requireSite().url().resolve(path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(requireSite().url().resolve(path))
                .header("Authorization", "Bearer " + requireSite().token())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private Site requireSite() {
        if (site == null) {
            throw new IllegalStateException("no site was made");
        }
        return site;
    }

    private static double value(String metrics, String name, String target, String... labels) {
        List<Double> values = values(metrics, name, target, labels);
        assertThat(values).as(name + " of " + target).hasSize(1);
        return values.get(0);
    }

    private static double sum(String metrics, String name, String target, String... labels) {
        return values(metrics, name, target, labels).stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    private static List<Double> values(String metrics, String name, String target, String... labels) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{"))
                .filter(line -> line.contains("target=\"" + target + "\""))
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                .toList();
    }
}
