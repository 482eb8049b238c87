package io.freshet.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.web.account.Role;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every page with real rows, and the doors to them. */
class PagesIT {
    private static final String NASTY = "x/<script>alert(1)</script>\u202e\n'\"&{b}.txt";

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    private static WebServer server;
    private static WebServer.Browser anna;
    private static long hold;

    @BeforeAll
    static void start() {
        server = WebServer.start(database);
        server.account("anna", Role.ADMIN);
        server.rows().source("content", "/mnt/sync").target("content", "web1").target("content", "web2");
        server.rows().run("web1", 1, "COMPLETED_WITH_FAILURES", 12, 1, Duration.ofMinutes(2));
        server.rows().run("web1", 2, "RUNNING", 5, 0, Duration.ofSeconds(9));
        server.rows().delivered("web1", NASTY, "f", 1);
        server.rows().delivery("web1", 1, "p/failed", "FAILED", "PERMISSION_DENIED");
        server.rows().item("web2", NASTY, "PATH", 10, Duration.ofSeconds(5));
        hold = server.rows().hold("web2", "DELETIONS_OVER_LIMIT", "3 deletions, above the limit of 2", NASTY, "b", "c");
        anna = server.browser();
        anna.signIn("anna", WebServer.PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/where",
                "/where?path=p",
                "/where?path=%2Fmnt%2Fsync",
                "/where?path=a%2F..",
                "/runs",
                "/runs?target=web1",
                "/targets/web1/runs/1",
                "/targets/web1/runs/2",
                "/targets/web1/runs/1?outcome=FAILED",
                "/system",
                "/accounts",
                "/accounts/anna",
                "/account",
                "/audit",
                "/fragments/system",
                "/holds",
                "/holds?state=decided",
                "/policies",
                "/policies/mornings",
                "/policy-form",
                "/targets/web1/verifications",
                "/fragments/overview",
                "/fragments/holds?state=open",
                "/fragments/runs?target=",
                "/fragments/targets/web1/runs/2",
                "/fragments/where?path=p",
                "/login"
            })
    void everyPageIsShown(String page) {
        HttpResponse<String> response = anna.get(page);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(response.body())
                .doesNotContain("<script>")
                .doesNotContain(" style=")
                .doesNotContain("<style")
                .doesNotContain(" onclick");
    }

    @Test
    void namesAreTextEverywhere() {
        for (String page : new String[] {"/targets/web1/runs/1", "/holds/" + hold}) {
            String body = anna.get(page).body();
            assertThat(body)
                    .contains("&lt;script&gt;")
                    .contains("U+202E")
                    .contains("\\x0A")
                    .doesNotContain("<script>alert");
        }
    }

    @Test
    void theFirstPageSaysWhatNeedsAPerson() {
        assertThat(anna.get("/").body())
                .contains("0 of 2 targets are up to date, 1 is catching up, 1 needs you")
                .contains("3 deletions, above the limit of 2")
                .contains("/holds/" + hold);
    }

    @Test
    void theSystemPageSaysHowEachSourceIsWatchedAndWhatEscapes() {
        server.rows().source("odd", "/mnt/odd");
        server.rows().sql("""
                UPDATE watcher_status SET tier = 'INOTIFY', tier_reason = 'fanotify refused: EPERM', limits = '7 watches used of 8',
                    detail = 'the journal is away', overflows = 2, rescanning = true, waiting_paths = 3, waiting_bytes = 700
                FROM source WHERE source.source_id = watcher_status.source_id AND name = 'odd'
                """);
        server.rows().sql("""
                INSERT INTO unwatched_subtree (source_id, path, reason)
                SELECT source_id, 'private/' || chr(8238) || '<em>', 'EACCES' FROM source WHERE name = 'odd'
                """);
        String body = anna.get("/system").body();
        assertThat(body.replace('\u00a0', ' '))
                .contains("Watching by fanotify", "fanotify: the kernel offers it", "4 711")
                .contains("Watching by inotify", "inotify: fanotify refused: EPERM", "7 watches used of 8")
                .contains("the journal is away", "3 paths, 700 B", "under way", "observed as of", "1 subtree")
                .contains("EACCES", "U+202E", "&lt;em&gt;")
                .doesNotContain("<em>");
        assertThat(anna.get("/").body()).contains("href=\"/system\"").contains("Watching by fanotify");
        server.rows().sql("DELETE FROM source WHERE name = 'odd'");
    }

    @Test
    void aTargetsVerificationsAndWhatIsExtraAreShown() {
        server.rows().sql("""
                INSERT INTO verification (target_id, path, deep, reason, requested_by, begun_at, finished_at, entries, verified,
                    differing)
                SELECT target_id, 'sub/' || chr(8238), true, 'REQUEST', 'otto', now(), now(), 4711, 4000, 2 FROM target
                WHERE name = 'web2'
                """);
        server.rows().sql("""
                INSERT INTO extra (target_id, path, type, size, mtime_nanos, verification_id, refusal)
                SELECT target_id, 'old/<em>' || n, 'f', 700, 0, 1, 'it has changed' FROM target, generate_series(100, 249) n
                WHERE name = 'web2'
                """);
        String body = anna.get("/targets/web2/verifications").body().replace('\u00a0', ' ');
        assertThat(body)
                .contains("4 711", "4 000", "Hash by hash", "Differed, was put right", "Asked for by otto", "U+202E")
                .contains("150 extra on web2", "old/&lt;em&gt;100", "old/&lt;em&gt;199", "700 B", "it has changed")
                .doesNotContain("<em>")
                .doesNotContain("&gt;200");
        assertThat(anna.get("/targets/web2/verifications?after=old/%3Cem%3E199").body())
                .contains("&gt;200", "&gt;249")
                .doesNotContain("&gt;199");
        assertThat(anna.get("/runs?target=web2").body()).contains("/targets/web2/verifications");
        server.rows().sql("DELETE FROM extra");
        server.rows().sql("DELETE FROM verification");
    }

    @Test
    void whatIsSentIsShownOnTheFirstPageAndOnThatOfTheRunWithItsLimit() {
        server.rows().sql("""
                INSERT INTO lane_progress (target_id, lane, run_number, bytes, files, bytes_per_second, files_per_second, paths,
                    sizes, done, rates, moved_at)
                SELECT target_id, 'BULK', 2, 7000000, 5, 2000000, 1.5, '{big/film.mkv}', '{9000000}', '{3000000}', '{1000000}', now()
                FROM target WHERE name = 'web1'
                """);
        for (String page : new String[] {"/", "/targets/web1/runs/2", "/fragments/targets/web1/runs/2"}) {
            assertThat(anna.get(page).body().replace('\u00a0', ' '))
                    .as(page)
                    .contains("bulk: 2.00 MB/s, 1.5 files/s", "film.mkv", "3.00 MB of 9.00 MB, 1.00 MB/s, 6 s left")
                    .contains("max=\"9000000\"", "value=\"3000000\"");
        }
        server.rows().sql("UPDATE lane_progress SET moved_at = now() - interval '1 minute'");
        assertThat(anna.get("/").body().replace('\u00a0', ' '))
                .contains("bulk: nothing moves since ", "3.00 MB of 9.00 MB, does not move");
        server.rows().sql("DELETE FROM lane_progress");

        anna.post("/targets/web1/bandwidth", "/", Map.of("limit", "3MB/s", "reason", ""));
        assertThat(anna.get("/").body().replace('\u00a0', ' '))
                .contains("Bandwidth: at most 3.00 MB/s, set by anna")
                .doesNotContain("film.mkv");
        anna.post("/targets/web1/bandwidth", "/", Map.of("limit", ""));
        assertThat(anna.get("/").body()).doesNotContain("Bandwidth: ");
    }

    @Test
    void whoIsNotSignedInIsLedToTheDoorAndBack() {
        WebServer.Browser stranger = server.browser();
        assertThat(location(stranger.get("/runs?target=web1"))).endsWith("/login?next=%2Fruns%3Ftarget%3Dweb1");
        assertThat(stranger.get("/fragments/overview").statusCode()).isEqualTo(401);
        assertThat(stranger.get("/events?topic=overview").statusCode()).isEqualTo(401);
        HttpResponse<String> in = stranger.post(
                "/login", "/login", Map.of("username", "anna", "password", WebServer.PASSWORD, "next", "/runs"));
        assertThat(location(in)).endsWith("/runs");
        assertThat(in.headers().firstValue("Set-Cookie").orElse(""))
                .contains("HttpOnly")
                .contains("SameSite=Lax");
        assertThat(location(server.browser()
                        .post(
                                "/login",
                                "/login",
                                Map.of("username", "anna", "password", WebServer.PASSWORD, "next", "//evil.example"))))
                .endsWith("/");
    }

    @Test
    void theSessionGetsANewNumberAtSignIn() {
        WebServer.Browser browser = server.browser();
        String before = browser.get("/login").headers().firstValue("Set-Cookie").orElse("");
        String after = browser.signIn("anna", WebServer.PASSWORD)
                .headers()
                .firstValue("Set-Cookie")
                .orElse("");
        assertThat(before).startsWith("freshet=");
        assertThat(after).startsWith("freshet=");
        assertThat(cookie(after)).isNotEqualTo(cookie(before));
    }

    @Test
    void guessingIsSlowedDown() {
        server.account("victim", Role.VIEWER);
        WebServer.Browser guesser = server.browser();
        for (int i = 0; i < 5; i++) {
            assertThat(location(guesser.signIn("victim", "guess"))).contains("/login?wrong");
        }
        assertThat(location(guesser.signIn("victim", WebServer.PASSWORD))).contains("/login?pause");
    }

    @Test
    void aFormWithoutItsTokenIsRefused() {
        assertThat(anna.post("/targets/web1/pause", null, Map.of("reason", "x")).statusCode())
                .isEqualTo(403);
    }

    @Test
    void aHoldThatGrewIsNotDecidedByALookAtLess() {
        long growing = server.rows().hold("web1", "DRIFT", "1 path changed there", "d1");
        String version = server.jdbc()
                .sql("SELECT count(*) || '-' || max(seq) FROM hold_path WHERE hold_id = " + growing)
                .query(String.class)
                .single();
        server.rows().addToHold(growing, "d2");
        HttpResponse<String> refused = anna.post(
                "/holds/" + growing + "/approve",
                "/holds/" + growing,
                Map.of("version", version, "reason", "I saw one path"));
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("changed while you looked");
        HttpResponse<String> approved = anna.post(
                "/holds/" + growing + "/approve",
                "/holds/" + growing,
                Map.of("version", version.replaceFirst("1", "2"), "reason", "I saw both"));
        assertThat(location(approved)).endsWith("/holds");
        assertThat(server.jdbc()
                        .sql("SELECT state || ' ' || decided_by || ' ' || decision_reason FROM hold WHERE hold_id = "
                                + growing)
                        .query(String.class)
                        .single())
                .isEqualTo("APPROVED anna I saw both");
        assertThat(server.jdbc()
                        .sql(
                                "SELECT actor || ' ' || origin || ' ' || object || ' ' || reason FROM audit WHERE action = 'approve'")
                        .query(String.class)
                        .single())
                .isEqualTo("anna 127.0.0.1 web1 hold " + growing + " I saw both");
        assertThat(anna.post(
                                "/holds/" + growing + "/reject",
                                "/holds",
                                Map.of("version", version, "reason", "too late"))
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void aPolicyIsMadeChangedAndDeletedByForms() {
        Map<String, String> form = new HashMap<>();
        form.put("name", "drawn");
        form.put("windows[0].days", "mon-fri");
        form.put("windows[0].from", "fault");
        HttpResponse<String> wrong = anna.post("/policy-form", "/policy-form", form);
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("windows[0].from: ", "is no time", "value=\"fault\"", "value=\"drawn\"");

        HttpResponse<String> made =
                anna.post("/policy-form", "/policy-form", Map.of("name", "drawn", "cron", "0 4 * * *"));
        assertThat(location(made)).endsWith("/policies/drawn");
        assertThat(anna.get("/policies/drawn").body()).contains("version 1 now", "0 4 * * *", "anna");
        assertThat(anna.get("/policy-form?name=drawn").body()).contains("value=\"0 4 * * *\"");
        assertThat(anna.get("/policies").body()).contains(">here<");
        assertThat(location(anna.post("/policies/drawn/delete", "/policies/drawn", Map.of())))
                .endsWith("/policies");
        assertThat(anna.post("/policies/mornings/delete", "/policies", Map.of()).statusCode())
                .isEqualTo(409);
    }

    @Test
    void fourEyesTakeASecondPersonThatSawTheSame() {
        server.rows().target("content", "guarded");
        server.rows().sql("UPDATE target SET policy = 'guarded' WHERE name = 'guarded'");
        server.rows()
                .sql(
                        "INSERT INTO policy_version (name, version, definition) VALUES ('guarded', 1, '{\"four-eyes\":\"true\"}')");
        long hold = server.rows().hold("guarded", "DELETIONS_OVER_LIMIT", "1 deletion", "f1");
        String page = "/holds/" + hold;
        String token = server.token(Role.OPERATOR);
        assertThat(anna.get(page).body()).contains("Approving takes two persons.");

        String approve = "/api/v1/holds/" + hold + "/approve";
        HttpResponse<String> first = anna.json("POST", approve, token, "{\"reason\":\"meant\"}");
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.body()).contains("\"waitsForSecond\":true");
        HttpResponse<String> again = anna.json("POST", approve, token, "{\"reason\":\"meant\"}");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("somebody else has to approve it, too");
        assertThat(anna.get("/holds").body()).contains("Approved by token-operator", "waits for a second person");
        assertThat(anna.json("GET", "/api/v1/holds", token, "").body()).contains("\"by\":\"token-operator\"");

        server.rows().addToHold(hold, "f2");
        assertThat(anna.get(page).body()).contains("counts no more: the hold has grown since");
        Map<String, String> form = Map.of("version", "2-9000000000000000000", "reason", "saw both");
        anna.post(page + "/approve", page, form);
        assertThat(anna.get("/holds").body())
                .contains("has grown since the first approval, which counts no more. Hold " + hold);
        assertThat(anna.json("POST", approve, token, "{\"reason\":\"both\"}").statusCode())
                .isEqualTo(204);
        assertThat(server.jdbc()
                        .sql("SELECT action || ' ' || actor FROM audit WHERE object = 'guarded hold " + hold
                                + "' ORDER BY audit_id")
                        .query(String.class)
                        .list())
                .containsExactly("approve-first token-operator", "approve-first anna", "approve token-operator");
        assertThat(server.jdbc()
                        .sql("SELECT expires_at - decided_at = interval '24 hours' FROM hold WHERE hold_id = " + hold)
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void aButtonLeadsBackWithALineThatSaysWhatWasDone() {
        HttpResponse<String> sent =
                anna.post("/send", "/where?path=p", Map.of("path", "p", "target", "web1", "back", "/where?path=p"));
        assertThat(location(sent)).endsWith("/where?path=p");
        assertThat(anna.get("/where?path=p").body()).contains("p goes first on web1 for 2 h 00 min.");
        assertThat(server.jdbc()
                        .sql("SELECT path || ' ' || requested_by FROM expedite")
                        .query(String.class)
                        .list())
                .contains("p anna");
    }

    @Test
    void errorsSayWhatToDoNext() {
        assertThat(anna.get("/runs?target=wbe1").statusCode()).isEqualTo(404);
        assertThat(anna.get("/runs?target=wbe1").body()).contains("Did you mean web1?");
        assertThat(anna.get("/nowhere").statusCode()).isEqualTo(404);
        assertThat(anna.get("/nowhere").body()).contains("There is nothing here");
        assertThat(anna.get("/targets/web1/runs/99").body()).contains("There is no run 99 of web1");
        server.account("ben", Role.VIEWER);
        WebServer.Browser ben = server.browser();
        ben.signIn("ben", WebServer.PASSWORD);
        HttpResponse<String> refused = ben.post("/targets/web1/pause", "/", Map.of());
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("Pausing a target needs the operator role");
    }

    @Test
    void whatIsNotKeptAnyMoreIsToldFromWhatNeverWas() {
        server.rows().run("web1", 50, "COMPLETED", 7, 0, Duration.ofDays(500));
        server.rows().sql("UPDATE target_state SET last_run = 60");
        server.rows()
                .sql(
                        "UPDATE retention SET deliveries_since = now() - interval '390 days',"
                                + " ended_at = now(), begun_at = now(), done = 'months of deliveries: 2', failure = 'put off: changes in x'");
        server.rows().sql("UPDATE retention SET runs_since = deliveries_since");

        assertThat(anna.get("/targets/web1/runs/50").body())
                .contains("What this run did to paths before ")
                .contains("Its paths are not kept any more; its counters are.");
        assertThat(anna.get("/targets/web1/runs/1").body()).doesNotContain("kept any more");
        String report = anna.get("/targets/web1/runs/50/report?format=csv").body();
        assertThat(report).contains("transferred 7", "; paths from before 20", " are not kept any more");
        server.rows().sql("UPDATE run SET unlisted = 6 WHERE run_number = 50");
        assertThat(anna.get("/targets/web1/runs/50").body())
                .contains("6 of what arrived is counted and not listed", "Its paths are counted and not listed.");
        assertThat(anna.get("/targets/web1/runs/50/report?format=csv").body())
                .contains("; 6 more are counted and not listed: the database was short of space");
        assertThat(anna.get("/targets/web1/runs/51").body()).contains("Run 51 of web1 is not kept any more");
        assertThat(anna.get("/targets/web1/runs/61").body()).contains("There is no run 61 of web1");
        assertThat(anna.get("/system").body()).contains("months of deliveries: 2", "put off: changes in x");
    }

    @Test
    void aRoleThatIsTakenAwayIsGoneAtOnce() {
        server.account("carl", Role.OPERATOR);
        WebServer.Browser carl = server.browser();
        carl.signIn("carl", WebServer.PASSWORD);
        server.jdbc()
                .sql("UPDATE account SET role = 'VIEWER' WHERE name = 'carl'")
                .update();
        assertThat(carl.post("/targets/web1/pause", "/", Map.of()).statusCode()).isEqualTo(403);
        server.jdbc().sql("DELETE FROM account WHERE name = 'carl'").update();
        assertThat(carl.get("/").statusCode()).isEqualTo(401);
    }

    private static String cookie(String header) {
        return header.substring(0, header.indexOf(';'));
    }

    private static String location(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(302);
        return response.headers().firstValue("Location").orElseThrow();
    }
}
