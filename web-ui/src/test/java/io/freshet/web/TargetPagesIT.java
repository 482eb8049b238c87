package io.freshet.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.web.account.Role;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages of a target, of what failed, of checkpoints and of a source: content, roles, and names that are data. */
class TargetPagesIT {
    private static final String NASTY = "x/<script>alert(1)</script>\u202e\n'\"&{b}\\xff.txt";

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    private static WebServer server;
    private static WebServer.Browser anna;
    private static WebServer.Browser ben;
    private static long hold;

    @BeforeAll
    static void start() {
        server = WebServer.start(database);
        server.account("anna", Role.OPERATOR);
        server.account("ben", Role.VIEWER);
        server.rows().source("content", "/mnt/sync").target("content", "web1").target("content", "idle");
        for (int run = 1; run <= 120; run++) {
            server.rows().run("web1", run, "COMPLETED", 3, 0, Duration.ofMinutes(200L - run));
        }
        server.rows().run("web1", 121, "COMPLETED_WITH_FAILURES", 12, 2, Duration.ofMinutes(2));
        server.rows().run("web1", 122, "RUNNING", 5, 0, Duration.ofSeconds(9));
        for (int i = 100; i < 250; i++) {
            server.rows().item("web1", "many/" + i, "PATH", i, Duration.ofSeconds(300 - i));
        }
        server.rows().item("web1", NASTY, "TREE", 10, Duration.ofMinutes(30));
        server.rows().item("web1", "x/denied", "PATH", 11, Duration.ofMinutes(25));
        server.rows().failed("web1", "x/denied", 6, "PERMISSION_DENIED", "cannot write <i>x</i>: denied");
        server.rows().item("web1", "x/reset", "PATH", 12, Duration.ofMinutes(20));
        server.rows().failed("web1", "x/reset", 1, "CONNECTION_LOST", "reset");
        server.rows().sql("UPDATE work_item SET failed_run = 121 WHERE attempts > 0");
        hold = server.rows().hold("web1", "DRIFT", "1 path was changed there", NASTY);
        server.rows().sql("UPDATE hold_path SET found = 'a file of 7 B'");
        server.rows().sql("""
                UPDATE target_state SET capabilities = '{HARD_LINK,CHECKSUM}', capabilities_at = now() FROM target
                WHERE target.target_id = target_state.target_id AND name = 'web1'
                """);
        server.rows().change("content", NASTY, "PATH", null);
        server.rows().plan("web1");
        server.rows().sql("""
                INSERT INTO rescan (source_id, path, reason, since_seq, entries, changes, unreadable, detail)
                SELECT source_id, 'sub/<em>', 'REQUEST', 1, 4711, 3, 1, 'EACCES at <em>' FROM source
                """);
        anna = server.browser();
        anna.signIn("anna", WebServer.PASSWORD);
        ben = server.browser();
        ben.signIn("ben", WebServer.PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/targets/web1",
                "/targets/web1/queue",
                "/targets/web1/queue?under=%2Fmnt%2Fsync%2Fx&kind=tree&lane=express",
                "/targets/web1/failed",
                "/targets/web1/runs",
                "/targets/web1/drift",
                "/targets/web1/policy",
                "/targets/web1/capabilities",
                "/targets/idle",
                "/targets/idle/queue",
                "/targets/idle/failed",
                "/targets/idle/runs",
                "/targets/idle/drift",
                "/targets/idle/capabilities",
                "/fragments/targets/web1",
                "/fragments/targets/web1/head?tab=queue",
                "/failed",
                "/failed?state=all&reason=permission_denied",
                "/sources/content",
                "/fragments/sources/content",
                "/checkpoints"
            })
    void everyPageIsShownToWhoeverMayLookAndNamesAreText(String page) {
        for (WebServer.Browser browser : new WebServer.Browser[] {anna, ben}) {
            HttpResponse<String> response = browser.get(page);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(response.body())
                    .doesNotContain("<script>")
                    .doesNotContain("<em>")
                    .doesNotContain("<i>x")
                    .doesNotContain(" style=")
                    .doesNotContain("null");
        }
    }

    @Test
    void aTargetSaysWhatItDoesAndWhatItOwes() {
        String now = body(anna, "/targets/web1");
        assertThat(now)
                .contains("/targets/web1/runs/122", "1 path was changed there", "/holds/" + hold)
                .contains("Express: small, fresh changes", "Its turn", "&lt;script&gt;", "U+202E", "\\x0A", "\\xff")
                .contains("Queue <span class=\"muted\">153</span>", "Drift <span class=\"muted\">1</span>")
                .contains("Pause web1", "Verify web1", "Send to web1")
                .doesNotContain("id=\"charts\"");
        assertThat(body(ben, "/targets/web1"))
                .contains("You can look.")
                .doesNotContain("Pause web1")
                .doesNotContain("Verify web1")
                .doesNotContain("Send to web1");
        assertThat(body(anna, "/targets/idle")).contains("Nothing waits here.");
        assertThat(body(anna, "/targets/idle/capabilities")).contains("idle was never reached");
        assertThat(body(anna, "/targets/web1/capabilities"))
                .contains("names of one file are linked", "a large file that changed is sent whole");
        assertThat(body(anna, "/targets/web1/drift")).contains("a file of 7 B", "Review hold");
        server.rows().sql("UPDATE target SET policy = 'mornings' WHERE name = 'web1'");
        assertThat(body(anna, "/targets/web1/policy")).contains("Next firings, Europe/Berlin", "0 3 * * *");
        server.rows().sql("UPDATE target SET policy = 'continuous' WHERE name = 'web1'");
    }

    @Test
    void theQueueIsPagedByKeyAndFiltered() {
        String first = body(anna, "/targets/web1/queue");
        assertThat(first.indexOf("&lt;script&gt;")).isLessThan(first.indexOf("many/"));
        assertThat(first)
                .contains("Held", "permission denied, at: write; failed 6 times", ">100<")
                .doesNotContain(">249<");
        assertThat(body(anna, next(first, "Newer ›"))).contains(">249<").doesNotContain(">100<");
        assertThat(body(anna, "/targets/web1/queue?under=many&kind=path"))
                .contains("many/")
                .doesNotContain("denied");
        assertThat(body(anna, "/targets/web1/queue?lane=bulk")).contains("Nothing that waits matches", "Clear filters");
    }

    @Test
    void theRunsAreDrawnAndListed() {
        String page = body(anna, "/targets/web1/runs");
        assertThat(page.split("<rect").length - 1).isGreaterThanOrEqualTo(100);
        assertThat(page)
                .contains("Last 100 runs: half took 1 s or more", ">122<", ">73<")
                .doesNotContain(">72<");
        assertThat(body(anna, next(page, "Older ›"))).contains(">72<").doesNotContain(">73<");
    }

    @Test
    void whatFailedIsToldByCauseAndTriedAgainByWhoMay() {
        String overAll = body(anna, "/failed");
        assertThat(overAll)
                .contains("permission denied", "cannot write &lt;i&gt;x&lt;/i&gt;: denied", "Try now")
                .contains("Failed <span class=\"chip\" data-tone=\"err\">1</span>")
                .doesNotContain("connection lost");
        assertThat(body(ben, "/failed")).contains("permission denied").doesNotContain("Try now<");
        assertThat(body(anna, "/failed?state=retried"))
                .contains("connection lost")
                .doesNotContain("permission denied");
        assertThat(body(anna, "/failed?target=idle")).contains("No failed path matches");
        assertThat(body(anna, "/targets/web1/failed?reason=connection-lost"))
                .contains("x/reset".substring(2), "Rerun what failed in run 121 (2)")
                .doesNotContain("denied</bdi>");
        HttpResponse<String> tried = anna.post(
                "/send", "/failed", Map.of("path", "x/denied", "target", "web1", "back", "/failed?state=all"));
        assertThat(tried.headers().firstValue("Location").orElse("")).endsWith("/failed?state=all");
        HttpResponse<String> rerun = anna.post(
                "/targets/web1/runs/121/rerun", "/targets/web1/failed", Map.of("back", "/targets/web1/failed"));
        assertThat(rerun.headers().firstValue("Location").orElse("")).endsWith("/targets/web1/failed");
        assertThat(server.jdbc()
                        .sql("SELECT path FROM expedite")
                        .query(String.class)
                        .list())
                .containsExactly("x/denied");
    }

    @Test
    void aSourceTellsHowItIsWatchedAndIsRescannedByWhoMay() {
        String page = body(anna, "/sources/content");
        assertThat(page)
                .contains("Watching by fanotify", "Last change seen", "&lt;script&gt;")
                .contains("sub/", "4 711", "EACCES at &lt;em&gt;", "Waits")
                .contains("The rules are known where the source is seen", "Rescan content", "Pause web1");
        assertThat(body(ben, "/sources/content"))
                .doesNotContain("Rescan content")
                .doesNotContain("Pause web1");
        HttpResponse<String> asked = anna.post(
                "/sources/content/rescan",
                "/sources/content",
                Map.of("path", "x", "reason", "restored", "back", "/sources/content"));
        assertThat(asked.headers().firstValue("Location").orElse("")).endsWith("/sources/content");
        assertThat(body(anna, "/sources/content")).contains("x is compared again, and idle, web1 with it.");
        assertThat(server.jdbc()
                        .sql("SELECT path || ' ' || requested_by FROM rescan_request")
                        .query(String.class)
                        .list())
                .contains("x anna");
        assertThat(ben.post("/sources/content/rescan", "/sources/content", Map.of())
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aCheckpointIsMadeOnAPageAndItsEvidenceDownloaded() {
        assertThat(body(ben, "/checkpoints"))
                .contains("needs the requester role")
                .doesNotContain("Create checkpoint<");
        HttpResponse<String> wrong = anna.post("/checkpoints", "/checkpoints", Map.of("label", "a/b", "path", "p"));
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("This is no label", "value=\"a/b\"", "value=\"p\"");
        server.jdbc().sql("""
                CREATE FUNCTION answer() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.seq := (SELECT head FROM freshet.source WHERE source_id = NEW.source_id); RETURN NEW; END $$
                """).update();
        server.jdbc()
                .sql("CREATE TRIGGER answer BEFORE INSERT ON barrier FOR EACH ROW EXECUTE FUNCTION answer()")
                .update();
        HttpResponse<String> made =
                anna.post("/checkpoints", "/checkpoints", Map.of("label", "release 7", "reason", "<em>shop"));
        String location = made.headers().firstValue("Location").orElse("");
        assertThat(location).as(made.body()).endsWith("/checkpoints/release%207?source=content");
        String page = body(anna, "/checkpoints/release%207?source=content");
        assertThat(page)
                .contains("The checkpoint release 7 marks everything seen up to this moment.")
                .contains("is complete on 0 of 2 targets", "&lt;em&gt;shop", "Held: needs you")
                .doesNotContain("<em>");
        assertThat(body(anna, "/fragments/checkpoints/release%207")).contains("Waiting");
        assertThat(body(anna, "/checkpoints")).contains("release 7", "0 of 2 targets");
        HttpResponse<String> evidence = ben.get("/checkpoints/release%207/evidence");
        assertThat(evidence.headers().firstValue("Content-Disposition").orElse(""))
                .contains("checkpoint-release_7.json");
        assertThat(evidence.body()).contains("\"signature\"", "\"label\":\"release 7\"");
        assertThat(anna.get("/checkpoints/release%208").statusCode()).isEqualTo(404);
        assertThat(ben.post("/checkpoints", "/checkpoints", Map.of("label", "x"))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void whatNobodyKnowsIsRefusedWithWhatWasPerhapsMeant() {
        assertRefused("/targets/web1/queue?lnae=bulk", 400, "There is no filter lnae", "Did you mean lane?");
        assertRefused("/targets/web1/queue?lane=blk", 400, "There is no lane blk", "Did you mean bulk?");
        assertRefused(
                "/targets/web1/queue?kind=anything", 400, "There is no kind anything", "There are: path, dir, tree.");
        assertRefused("/targets/web1/queue?under=a%2F..", 400, "This is no path", "..");
        assertRefused("/targets/web1/queue?after=x", 400, "There is no such page", "follow a link");
        assertRefused("/targets/web1/runs?after=x", 400, "There is no such page", "x");
        assertRefused("/failed?reason=permission", 400, "There is no reason permission", "permission_denied");
        assertRefused("/failed?state=anything", 400, "There is no state anything", "needs-you");
        assertRefused("/failed?target=wbe1", 404, "There is no target wbe1", "Did you mean web1?");
        assertRefused("/targets/wbe1/queue", 404, "There is no target wbe1", "Did you mean web1?");
        assertRefused("/sources/contnet", 404, "There is no source contnet", "Did you mean content?");
        assertRefused("/runs?stat=x", 400, "There is no filter stat", "target");
        assertRefused("/checkpoints?source=x", 404, "There is no source x", "content");
    }

    @Test
    void thePagesLeadToOneAnother() {
        assertThat(body(anna, "/"))
                .contains(
                        "\"/targets/web1\"",
                        "\"/sources/content\"",
                        "\"/targets/web1/queue\"",
                        "\"/targets/web1/failed\"");
        assertThat(body(anna, "/runs?target=web1")).contains("\"/targets/web1\"");
        assertThat(body(anna, "/targets/web1/runs/121")).contains("\"/targets/web1/runs\"");
        assertThat(body(anna, "/where?path=" + URLEncoder.encode("x/denied", StandardCharsets.UTF_8)))
                .contains("\"/targets/web1\"");
    }

    private static void assertRefused(String page, int status, String... words) {
        HttpResponse<String> response = anna.get(page);
        assertThat(response.statusCode()).as(page).isEqualTo(status);
        assertThat(response.body()).as(page).contains(words);
    }

    private static String next(String page, String words) {
        Matcher link = Pattern.compile("href=\"([^\"]+)\">" + words).matcher(page);
        assertThat(link.find()).as(words).isTrue();
        return link.group(1).replace("&amp;", "&");
    }

    private static String body(WebServer.Browser browser, String page) {
        HttpResponse<String> response = browser.get(page);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body().replace('\u00a0', ' ');
    }
}
