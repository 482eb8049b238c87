package io.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandsTest {
    private static final String STATUS = """
            {"asOf":"2026-01-02T03:04:05Z","sources":[{"source":"content","rootPath":"/srv/content","head":7,
             "observedAt":"2026-01-02T03:04:00Z","watcher":{"node":"n","tier":"FANOTIFY","tierReason":"","state":"WATCHING",
               "detail":null,"events":3,"updatedAt":"2026-01-02T03:04:05Z"},
             "targets":[{"source":"content","target":"web1","condition":"UP_TO_DATE","reason":"As of\\u001b[2J now",
               "lagSeconds":0,"pending":0,"pendingIsExact":true,"unplanned":0,"failed":0,"held":0,"lastDeliveryAt":null},
               {"source":"content","target":"web2","condition":"WAITING","reason":"12 items about to start",
               "lagSeconds":90,"pending":12,"pendingIsExact":false,"unplanned":1,"failed":2,"held":3,
               "lastDeliveryAt":"2026-01-02T03:00:00Z"}]}]}
            """;

    private static final String RUN = """
            {"target":"web1","run":17,"lane":"EXPRESS","state":"COMPLETED_WITH_FAILURES","cause":"CHANGES",
             "startedAt":"2026-01-02T03:00:00Z","endedAt":"2026-01-02T03:00:02.500Z","transferred":4,"deleted":1,"held":0,
             "failed":2,"bytes":123456789,"error":null}
            """;

    private record Outcome(int status, String out, String err) {}

    @TempDir
    private Path directory;

    private FakeServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = new FakeServer(directory);
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private Outcome run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--config");
        all.add(server.configuration().toString());
        return runExactly(all.toArray(String[]::new));
    }

    private static Outcome runExactly(String... arguments) {
        CommandLine line = FreshetCommand.commandLine();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return new Outcome(line.execute(arguments), out.toString(), err.toString());
    }

    @Test
    void statusIsATableThatNoNameCanBreak() {
        server.answers("GET /status", 200, STATUS);

        Outcome outcome = run("status");

        assertThat(outcome.status).isZero();
        assertThat(outcome.out.lines())
                .satisfiesExactly(
                        headings -> assertThat(headings).startsWith("TARGET  STATE"),
                        web1 -> assertThat(web1)
                                .startsWith("web1    up to date  0.0 s")
                                .endsWith("As of\\u001b[2J now"),
                        web2 -> assertThat(web2)
                                .startsWith("web2    waiting     90 s")
                                .contains("about 13"),
                        source -> assertThat(source)
                                .startsWith("source content: /srv/content, watching by fanotify, observed as of"));
    }

    @Test
    void accountsAreListedMadeChangedAndRemoved() {
        server.answers("GET /accounts", 200, """
                [{"name":"rita","role":"REQUESTER","signsIn":true,"oneTimeUntil":null,"createdAt":"2026-01-02T03:04:05Z",
                  "lastLoginAt":null,"tokens":2,"grants":[{"source":"content","path":"p/acme"},{"source":"content","path":"q"}]}]
                """);
        assertThat(run("account", "list").out.lines())
                .satisfiesExactly(
                        headings ->
                                assertThat(headings).startsWith("ACCOUNT  ROLE       LAST SIGN-IN  TOKENS  FOLDERS"),
                        rita -> assertThat(rita).matches("rita +requester +- +2 +content:p/acme, content:q"));
        server.answers("POST /accounts", 201, """
                {"name":"rita","oneTimePassword":"s3cret","forSeconds":86400}
                """);
        assertThat(run("account", "add", "rita", "--role", "requester", "--grant", "content:p", "--grant", "content:q")
                        .out)
                .contains("one-time password of rita: s3cret")
                .contains("in 24 h");
        assertThat(server.requests())
                .last()
                .asString()
                .contains("\"name\":\"rita\"")
                .contains("\"grants\":[\"content:p\",\"content:q\"]");
        server.answers("PUT /accounts/rita", 204, "");
        assertThat(run("account", "set", "rita", "--role", "viewer").out).contains("rita is viewer");
        server.answers("POST /accounts/rita/password", 200, """
                {"name":"rita","oneTimePassword":"an0ther","forSeconds":86400}
                """);
        assertThat(run("account", "reset-password", "rita").out).contains("one-time password of rita: an0ther");
        server.answers("DELETE /accounts/rita", 204, "");
        assertThat(run("account", "remove", "rita").out).contains("the account rita is gone");
    }

    @Test
    void tokensAreListedMadeAndRevoked() {
        server.answers("GET /accounts/rita/tokens", 200, """
                [{"label":"ci","role":"VIEWER","createdAt":"2026-01-02T03:04:05Z","expiresAt":null,"lastUsedAt":null}]
                """);
        assertThat(run("token", "list", "rita").out).contains("ci     viewer");
        server.answers("POST /accounts/rita/tokens", 201, "{\"label\":\"ci\",\"token\":\"fsh_abc\"}");
        assertThat(run("token", "create", "rita", "ci", "--days", "30").out)
                .isEqualTo("fsh_abc" + System.lineSeparator());
        assertThat(server.requests()).last().asString().contains("\"days\":30").contains("\"role\":\"viewer\"");
        server.answers("DELETE /accounts/rita/tokens/deploy%20script", 204, "");
        assertThat(run("token", "revoke", "rita", "deploy script").out).contains("is gone");
    }

    @Test
    void policiesAreMadeFromAFileAndDeleted() throws IOException {
        Path file = Files.writeString(directory.resolve("p.yml"), "cron: 0 3 * * *");
        server.answers(
                "PUT /policies/nights",
                200,
                "{\"name\":\"nights\",\"version\":2,\"isNew\":false,\"changed\":true,\"targets\":[\"web1\"]}");
        assertThat(run("policy", "set", "nights", "--file", file.toString()).out.lines())
                .containsExactly("policy nights: changed, version 2", "targets: web1");
        server.answers("DELETE /policies/nights", 204, "");
        assertThat(run("policy", "delete", "nights").out).isEqualTo("policy nights is deleted\n");
        assertThat(server.requests())
                .containsExactly("PUT /policies/nights cron: 0 3 * * *", "DELETE /policies/nights");
        assertThat(run("policy", "set", "nights", "--file", "nowhere").err).contains("nowhere cannot be read");
    }

    @Test
    void theFirstOfTwoApprovalsIsNotCalledADecision() {
        String hold =
                "{\"hold\":7,\"target\":\"web1\",\"reason\":\"EXTRAS\",\"version\":\"1-1\",\"detail\":\"x\",\"fourEyes\":true";
        server.answers(
                "GET /holds",
                200,
                "[" + hold + ",\"firstApproval\":{\"by\":\"anna\",\"stands\":true}}," + hold
                        + ",\"firstApproval\":{\"by\":\"anna\",\"stands\":false}}]");
        assertThat(run("holds").out)
                .contains("x; approved by anna, waits for a second person")
                .contains("x; the approval by anna counts no more, as the hold has grown since");
        server.answers("POST /holds/7/approve", 202, "{\"hold\":7,\"waitsForSecond\":true,\"droppedFirst\":true}");
        assertThat(run("holds", "approve", "7", "--reason", "meant").out.lines())
                .containsExactly(
                        "hold 7: it has grown since the first approval, which counts no more",
                        "hold 7: approved by you; it stays open and waits for a second person");
    }

    @Test
    void policiesAreListedShownAndPreviewed() {
        server.answers("GET /policies", 200, """
                [{"name":"continuous","definedIn":"file","version":null,"schedule":"continuous","open":true,"nextAt":null,"targets":[]},
                 {"name":"nights","definedIn":"ui","version":3,"schedule":"windows","open":false,"nextAt":"2026-01-02T21:00:00Z","targets":["a","b"]}]
                """);
        assertThat(run("policy", "list").out.lines())
                .satisfiesExactly(
                        headings -> assertThat(headings)
                                .startsWith("POLICY      DEFINED IN  VERSION  SCHEDULE    NOW     NEXT"),
                        continuous -> assertThat(continuous)
                                .startsWith("continuous  file        -        continuous  open    -"),
                        nights -> assertThat(nights)
                                .matches("nights      ui          3        windows     closed  \\S.*2"));

        server.answers("GET /policies/nights", 200, """
                {"name":"nights","version":2,"since":"2026-01-02T03:04:05Z","current":false,
                 "definition":{"cron":"0 3 * * *","settle":"100ms"},"targets":["web1","web2"],"versions":[]}
                """);
        assertThat(run("policy", "show", "nights", "--at-version", "2").out.lines())
                .satisfiesExactly(
                        head -> assertThat(head)
                                .startsWith("policy nights, version 2 since ")
                                .endsWith("; not in force any more"),
                        targets -> assertThat(targets).isEqualTo("targets: web1, web2"),
                        cron -> assertThat(cron).isEqualTo("  cron: 0 3 * * *"),
                        settle -> assertThat(settle).isEqualTo("  settle: 100ms"));

        server.answers("GET /policies/nights/preview", 200, """
                {"name":"nights","timeZone":"Europe/Berlin","schedule":"cron","open":false,"closesAt":null,"sources":["content"],
                 "next":[{"at":"2026-03-29T03:00+02:00","closes":null,"clockChange":"the clocks are put forward"}],
                 "delays":[{"day":"2026-03-26","paths":212,"changes":1904,"sizesKnown":211,"bytes":1200000000,"longestSeconds":82800}]}
                """);
        assertThat(run("policy", "preview", "nights").out)
                .contains("policy nights (Europe/Berlin): delivers at its firings")
                .containsPattern("2026-03-29T03:00\\+02:00 +the clocks are put forward")
                .contains("what would have waited of the last 7 days:")
                .containsPattern("2026-03-26  212 +1904 +at least 1.2 GB +23 h");
    }

    @Test
    void statusTellsOnRequestHowEachSourceIsWatched() {
        server.answers("GET /status", 200, """
                {"sources":[{"source":"content","rootPath":"/srv/content","observedAt":"2026-01-02T03:04:00Z",
                 "watcher":{"tier":"INOTIFY","state":"WATCHING","detail":"private is scanned",
                  "facts":[{"name":"Tier","words":"inotify: fanotify refused"},{"name":"Overflows","words":"none"}],
                  "unwatched":[{"path":"private\\u001b","reason":"EACCES"},{"path":"","reason":"ENOSPC"}]},"targets":[]}]}
                """);

        assertThat(run("status").out).contains("; private is scanned").doesNotContain("EACCES");
        assertThat(run("status", "--verbose").out.lines())
                .endsWith(
                        "  Tier: inotify: fanotify refused",
                        "  Overflows: none",
                        "    private\\u001b: EACCES",
                        "    the whole source: ENOSPC");
    }

    @Test
    void statusOfOneTargetShowsItsRuns() {
        server.answers("GET /targets/web1", 200, "{\"target\":\"web1\",\"condition\":\"HELD\",\"runs\":[" + RUN + "]}");

        Outcome outcome = run("status", "web1");

        assertThat(outcome.out).contains("web1    held").contains("17   completed with failures  express");
    }

    @Test
    void statusAndWhereTellWhatIsExpectedWhen() {
        server.answers("GET /targets/web1", 200, """
                {"target":"web1","condition":"DELIVERING","runs":[],"eta":{"words":"expected within 9 s"},
                 "lanes":[{"lane":"BULK","words":"7 items waiting"}]}
                """);
        server.answers("GET /where", 200, """
                [{"source":"content","path":"a","targets":[{"target":"web1","state":"WAITING","sentence":"On its way.",
                  "deliveredAt":null,"arrived":{"words":"3 entries below it are there"},
                  "backlog":{"words":"2 items, behind 1 item"},"eta":{"words":"expected within 9 s"}}]}]
                """);

        assertThat(run("status", "web1").out)
                .contains("all that waits: expected within 9 s\n")
                .contains("bulk: 7 items waiting\n");
        assertThat(run("where", "a").out).endsWith("""
                          web1: 3 entries below it are there
                          web1: in the queue: 2 items, behind 1 item
                          web1: expected within 9 s
                        """);
    }

    @Test
    void jsonIsTheAnswerInAscii() {
        server.answers("GET /status", 200, "{\"sources\":[],\"x\":\"\u009bÜ\"}");

        Outcome outcome = run("status", "--json");

        assertThat(outcome.out).contains("\"\\u009B\\u00DC\"").doesNotContain("Ü");
    }

    @ParameterizedTest
    @CsvSource({
        "DELIVERED, null, 0",
        "WAITING, null, 1",
        "HELD, null, 1",
        "ABSENT, null, 1",
        "ABSENT, '\"2026-01-02T03:00:00Z\"', 0"
    })
    void whereTellsByItsStatusWhetherItHasArrived(String state, String deliveredAt, int status) {
        server.answers(
                "GET /where",
                200,
                "[{\"source\":\"content\",\"path\":\"a/b\",\"targets\":[{\"target\":\"web1\",\"state\":\"" + state
                        + "\",\"sentence\":\"So it is.\",\"deliveredAt\":" + deliveredAt + "}]}]");

        Outcome outcome = run("where", "a/b c");

        assertThat(outcome.status).isEqualTo(status);
        assertThat(outcome.out).startsWith("content: a/b\n").contains("So it is.");
        assertThat(server.requests()).containsExactly("GET /where?path=a%2Fb+c");
    }

    /** Rule 24: an answer from what was observed alone says so. */
    @ParameterizedTest
    @CsvSource({
        "true, 'observed as of 2026-01-02 03:00:00, looked at just now'",
        "false, 'observed as of 2026-01-02 03:00:00; the source itself could not be looked at'"
    })
    void whereTellsWhetherTheSourceWasLookedAt(boolean isSeen, String words) {
        String moment = LocalDateTime.of(2026, 1, 2, 3, 0)
                .atZone(ZoneId.systemDefault())
                .toInstant()
                .toString();
        server.answers(
                "GET /where",
                200,
                "[{\"source\":\"content\",\"path\":\"a\",\"observedAt\":\"" + moment + "\",\"sourceSeen\":" + isSeen
                        + ",\"targets\":[]}]");

        assertThat(run("where", "a").out).contains("  " + words + "\n");
    }

    @ParameterizedTest
    @CsvSource({"COMPLETE, 0", "HELD, 4", "FAILED, 4", "TIMED_OUT, 5", "NOT_OBSERVED, 1"})
    void waitTellsByItsStatusHowItEnded(String how, int status) {
        server.answers("POST /wait", 200, "{\"outcome\":\"" + how + "\",\"detail\":\"Because.\",\"targets\":[]}");

        Outcome outcome = run("wait", "--target", "web1", "--path", "a", "--timeout", "1500ms");

        assertThat(outcome.status).isEqualTo(status);
        assertThat(outcome.out).startsWith("Because.");
        assertThat(server.requests())
                .singleElement()
                .asString()
                .startsWith("POST /wait {")
                .contains("\"target\":\"web1\"", "\"path\":\"a\"", "\"timeoutSeconds\":2");
    }

    private static Stream<Arguments> actions() {
        return Stream.of(
                Arguments.of("send a/b --target web1", "POST /send", "\"path\":\"a/b\""),
                Arguments.of("rerun web1 17", "POST /targets/web1/runs/17/rerun", "{}"),
                Arguments.of("restart web1 17", "POST /targets/web1/runs/17/restart", "{}"),
                Arguments.of("stop web1 17", "POST /targets/web1/runs/17/stop", "{}"),
                Arguments.of("pause web1 --reason moving", "POST /targets/web1/pause", "\"reason\":\"moving\""),
                Arguments.of("rescan web1 --path a/b", "POST /targets/web1/rescan", "\"path\":\"a/b\""),
                Arguments.of("verify web1 --path a/b", "POST /targets/web1/verify", "\"path\":\"a/b\""),
                Arguments.of("verify web1 --deep", "POST /targets/web1/verify", "\"deep\":true"),
                Arguments.of("bandwidth web1 20MB/s", "PUT /targets/web1/bandwidth", "\"limit\":\"20MB/s\""),
                Arguments.of(
                        "bandwidth --source content unlimited --reason night",
                        "PUT /sources/content/bandwidth",
                        "\"reason\":\"night\""),
                Arguments.of("bandwidth web1 configured", "DELETE /targets/web1/bandwidth", ""),
                Arguments.of("bandwidth --source content configured", "DELETE /sources/content/bandwidth", ""),
                Arguments.of("resume web1", "POST /targets/web1/resume", "{}"),
                Arguments.of(
                        "holds approve 5 --reason right --version 2-9", "POST /holds/5/approve", "\"version\":\"2-9\""),
                Arguments.of(
                        "holds reject 5 --reason wrong --version 2-9", "POST /holds/5/reject", "\"reason\":\"wrong\""));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void actionIsAskedFor(String command, String request, String body) {
        server.answers(request, 202, "");

        Outcome outcome = run(command.split(" ", -1));

        assertThat(outcome.err).isEmpty();
        assertThat(outcome.status).isZero();
        assertThat(server.requests())
                .singleElement()
                .asString()
                .startsWith(request)
                .contains(body);
    }

    @Test
    void decisionCoversWhatIsListedAtThatMoment() {
        server.answers("GET /holds", 200, "[{\"hold\":4,\"version\":\"1-1\"},{\"hold\":5,\"version\":\"3-77\"}]");
        server.answers("POST /holds/5/approve", 204, "");

        Outcome outcome = run("holds", "approve", "5", "--reason", "right");

        assertThat(outcome.status).isZero();
        assertThat(server.requests()).last().asString().contains("\"version\":\"3-77\"");
    }

    @Test
    void decisionNeedsAReason() {
        assertThat(run("holds", "approve", "5").status).isEqualTo(ExitCode.USAGE.status());
    }

    @Test
    void runsAreListed() {
        server.answers("GET /runs", 200, "{\"items\":[" + RUN + "],\"next\":null}");

        Outcome outcome = run("runs", "web1", "--limit", "5");

        assertThat(outcome.out).contains("2.5 s").contains("123.5 MB");
        assertThat(server.requests())
                .singleElement()
                .asString()
                .contains("limit=5")
                .contains("target=web1");
    }

    @Test
    void runShowsWhatItCouldNotDo() {
        server.answers("GET /targets/web1/runs/17", 200, RUN);
        server.answers(
                "GET /targets/web1/runs/17/deliveries",
                200,
                "{\"items\":[{\"path\":\"a\\nb\",\"outcome\":\"FAILED\",\"deliveredAt\":\"2026-01-02T03:00:00Z\","
                        + "\"bytes\":0,\"reason\":\"no right to write\"}],\"next\":\"k\"}");

        Outcome outcome = run("run", "web1", "17");

        assertThat(outcome.out)
                .contains("4 transferred, 1 deleted, 2 failed")
                .contains("failed   a\\nb")
                .contains("no right to write")
                .contains("and more");
    }

    @Test
    void reportTellsTheTotalsAndWhatWasNotDone() {
        server.answers(
                "GET /targets/web1/runs/17",
                200,
                RUN.replace(
                        "\"error\":null",
                        "\"policy\":\"nightly\",\"policyVersion\":3,\"deliveriesSince\":\"2026-02-01T00:00:00Z\""));
        server.answers(
                "GET /targets/web1/runs/17/deliveries",
                200,
                "{\"items\":[{\"path\":\"a\\u001bb\",\"outcome\":\"FAILED\",\"reason\":\"no right\"}],\"next\":\"k\"}");

        Outcome outcome = run("report", "web1", "17");

        assertThat(outcome.status).isZero();
        assertThat(outcome.out)
                .contains(
                        "policy: nightly, version 3",
                        "4 transferred, 1 deleted, 2 failed",
                        "is not kept any more; the counters are",
                        "a\\u001bb",
                        "no right",
                        "--csv");
        assertThat(server.requests()).anyMatch(request -> request.contains("outcome=FAILED"));
        assertThat(server.requests()).anyMatch(request -> request.contains("outcome=HELD"));
    }

    @Test
    void reportIsPrintedOrReplacesAFileAsItIs() throws IOException {
        String csv = "path,outcome\r\n\"ü\nb\",FAILED\r\n";
        server.answers("GET /targets/web1/runs/17/report", 200, csv);
        Path file = Files.writeString(directory.resolve("report.csv"), "of yesterday");

        assertThat(run("report", "web1", "17", "--csv", "--outcome", "failed").out)
                .isEqualTo(csv);
        assertThat(server.requests()).containsExactly("GET /targets/web1/runs/17/report?outcome=FAILED");
        assertThat(run("report", "web1", "17", "--csv", "--output", file.toString()).out)
                .isEmpty();
        assertThat(Files.readString(file)).isEqualTo(csv);
        assertThat(run("report", "web1", "17", "--output", file.toString()).status)
                .isEqualTo(ExitCode.USAGE.status());
    }

    @Test
    void reportThatIsBrokenOffFailsAndLeavesTheFileAsItWas() throws IOException {
        server.breaksOff("GET /targets/web1/runs/17/report", "path,outcome\r\na,FAILED\r\n");
        Path file = Files.writeString(directory.resolve("report.csv"), "of yesterday");

        Outcome printed = run("report", "web1", "17", "--csv");
        Outcome written = run("report", "web1", "17", "--csv", "--output", file.toString());

        assertThat(printed.status).isEqualTo(ExitCode.FAILED.status());
        assertThat(printed.err).contains("not complete", "what was printed is a part of it");
        assertThat(written.status).isEqualTo(ExitCode.FAILED.status());
        assertThat(written.err).contains("is as it was before");
        assertThat(file).hasContent("of yesterday");
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void refusalIsToldWithTheWayOut() {
        server.answers(
                "POST /targets/web9/pause",
                404,
                "{\"title\":\"There is no target web9\",\"detail\":\"Did you mean web1?\"}");

        Outcome outcome = run("pause", "web9");

        assertThat(outcome.status).isEqualTo(ExitCode.FAILED.status());
        assertThat(outcome.err).isEqualTo("There is no target web9. Did you mean web1?" + System.lineSeparator());
    }

    @Test
    void serverThatIsGoneIsUnreachable() {
        server.close();

        Outcome outcome = run("status");

        assertThat(outcome.status).isEqualTo(ExitCode.UNREACHABLE.status());
        assertThat(outcome.err).contains("does not answer");
    }

    @Test
    void serverThatWasNeverStartedIsUnreachable() throws IOException {
        Files.delete(directory.resolve("data/server-url"));

        Outcome outcome = run("status");

        assertThat(outcome.status).isEqualTo(ExitCode.UNREACHABLE.status());
        assertThat(outcome.err).contains("no server runs for").contains("freshet serve --config");
    }

    @Test
    void tokenOfAnotherServerIsUnreachable() throws IOException {
        Files.writeString(directory.resolve("data/token"), "fsh_other\n");

        Outcome outcome = run("status");

        assertThat(outcome.status).isEqualTo(ExitCode.UNREACHABLE.status());
        assertThat(outcome.err).contains("does not know this token");
    }

    @Test
    void wrongUsageIsToldWithASuggestion() {
        Outcome outcome = runExactly("statsu");

        assertThat(outcome.status).isEqualTo(ExitCode.USAGE.status());
        assertThat(outcome.err).contains("Did you mean: freshet status");
    }

    @Test
    void missingConfigurationIsWrongUsage() {
        Outcome outcome =
                runExactly("status", "--config", directory.resolve("none.yml").toString());

        assertThat(outcome.status).isEqualTo(ExitCode.USAGE.status());
        assertThat(outcome.err).contains("none.yml: there is no such file");
    }

    @Test
    void helpOfEveryCommandNamesTheExitStatuses() {
        for (String command : FreshetCommand.commandLine().getSubcommands().keySet()) {
            Outcome outcome = runExactly(command, "--help");

            assertThat(outcome.status).as(command).isZero();
            if (command.equals(CheckCommand.NAME)) {
                continue; // has the statuses of the monitoring plugins
            }
            for (ExitCode code : ExitCode.values()) {
                assertThat(outcome.out).as(command).contains(code.status() + "   " + code.meaning());
            }
        }
    }
}
