package io.freshet.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.database.TestDatabase;
import io.freshet.web.account.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reports of a run of fifty thousand paths, over real HTTP. */
class ReportIT {
    private static final int PATHS = 50_000;
    private static final List<String> ODD = List.of(
            "odd/a\nb",
            "odd/c,d",
            "odd/\"quoted\"",
            "odd/\\xff",
            "=cmd|'/C calc'!A1",
            "+1,\"",
            "-1",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "'=1",
            "\uFF1D1",
            "x;=1",
            "odd/r\r",
            "odd/ü\\\\");
    private static final String REPORT = "/targets/web1/runs/1/report";

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh().interruptible();

    private static WebServer server;
    private static String token;

    private record Line(String path, String outcome, String deliveredAt, String bytes, String reason) {}

    @BeforeAll
    static void start() {
        server = WebServer.start(database);
        token = server.token(Role.VIEWER);
        server.rows().source("content", "/mnt/sync").target("content", "web1");
        server.rows().run("web1", 1, "COMPLETED_WITH_FAILURES", PATHS, 500, Duration.ofMinutes(3));
        server.rows().run("web1", 2, "COMPLETED", 0, 0, Duration.ofMinutes(2));
        server.jdbc().sql("""
                INSERT INTO delivery (target_id, run_number, path, outcome, seq, first_dirty_at, delivered_at, bytes, reason)
                SELECT target_id, 1, 'many/' || i, (CASE WHEN i % 100 = 0 THEN 'FAILED' WHEN i % 100 = 1 THEN 'HELD'
                           ELSE 'TRANSFERRED' END)::outcome, i, at, at, i, CASE WHEN i % 100 = 0 THEN 'no, "really"' END
                FROM target, generate_series(1, :paths) i, LATERAL (SELECT now() - (i / 3000) * interval '1 second' AS at) w
                WHERE name = 'web1'
                """).param("paths", PATHS).update();
        ODD.forEach(path -> server.rows().delivery("web1", 1, path, "DELETED", null));
        server.rows().run("web1", 3, "COMPLETED", 1, 0, Duration.ofMinutes(1));
        server.rows().delivery("web1", 3, "another run", "TRANSFERRED", null);
        server.jdbc()
                .sql("UPDATE run SET policy_version = 4 WHERE run_number = 3")
                .update();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void jsonHasTheRunAndEveryPathOnceProblemsFirst() throws IOException {
        String text = text(REPORT, "application/json");
        assertThat(text.chars().filter(c -> c < ' ' || c > '~')).isEmpty();
        JsonNode report = new JsonMapper().readTree(text);
        assertThat(report.propertyNames()).containsExactly("run", "outcome", "items");
        assertThat(report.at("/run/state").asString()).isEqualTo("COMPLETED_WITH_FAILURES");
        assertThat(report.at("/run/policy").asString()).isEqualTo("continuous");
        assertThat(report.at("/run/failed").asLong()).isEqualTo(500);
        List<Line> lines = new ArrayList<>();
        for (JsonNode item : report.at("/items")) {
            lines.add(new Line(
                    item.at("/path").asString(),
                    item.at("/outcome").asString(),
                    item.at("/deliveredAt").asString(),
                    item.at("/bytes").asString(),
                    item.at("/reason").asString("")));
        }
        assertThat(lines).isEqualTo(expected());
        for (JsonNode item : report.at("/items")) {
            String path = item.at("/path").asString();
            assertThat(item.at("/pathBase64").isNull()).as(path).isEqualTo(!path.contains("\\"));
            if (path.equals("odd/\\xff")) {
                assertThat(Base64.getDecoder().decode(item.at("/pathBase64").asString()))
                        .isEqualTo(new byte[] {'o', 'd', 'd', '/', (byte) 0xff});
            }
        }
    }

    @Test
    void csvHasEveryPathOnceAndEveryNameAsItIs() throws IOException {
        List<List<String>> records = csv(text(REPORT, "text/csv"));
        assertThat(records.remove(0))
                .containsExactly(
                        "path",
                        "outcome",
                        "deliveredAt",
                        "tookMillis",
                        "bytes",
                        "sha256",
                        "movedFrom",
                        "reason",
                        "errorCode");
        List<String> run = records.remove(records.size() - 1);
        assertThat(run.get(0)).isEmpty();
        assertThat(run.get(1)).isEqualTo("RUN");
        assertThat(run.get(7))
                .startsWith("COMPLETED_WITH_FAILURES; policy continuous; transferred ")
                .contains("failed 500");
        assertThat(records).allMatch(record -> record.size() == 9);
        assertThat(records.stream()
                        .map(r -> new Line(withoutApostrophe(r.get(0)), r.get(1), r.get(2), r.get(4), r.get(7))))
                .isEqualTo(expected())
                .extracting(Line::path)
                .containsAll(ODD);
        assertThat(records)
                .allMatch(record -> record.stream().noneMatch(field -> field.matches("(?s)[=+@\t\r\n\uFF1D-].*")));
    }

    @Test
    void tellsOnlyTheOutcomeThatIsAskedForInTheFormatThatIsPreferred() throws IOException {
        List<List<String>> failed = csv(text(REPORT + "?outcome=FAILED&format=csv", "application/json"));
        assertThat(failed).hasSize(502);
        assertThat(failed.subList(1, 501)).allMatch(line -> line.get(1).equals("FAILED"));
        assertThat(text(REPORT + "?outcome=DELETED", "text/csv;q=0.5, application/json"))
                .startsWith("{\"run\":{");
        assertThat(text(REPORT + "?outcome=DELETED", "text/csv, application/json;q=0.5"))
                .startsWith("path,");
        assertThat(text(REPORT + "?outcome=DELETED", "text/html, */*;q=0.1")).startsWith("{");
        assertThat(csv(text("/targets/web1/runs/2/report?format=csv", "*/*"))).hasSize(2);
        assertThat(new JsonMapper()
                        .readTree(text("/targets/web1/runs/2/report", "*/*"))
                        .at("/items"))
                .isEmpty();
        HttpResponse<String> unknown = server.browser().json("GET", "/api/v1" + REPORT + "?outcome=LOST", token, "");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(server.browser()
                        .json("GET", "/api/v1/targets/web1/runs/9/report", token, "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(server.browser()
                        .json("GET", "/api/v1" + REPORT + "?format=xml", token, "")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void theRunPageLinksToBothAndTheyOpenWithItsSession() {
        server.account("anna", Role.VIEWER);
        WebServer.Browser anna = server.browser();
        anna.signIn("anna", WebServer.PASSWORD);
        assertThat(anna.get("/targets/web1/runs/3").body())
                .contains("/targets/web1/runs/3/report?format=csv", "/targets/web1/runs/3/report?format=json");
        HttpResponse<String> csv = anna.get("/targets/web1/runs/3/report?format=csv&outcome");
        assertThat(csv.body()).contains("another run,TRANSFERRED,", "; policy continuous version 4; transferred 1");
        assertThat(csv.headers().firstValue("Content-Disposition").orElse("")).contains("attachment", "web1-run-3.csv");
        assertThat(server.browser()
                        .get("/targets/web1/runs/3/report?format=csv")
                        .statusCode())
                .isEqualTo(302);
    }

    @Test
    void aReportThatIsBrokenOffLooksSo() throws IOException {
        for (String type : List.of("application/json", "text/csv")) {
            StringBuilder read = new StringBuilder();
            try (InputStream in = open(REPORT, type)) {
                read.append((char) in.read());
                // What is in the sockets' buffers is less than the report, so that it is not read to its end.
                database.interrupt();
                assertThatThrownBy(() -> {
                            byte[] chunk = new byte[8192];
                            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                                read.append(new String(chunk, 0, length, StandardCharsets.ISO_8859_1));
                            }
                        })
                        .as(type)
                        .isInstanceOf(IOException.class);
            } finally {
                database.restore();
                database.forgetConnections();
            }
            assertThat(read).as("nothing follows what was broken off").doesNotContain("Freshet", "]}", ",RUN,");
        }
    }

    /** The order of the report, asked for in one piece. */
    private static List<Line> expected() {
        return server.jdbc()
                .sql("""
                        SELECT path, outcome::text, delivered_at, bytes, coalesce(reason, '') AS reason FROM delivery
                        WHERE run_number = 1 ORDER BY delivery.outcome DESC, delivered_at DESC, path_key DESC
                        """)
                .query((row, number) -> new Line(
                        row.getString(1),
                        row.getString(2),
                        row.getObject(3, java.time.OffsetDateTime.class)
                                .toInstant()
                                .toString(),
                        row.getString(4),
                        row.getString(5)))
                .list();
    }

    private static InputStream open(String path, String accept) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create(server.url() + "/api/v1" + path).toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + token);
        connection.setRequestProperty("Accept", accept);
        return connection.getInputStream();
    }

    private static String text(String path, String accept) throws IOException {
        try (InputStream in = open(path, accept)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String withoutApostrophe(String field) {
        return field.startsWith("'") ? field.substring(1) : field;
    }

    /** Reads RFC 4180 by its grammar. */
    private static List<List<String>> csv(String text) throws IOException {
        List<List<String>> records = new ArrayList<>();
        List<String> record = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean isQuoted = false;
        BufferedReader in = new BufferedReader(new InputStreamReader(
                new java.io.ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8));
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '"') {
                in.mark(1);
                if (isQuoted && in.read() == '"') {
                    field.append('"');
                } else {
                    in.reset();
                    isQuoted = !isQuoted;
                }
            } else if (!isQuoted && (c == ',' || c == '\r')) {
                record.add(field.toString());
                field.setLength(0);
                if (c == '\r') {
                    assertThat(in.read()).isEqualTo('\n');
                    records.add(record);
                    record = new ArrayList<>();
                }
            } else {
                field.append((char) c);
            }
        }
        return records;
    }
}
