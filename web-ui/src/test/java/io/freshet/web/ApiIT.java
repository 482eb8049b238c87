package io.freshet.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.journal.PolicyBook;
import io.freshet.policy.PolicyText;
import io.freshet.web.account.Role;
import io.freshet.web.evidence.SignedEvidence;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The REST API over real HTTP: shapes, errors, waiting, and every endpoint for every role. */
class ApiIT {
    private static final JsonMapper JSON = new JsonMapper();

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private WebServer server;
    private WebServer.Browser client;
    private String token;
    private long hold;

    @BeforeEach
    void start() {
        server = WebServer.start(database);
        client = server.browser();
        token = server.token(Role.ADMIN);
        server.rows().source("content", "/mnt/sync").target("content", "web1");
        server.rows().run("web1", 1, "COMPLETED_WITH_FAILURES", 2, 1, Duration.ofMinutes(3));
        server.rows().delivered("web1", "p/a", "f", 1);
        server.rows().delivery("web1", 1, "p/b", "FAILED", "PERMISSION_DENIED");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void makesChangesAndDeletesPolicies() {
        String at = "/api/v1/policies/made";
        String admin = server.token(Role.ADMIN);
        assertThat(client.json("PUT", at, admin, "{}").statusCode()).isEqualTo(201);
        assertThat(client.json("PUT", at, admin, "{}").body()).contains("\"version\":1", "\"changed\":false");
        assertThat(client.json("PUT", at, admin, "{\"cron\": \"0 4 * * *\"}").body())
                .contains("\"version\":2", "\"changed\":true");
        JsonNode shown = get(at);
        assertThat(shown.at("/definedIn").asString()).isEqualTo("ui");
        assertThat(shown.at("/definition/cron").asString()).isEqualTo("0 4 * * *");
        assertThat(shown.at("/versions/0/madeBy").asString()).isEqualTo("token-admin");
        assertThat(get("/api/v1/policies/mornings").at("/definedIn").asString()).isEqualTo("file");

        HttpResponse<String> wrong = client.json("PUT", at, admin, "fault");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("\"key\":\"windows[0].from\"", "'fault' is no time");
        HttpResponse<String> fixed = client.json("PUT", "/api/v1/policies/mornings", admin, "{}");
        assertThat(fixed.statusCode()).isEqualTo(409);
        assertThat(fixed.body()).contains("defined in the configuration file");

        server.rows().sql("UPDATE target SET policy = 'made' WHERE name = 'web1'");
        HttpResponse<String> used = client.json("DELETE", at, admin, "");
        server.rows().sql("UPDATE target SET policy = 'continuous' WHERE name = 'web1'");
        assertThat(used.statusCode()).isEqualTo(409);
        assertThat(used.body()).contains("Targets have it: web1");
        assertThat(client.json("DELETE", at, admin, "").statusCode()).isEqualTo(204);
        assertThat(client.json("DELETE", at, admin, "").statusCode()).isEqualTo(404);
        assertThat(get(at + "?version=2").at("/current").asBoolean()).isFalse();
        assertThat(server.jdbc()
                        .sql("SELECT action || ' ' || object || ' ' || actor FROM audit WHERE action LIKE 'policy-%'"
                                + " AND object ~ '^made( |$)' ORDER BY audit_id")
                        .query(String.class)
                        .list())
                .containsExactly(
                        "policy-set made version 1 token-admin",
                        "policy-set made version 2 token-admin",
                        "policy-delete made token-admin");
    }

    @Test
    void publishesItsDescriptionToWhoeverMayUseIt() {
        JsonNode document = get("/api/v1/openapi.json");
        assertThat(document.at("/openapi").asString()).isEqualTo("3.1.0");
        assertThat(document.path("paths").has("/openapi.json")).isTrue();
        assertThat(document.path("paths").path("/status").path("get").has("summary"))
                .isTrue();
        assertProblem(client.json("GET", "/api/v1/openapi.json", null, ""), 401, "Bearer");
    }

    @Test
    void tellsOfPolicies() {
        JsonNode list = get("/api/v1/policies");
        assertThat(list.at("/0/name").asString()).isEqualTo("continuous");
        assertThat(list.at("/0/open").asBoolean()).isTrue();
        assertThat(list.at("/0/targets/0").asString()).isEqualTo("web1");
        assertThat(list.at("/1/schedule").asString()).isEqualTo("cron");

        PolicyBook book = new PolicyBook(database.dataSource());
        book.register("mornings", Map.of("cron", "0 4 * * *"));
        book.register("mornings", PolicyText.of(WebServer.policies().get(1)));
        JsonNode now = get("/api/v1/policies/mornings");
        assertThat(now.at("/version").asInt()).isEqualTo(2);
        assertThat(now.at("/current").asBoolean()).isTrue();
        assertThat(now.at("/definition/cron").asString()).isEqualTo("0 3 * * *");
        assertThat(now.at("/versions").size()).isEqualTo(2);
        JsonNode then = get("/api/v1/policies/mornings?version=1");
        assertThat(then.at("/definition/cron").asString()).isEqualTo("0 4 * * *");
        assertThat(then.at("/current").asBoolean()).isFalse();

        server.rows().change("content", "p/a", "PATH", null);
        JsonNode preview = get("/api/v1/policies/mornings/preview");
        assertThat(preview.at("/next").size()).isEqualTo(10);
        assertThat(preview.at("/next/0/at").asString()).contains("T03:00");
        assertThat(preview.at("/delays/0/paths").asInt()).isEqualTo(1);
        assertThat(preview.at("/delays/0/bytes").asInt()).isEqualTo(1234);
        assertThat(preview.at("/sources/0").asString()).isEqualTo("content");
        assertThat(get("/api/v1/policies/continuous/preview").at("/delays").size())
                .isZero();
    }

    @Test
    void tellsTheStatusInTheWordsOfTheDesign() {
        JsonNode web1 = get("/api/v1/status").at("/sources/0/targets/0");
        assertThat(web1.at("/target").asString()).isEqualTo("web1");
        assertThat(web1.at("/condition").asString()).isEqualTo("UP_TO_DATE");
        assertThat(web1.at("/lagSeconds").asLong()).isZero();
        assertThat(web1.at("/observedAt").asString()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        assertThat(web1.at("/runs/0/run").asLong()).isEqualTo(1);
        assertThat(get("/api/v1/targets/web1").at("/condition").asString()).isEqualTo("UP_TO_DATE");
        server.jdbc()
                .sql("UPDATE target SET url = 'sftp://app:secret@web1/srv'")
                .update();
        assertThat(get("/api/v1/status").toString())
                .contains("sftp://app@web1/srv")
                .doesNotContain("secret");
    }

    @Test
    void answersWhere() {
        JsonNode answer = get("/api/v1/where?path=/mnt/sync/p/a").get(0);
        assertThat(answer.at("/path").asString()).isEqualTo("p/a");
        assertThat(answer.at("/targets/0/state").asString()).isEqualTo("DELIVERED");
        assertThat(answer.at("/targets/0/run").asLong()).isEqualTo(1);
    }

    @Test
    void tellsWhatWaitsAndIsExpectedWhenAndCompletesItsPath() {
        server.rows().item("web1", "p/new", "PATH", 1, Duration.ofSeconds(1));
        JsonNode waiting = get("/api/v1/where?path=p/new").at("/0/targets/0");
        assertThat(waiting.at("/backlog/waiting/items").asLong()).isEqualTo(1);
        assertThat(waiting.at("/backlog/words").asString()).startsWith("1\u00a0item");
        assertThat(waiting.at("/eta/words").asString()).isNotEmpty();
        JsonNode target = get("/api/v1/targets/web1");
        assertThat(target.at("/lanes/0/waiting/words").asString()).isEqualTo("1\u00a0item");
        assertThat(target.at("/eta/words").asString()).isNotEmpty();
        JsonNode completed = get("/api/v1/paths?prefix=/mnt/sync/p/n");
        assertThat(completed.size()).isEqualTo(1);
        assertThat(completed.at("/0/path").asString()).isEqualTo("p/new");
        assertProblem(client.json("GET", "/api/v1/paths?prefix=p/../q", token, ""), 400, "..");
    }

    @Test
    void pagesTheReportOfARunByKey() {
        for (int i = 0; i < 7; i++) {
            server.rows().delivery("web1", 1, "q/" + i, "TRANSFERRED", null);
        }
        int seen = 0;
        String after = "";
        do {
            JsonNode page = get("/api/v1/targets/web1/runs/1/deliveries?limit=4" + after);
            if (seen == 0) {
                assertThat(page.at("/items/0/outcome").asString()).isEqualTo("FAILED");
            }
            seen += page.at("/items").size();
            after = page.at("/next").isNull()
                    ? null
                    : "&after=" + page.at("/next").asString();
        } while (after != null);
        assertThat(seen).isEqualTo(9);
        assertThat(get("/api/v1/targets/web1/runs/1/deliveries?outcome=FAILED")
                        .at("/items")
                        .size())
                .isEqualTo(1);
        assertThat(get("/api/v1/runs?limit=1").at("/items/0/state").asString()).isEqualTo("COMPLETED_WITH_FAILURES");
    }

    @Test
    void listsWhatWaitsAndWhatFailedByKey() {
        for (int i = 0; i < 5; i++) {
            server.rows().item("web1", "q/" + i, "PATH", i, Duration.ofMinutes(9L - i));
        }
        server.rows().failed("web1", "q/1", 3, "PERMISSION_DENIED", "denied");
        JsonNode first = get("/api/v1/targets/web1/queue?under=/mnt/sync/q&lane=express&limit=2");
        assertThat(first.at("/items").size()).isEqualTo(2);
        assertThat(first.at("/items/1/state").asString()).isEqualTo("NEEDS_PERSON");
        JsonNode second = get("/api/v1/targets/web1/queue?limit=2&after="
                + URLEncoder.encode(first.at("/next").asString(), StandardCharsets.UTF_8));
        assertThat(second.at("/items/0/path").asString()).isEqualTo("q/2");
        assertThat(get("/api/v1/failed?state=needs-you&reason=permission_denied")
                        .at("/items/0/path")
                        .asString())
                .isEqualTo("q/1");
        assertThat(get("/api/v1/failed?state=retried").at("/items").size()).isZero();
        assertThat(get("/api/v1/failed/groups").at("/0/code").asString()).isEqualTo("PERMISSION_DENIED");
        assertThat(get("/api/v1/targets/web1/capabilities").at("/since").isNull())
                .isTrue();
        assertThat(get("/api/v1/sources/content").at("/watcher/tier").asString())
                .isEqualTo("FANOTIFY");
        assertProblem(client.json("GET", "/api/v1/targets/web1/queue?lnae=x", token, ""), 400, "Did you mean lane?");
        assertProblem(client.json("GET", "/api/v1/sources/contnet", token, ""), 404, "Did you mean content?");
    }

    @Test
    void everyErrorSaysWhatToDoNext() {
        assertProblem(client.json("GET", "/api/v1/status", null, ""), 401, "Bearer");
        assertProblem(client.json("GET", "/api/v1/status", "fsh_wrong", ""), 401, "Bearer");
        assertProblem(client.json("GET", "/api/v1/targets/wbe1", token, ""), 404, "Did you mean web1?");
        assertProblem(client.json("GET", "/api/v1/where?path=a/../b", token, ""), 400, "..");
        assertProblem(client.json("GET", "/api/v1/where", token, ""), 400, "path");
        assertProblem(client.json("GET", "/api/v1/runs?limit=x", token, ""), 400, "limit");
        assertProblem(client.json("GET", "/api/v1/runs?after=x", token, ""), 400, "key");
        assertProblem(client.json("GET", "/api/v1/nothing", token, ""), 404, "address");
        assertProblem(client.json("DELETE", "/api/v1/status", token, ""), 405, "DELETE");
        assertProblem(client.json("POST", "/api/v1/send", token, "{"), 400, "JSON");
        assertProblem(client.json("POST", "/api/v1/targets/web1/resume", token, ""), 409, "nothing to resume");
        assertProblem(client.json("POST", "/api/v1/targets/web1/runs/1/stop", token, ""), 409, "nothing to stop");
    }

    @Test
    void leavesARowForEachCommandAndOneForTheAudit() {
        assertThat(client.json("POST", "/api/v1/targets/web1/pause", token, "{\"reason\":\"kernel\"}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(server.jdbc()
                        .sql("SELECT reason FROM target_pause")
                        .query(String.class)
                        .single())
                .isEqualTo("kernel");
        assertThat(client.json("POST", "/api/v1/targets/web1/runs/1/rerun", token, "")
                        .statusCode())
                .isEqualTo(202);
        assertProblem(client.json("POST", "/api/v1/targets/web1/runs/1/rerun", token, ""), 409, "waits for its answer");
        assertThat(server.jdbc()
                        .sql("SELECT action FROM run_request")
                        .query(String.class)
                        .single())
                .isEqualTo("RERUN_FAILED");
        String verify = "{\"deep\":true,\"path\":\"p/a\",\"reason\":\"disk replaced\"}";
        assertThat(client.json("POST", "/api/v1/targets/web1/verify", token, verify)
                        .statusCode())
                .isEqualTo(202);
        assertProblem(client.json("POST", "/api/v1/targets/web1/verify", token, verify), 409, "waits for its turn");
        assertThat(client.json("GET", "/api/v1/targets/web1/verifications", token, "")
                        .body())
                .contains("\"path\":\"p/a\"", "\"deep\":true", "\"reason\":\"request\"", "\"position\":null");
        assertThat(server.jdbc()
                        .sql("SELECT action FROM audit ORDER BY audit_id")
                        .query(String.class)
                        .list())
                .containsExactly("pause", "rerun_failed", "verify-deep");
    }

    @Test
    void aBandwidthIsLimitedLiftedAndGivenBack() {
        String ofTarget = "/api/v1/targets/web1/bandwidth";
        assertThat(client.json("PUT", ofTarget, token, "{\"limit\":\"20MB/s\",\"reason\":\"exams\"}")
                        .statusCode())
                .isEqualTo(204);
        JsonNode limit = get("/api/v1/targets/web1").at("/bandwidth");
        assertThat(limit.at("/bytesPerSecond").asLong()).isEqualTo(20_000_000);
        assertThat(limit.at("/words").asString())
                .startsWith("at most 20.0\u00a0MB/s, set by ")
                .endsWith(": exams");

        client.json("PUT", ofTarget, token, "{\"limit\":\"unlimited\"}");
        assertThat(get("/api/v1/targets/web1").at("/bandwidth/bytesPerSecond").isNull())
                .isTrue();
        server.jdbc().sql("UPDATE target SET bytes_per_second = 7").update();
        assertThat(get("/api/v1/targets/web1").at("/bandwidth/bytesPerSecond").isNull())
                .isTrue();
        assertThat(client.json("DELETE", ofTarget, token, "").statusCode()).isEqualTo(204);
        assertThat(get("/api/v1/targets/web1").at("/bandwidth/bytesPerSecond").asLong())
                .isEqualTo(7);
        assertProblem(client.json("DELETE", ofTarget, token, ""), 409, "is in force already");

        String ofSource = "/api/v1/sources/content/bandwidth";
        client.json("PUT", ofSource, token, "{\"limit\":\"1kB/s\"}");
        assertThat(get("/api/v1/status")
                        .at("/sources/0/bandwidth/bytesPerSecond")
                        .asLong())
                .isEqualTo(1000);
        assertThat(client.json("DELETE", ofSource, token, "").statusCode()).isEqualTo(204);

        assertProblem(client.json("PUT", ofSource, token, "{\"limit\":\"20\"}"), 400, "is no bandwidth");
        assertProblem(client.json("PUT", ofSource, token, "{}"), 400, "unlimited");
        assertProblem(
                client.json("PUT", "/api/v1/sources/other/bandwidth", token, "{\"limit\":\"1kB/s\"}"), 404, "status");
        assertThat(server.jdbc()
                        .sql("SELECT object FROM audit WHERE action = 'bandwidth' ORDER BY audit_id")
                        .query(String.class)
                        .list())
                .containsExactly(
                        "web1: 20MB/s",
                        "web1: unlimited",
                        "web1: as configured",
                        "source content: 1kB/s",
                        "source content: as configured");
    }

    @Test
    void waitsUntilTheWatcherAnsweredAndEverythingArrived() {
        long seq = server.rows().change("content", "p/a", "PATH", null);
        server.rows().item("web1", "p/a", "PATH", seq, Duration.ZERO);
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(
                () -> client.json("POST", "/api/v1/wait", token, "{\"path\":\"p\",\"timeoutSeconds\":30}"));
        await().until(() -> server.jdbc()
                        .sql("SELECT count(*) FROM barrier")
                        .query(Long.class)
                        .single()
                == 1);
        server.jdbc().sql("UPDATE barrier SET seq = " + seq).update();
        assertThat(waiting).isNotDone();
        server.rows().plan("web1");
        assertThat(waiting).isNotDone();
        server.jdbc().sql("DELETE FROM work_item").update();
        JsonNode answer = JSON.readTree(waiting.join().body());
        assertThat(answer.at("/outcome").asString()).isEqualTo("COMPLETE");
        assertThat(answer.at("/targets/0/seq").asLong()).isEqualTo(seq);
        await().until(() -> server.jdbc()
                        .sql("SELECT count(*) FROM barrier")
                        .query(Long.class)
                        .single()
                == 0);
    }

    @Test
    void aWaitEndsAtOnceWhereAPersonHasToActAndAtItsDeadline() {
        JsonNode late = JSON.readTree(client.json("POST", "/api/v1/wait", token, "{\"timeoutSeconds\":0}")
                .body());
        assertThat(late.at("/outcome").asString()).isEqualTo("TIMED_OUT");
        assertThat(late.at("/detail").asString()).contains("watcher");
        answerBarriers();
        server.rows().item("web1", "p/x", "PATH", 1, Duration.ZERO);
        server.rows().failed("web1", "p/x", 2, "PERMISSION_DENIED", "no");
        JsonNode failed = JSON.readTree(
                client.json("POST", "/api/v1/wait", token, "{\"path\":\"p\"}").body());
        assertThat(failed.at("/outcome").asString()).isEqualTo("FAILED");
        assertThat(failed.at("/targets/0/failures/0/path").asString()).isEqualTo("p/x");
        server.rows().hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "p/x");
        JsonNode held = JSON.readTree(
                client.json("POST", "/api/v1/wait", token, "{\"path\":\"p\"}").body());
        assertThat(held.at("/outcome").asString()).isEqualTo("HELD");
        assertThat(held.at("/targets/0/held/0").asString()).isEqualTo("p/x");
    }

    @Test
    void aCheckpointIsNotCreatedUnlessTheWatcherAnswers() {
        assertProblem(
                client.json("POST", "/api/v1/checkpoints", token, "{\"label\":\"r1\",\"timeoutSeconds\":0}"),
                409,
                "watcher did not say in time");
        assertThat(get("/api/v1/checkpoints").at("/items").size()).isZero();
        assertProblem(client.json("GET", "/api/v1/checkpoints/r1", token, ""), 404, "checkpoint list");
        assertThat(server.jdbc()
                        .sql("SELECT count(*) FROM barrier")
                        .query(Long.class)
                        .single())
                .isZero();
        CompletableFuture<HttpResponse<String>> asked = CompletableFuture.supplyAsync(
                () -> client.json("POST", "/api/v1/checkpoints", token, "{\"label\":\"r1\"}"));
        await().until(() -> server.jdbc()
                        .sql("UPDATE barrier SET failure = 'events were lost'")
                        .update()
                == 1);
        assertProblem(asked.join(), 409, "events were lost");
        assertThat(get("/api/v1/checkpoints").at("/items").size()).isZero();
    }

    @Test
    void aCheckpointIsCreatedOnceAndOfOneFolder() {
        answerBarriers();
        String folder = "{\"label\":\"release 7\",\"path\":\"/mnt/sync/p\",\"reason\":\"shop\"}";
        HttpResponse<String> created = client.json("POST", "/api/v1/checkpoints", token, folder);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        JsonNode checkpoint = JSON.readTree(created.body());
        assertThat(checkpoint.at("/path").asString()).isEqualTo("p");
        assertThat(checkpoint.at("/targets/0/state").asString()).isEqualTo("WAITING");
        assertThat(checkpoint.at("/targets/0/waitingFor").asString()).contains("about to record it");
        server.rows().change("content", "p/later", "PATH", null);
        assertThat(client.json("POST", "/api/v1/checkpoints", token, folder).body())
                .isEqualTo(created.body());
        assertProblem(
                client.json("POST", "/api/v1/checkpoints", token, "{\"label\":\"release 7\"}"), 409, "another label");
        assertProblem(client.json("POST", "/api/v1/checkpoints", token, "{\"label\":\"a/b\"}"), 400, "letters");
        assertProblem(client.json("POST", "/api/v1/checkpoints", token, "{\"label\":\"a \"}"), 400, "letters");
        assertProblem(
                client.json("POST", "/api/v1/checkpoints", token, "{\"label\":\"x\",\"source\":\"other\"}"),
                404,
                "status");
        server.rows().source("second", "/mnt/second").target("second", "web2");
        assertProblem(client.json("POST", "/api/v1/checkpoints", token, "{\"label\":\"x\"}"), 400, "content, second");
        assertThat(get("/api/v1/checkpoints").at("/items/0/complete").asInt()).isZero();
        JsonNode evidence = get("/api/v1/checkpoints/release%207/evidence");
        assertThat(SignedEvidence.verify(
                                evidence.toString().getBytes(StandardCharsets.UTF_8),
                                get("/api/v1/checkpoint-key").at("/publicKey").asString())
                        .at("/complete")
                        .asBoolean())
                .isFalse();
        assertThat(server.jdbc()
                        .sql("SELECT object || ' ' || reason FROM audit WHERE action = 'checkpoint'")
                        .query(String.class)
                        .list())
                .containsExactly("content: release 7 of p shop");
    }

    @Test
    void aWaitForACheckpointEndsWhereAPersonHasToActAtItsDeadlineAndWhenItIsRecorded() {
        answerBarriers();
        server.rows().item("web1", "p/x", "PATH", 1, Duration.ZERO);
        client.json("POST", "/api/v1/checkpoints", token, "{\"label\":\"r1\"}");
        JsonNode late = awaitCheckpoint("{\"timeoutSeconds\":0}");
        assertThat(late.at("/outcome").asString()).isEqualTo("TIMED_OUT");
        assertThat(late.at("/targets/0/remaining").asInt()).isEqualTo(1);
        server.rows().failed("web1", "p/x", 2, "PERMISSION_DENIED", "no");
        JsonNode failed = awaitCheckpoint("{}");
        assertThat(failed.at("/outcome").asString()).isEqualTo("FAILED");
        assertThat(failed.at("/targets/0/failures/0/path").asString()).isEqualTo("p/x");
        server.rows().hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "p/x");
        JsonNode held = awaitCheckpoint("{}");
        assertThat(held.at("/outcome").asString()).isEqualTo("HELD");
        assertThat(held.at("/targets/0/held/0").asString()).isEqualTo("p/x");
        server.jdbc().sql("DELETE FROM work_item").update();
        assertThat(awaitCheckpoint("{\"timeoutSeconds\":1}").at("/outcome").asString())
                .as("arrived, and not recorded")
                .isEqualTo("TIMED_OUT");
        server.jdbc()
                .sql("UPDATE checkpoint_target SET completed_at = now(), entries = 1, unsupported = 0")
                .update();
        assertThat(awaitCheckpoint("{}").at("/outcome").asString()).isEqualTo("COMPLETE");
    }

    private JsonNode awaitCheckpoint(String body) {
        return JSON.readTree(
                client.json("POST", "/api/v1/checkpoints/r1/wait", token, body).body());
    }

    /** Stands in for a watcher: every barrier is answered as it is asked. */
    private void answerBarriers() {
        server.jdbc().sql("""
                CREATE FUNCTION answer() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.seq := (SELECT head FROM freshet.source WHERE source_id = NEW.source_id); RETURN NEW; END $$
                """).update();
        server.jdbc()
                .sql("CREATE TRIGGER answer BEFORE INSERT ON barrier FOR EACH ROW EXECUTE FUNCTION answer()")
                .update();
    }

    @Test
    void everyEndpointChecksTheRole() {
        hold = server.rows().hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "p/a");
        answerBarriers();
        Map<Role, String> tokens = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            tokens.put(role, server.token(role));
        }
        server.grant("token-requester", "content", "p");
        Object[][] endpoints = {
            {"GET", "/status", "", Role.VIEWER},
            {"GET", "/targets/web1", "", Role.VIEWER},
            {"GET", "/targets/web1/queue", "", Role.VIEWER},
            {"GET", "/targets/web1/capabilities", "", Role.VIEWER},
            {"GET", "/failed", "", Role.VIEWER},
            {"GET", "/failed/groups", "", Role.VIEWER},
            {"GET", "/sources/content", "", Role.VIEWER},
            {"GET", "/sources/content/rescans", "", Role.VIEWER},
            {"GET", "/where?path=p", "", Role.VIEWER},
            {"GET", "/paths?prefix=p", "", Role.VIEWER},
            {"POST", "/wait", "{\"path\":\"other\"}", Role.VIEWER},
            {"GET", "/runs", "", Role.VIEWER},
            {"GET", "/targets/web1/runs/1", "", Role.VIEWER},
            {"GET", "/targets/web1/runs/1/deliveries", "", Role.VIEWER},
            {"GET", "/targets/web1/runs/1/report", "", Role.VIEWER},
            {"GET", "/holds", "", Role.VIEWER},
            {"GET", "/holds/" + hold + "/paths", "", Role.VIEWER},
            {"POST", "/send", "{\"path\":\"p\"}", Role.REQUESTER},
            {"POST", "/targets/web1/pause", "{}", Role.OPERATOR},
            {"POST", "/targets/web1/resume", "", Role.OPERATOR},
            {"PUT", "/targets/web1/bandwidth", "{\"limit\":\"20MB/s\"}", Role.OPERATOR},
            {"DELETE", "/targets/web1/bandwidth", "", Role.OPERATOR},
            {"PUT", "/sources/content/bandwidth", "{\"limit\":\"unlimited\"}", Role.OPERATOR},
            {"DELETE", "/sources/content/bandwidth", "", Role.OPERATOR},
            {"POST", "/targets/web1/rescan", "{}", Role.OPERATOR},
            {"POST", "/targets/web1/verify", "{\"deep\":true}", Role.OPERATOR},
            {"GET", "/targets/web1/verifications", "", Role.VIEWER},
            {"GET", "/targets/web1/extras", "", Role.VIEWER},
            {"POST", "/checkpoints", "{\"label\":\"r1\"}", Role.REQUESTER},
            {"GET", "/checkpoints", "", Role.VIEWER},
            {"GET", "/checkpoints/r1", "", Role.VIEWER},
            {"POST", "/checkpoints/r1/wait", "{\"timeoutSeconds\":0}", Role.VIEWER},
            {"GET", "/checkpoints/r1/evidence", "", Role.VIEWER},
            {"GET", "/checkpoint-key", "", Role.VIEWER},
            {"GET", "/accounts", "", Role.ADMIN},
            {"POST", "/accounts", "{\"name\":\"new\",\"role\":\"viewer\"}", Role.ADMIN},
            {"PUT", "/accounts/new", "{\"role\":\"viewer\"}", Role.ADMIN},
            {"POST", "/accounts/new/password", "", Role.ADMIN},
            {"GET", "/accounts/new/tokens", "", Role.ADMIN},
            {"POST", "/accounts/new/tokens", "{\"label\":\"x\"}", Role.ADMIN},
            {"DELETE", "/accounts/new/tokens/x", "", Role.ADMIN},
            {"DELETE", "/accounts/new", "", Role.ADMIN},
            {"GET", "/audit", "", Role.OPERATOR},
            {"POST", "/targets/web1/runs/1/rerun", "", Role.OPERATOR},
            {"POST", "/targets/web1/runs/1/restart", "", Role.OPERATOR},
            {"POST", "/targets/web1/runs/1/stop", "", Role.OPERATOR},
            {"PUT", "/policies/made-for-roles", "{}", Role.ADMIN},
            {"DELETE", "/policies/mornings", "", Role.ADMIN},
            {"POST", "/holds/" + hold + "/approve", "{\"reason\":\"meant\"}", Role.OPERATOR},
            {"POST", "/holds/" + hold + "/reject", "{\"reason\":\"not meant\"}", Role.OPERATOR},
        };
        for (Object[] endpoint : endpoints) {
            String what = endpoint[0] + " " + endpoint[1];
            assertThat(client.json((String) endpoint[0], "/api/v1" + endpoint[1], null, (String) endpoint[2])
                            .statusCode())
                    .as(what + " without a token")
                    .isEqualTo(401);
            for (Role role : Role.values()) {
                int status = client.json(
                                (String) endpoint[0], "/api/v1" + endpoint[1], tokens.get(role), (String) endpoint[2])
                        .statusCode();
                if (role.includes((Role) endpoint[3])) {
                    assertThat(status).as(what + " as " + role).isIn(200, 201, 202, 204, 409);
                } else {
                    assertThat(status).as(what + " as " + role).isEqualTo(403);
                }
            }
        }
        long hostKey = server.rows().hold("web1", "HOST_KEY_CHANGED", "another key");
        assertThat(client.json(
                                "POST",
                                "/api/v1/holds/" + hostKey + "/approve",
                                tokens.get(Role.OPERATOR),
                                "{\"reason\":\"x\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(client.json(
                                "POST",
                                "/api/v1/holds/" + hostKey + "/approve",
                                tokens.get(Role.ADMIN),
                                "{\"reason\":\"x\"}")
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void theOneTimePasswordLeadsToALastingOneAndDies() {
        server.jdbc().sql("DELETE FROM account WHERE name <> 'local'").update();
        String once = server.firstStart().begin().orElseThrow();
        assertThat(server.firstStart().isOver()).isFalse();
        WebServer.Browser first = server.browser();
        assertThat(first.signIn("admin", once).statusCode()).isEqualTo(302);
        assertThat(first.get("/runs").headers().firstValue("Location").orElse(""))
                .endsWith("/account/password");
        assertThat(server.browser()
                        .signIn("admin", once)
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .contains("wrong");
        assertThat(first.post("/account/password", "/account/password", Map.of("chosen", "short", "repeated", "short"))
                        .body())
                .contains("at least 12 characters");
        assertThat(first.post(
                                "/account/password",
                                "/account/password",
                                Map.of("chosen", WebServer.PASSWORD, "repeated", WebServer.PASSWORD))
                        .statusCode())
                .isEqualTo(302);
        assertThat(first.get("/").statusCode()).isEqualTo(200);
        assertThat(server.firstStart().isOver()).isTrue();
        assertThat(server.firstStart().begin()).isEmpty();
        assertThat(server.browser()
                        .signIn("admin", WebServer.PASSWORD)
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .endsWith("/");
    }

    @Test
    void aOneTimePasswordDiesUnusedAfterADay() {
        server.jdbc().sql("DELETE FROM account WHERE name <> 'local'").update();
        String once = server.firstStart().begin().orElseThrow();
        server.jdbc()
                .sql("UPDATE account SET expires_at = expires_at - interval '24 hours' WHERE one_time")
                .update();
        assertThat(server.browser()
                        .signIn("admin", once)
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .contains("wrong");
    }

    private JsonNode get(String path) {
        HttpResponse<String> response = client.json("GET", path, token, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static void assertProblem(HttpResponse<String> response, int status, String detail) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.at("/title").asString()).isNotEmpty();
        assertThat(problem.at("/detail").asString()).contains(detail);
    }
}
