package io.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Every way in which a target can be late, or nothing can be said about it, and what a monitoring system makes of it. */
class CheckCommandTest {
    /** It is 12:00; the source was observed five seconds ago. */
    private static final String FRESH = """
            {"target":"web1","condition":"UP_TO_DATE","reason":"As of now","observedAt":"2026-01-02T11:59:55Z","lagSeconds":0,
             "pending":0,"unplanned":0,"failed":0,"holds":[],"failing":null}
            """;

    @TempDir
    private Path directory;

    private FakeServer server;

    private record Outcome(int status, String out) {}

    @BeforeEach
    void startServer() throws IOException {
        server = new FakeServer(directory);
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private void targets(String... targets) {
        server.answers(
                "GET /status",
                200,
                "{\"asOf\":\"2026-01-02T12:00:00Z\",\"sources\":[{\"source\":\"content\",\"targets\":["
                        + String.join(",", targets) + "]}]}");
    }

    private Outcome check(String... options) {
        List<String> words = new ArrayList<>(
                List.of("check", "--config", server.configuration().toString()));
        words.addAll(List.of(options));
        return run(words.toArray(String[]::new));
    }

    private static Outcome run(String... words) {
        CommandLine line = FreshetCommand.commandLine();
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(new StringWriter()));
        return new Outcome(line.execute(words), out.toString());
    }

    @Test
    void freshTargetsAreOkWithTheirFigures() {
        targets(FRESH, FRESH.replace("web1", "web2").replace("\"lagSeconds\":0", "\"lagSeconds\":300"));

        Outcome outcome = check("--max-lag", "15m", "--warn-lag", "5m", "--max-failed", "3");

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        0,
                        "FRESHET OK - 2 targets are fresh |"
                                + " 'web1_lag'=0s;300;900;0 'web1_pending'=0;;;0 'web1_failed'=0;;3;0"
                                + " 'web2_lag'=300s;300;900;0 'web2_pending'=0;;;0 'web2_failed'=0;;3;0"
                                + System.lineSeparator()));
    }

    /** The limits are 15 minutes, a warning at 5, and two failed paths. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'\"lagSeconds\":0'; '\"lagSeconds\":901'; 2; a change waits for 15 min",
                "'\"lagSeconds\":0'; '\"lagSeconds\":900'; 1; a change waits for 15 min",
                "'\"lagSeconds\":0'; '\"lagSeconds\":301'; 1; a change waits for 5 min",
                "'\"failed\":0'; '\"failed\":3'; 2; 3 paths fail",
                "'\"failed\":0'; '\"failed\":2'; 0; fresh",
                "'11:59:55'; '11:44:59'; 3; not observed",
                "'\"2026-01-02T11:59:55Z\"'; 'null'; 3; not observed",
                "'UP_TO_DATE'; 'UNKNOWN'; 3; not observed",
                "'\"lagSeconds\":0'; '\"lagSeconds\":null'; 3; not observed",
                "'\"failing\":null'; '\"failing\":{\"since\":\"2026-01-02T11:44:59Z\"}'; 2; failing",
                "'\"failing\":null'; '\"failing\":{\"since\":\"2026-01-02T11:50:00Z\"}'; 0; fresh",
                "'[]'; '[{\"reason\":\"TARGET_REPLACED\",\"detail\":\"Another one\",\"openedAt\":\"2026-01-02T11:00:00Z\"}]'; 2; held: Another one",
                "'[]'; '[{\"reason\":\"TARGET_REPLACED\",\"detail\":\"Another one\",\"openedAt\":\"2026-01-02T11:50:00Z\"}]'; 0; fresh",
                "'[]'; '[{\"reason\":\"EXTRAS\",\"detail\":\"3 extra\",\"openedAt\":\"2026-01-02T11:00:00Z\"}]'; 0; fresh"
            })
    void whatIsWrongDecides(String what, String instead, int status, String words) {
        targets(FRESH.replace("web1", "web0"), FRESH.replace(what, instead));

        Outcome outcome = check("--max-lag", "15m", "--warn-lag", "5m", "--max-failed", "2");

        assertThat(outcome.status).isEqualTo(status);
        assertThat(outcome.out).startsWith("FRESHET ").contains(words).contains("'web1_lag'=");
        assertThat(outcome.out.lines()).hasSize(1);
        assertThat(check("--max-lag", "15m", "--target", "web0").status).isZero();
    }

    @ParameterizedTest
    @CsvSource({"PAUSED", "HELD", "FAILING", "WAITING", "DELIVERING", "UNKNOWN"})
    void noStateExcusesALag(String condition) {
        targets(FRESH.replace("UP_TO_DATE", condition).replace("\"lagSeconds\":0", "\"lagSeconds\":1000"));

        assertThat(check("--max-lag", "15m").status).isEqualTo(2);
    }

    @Test
    void whatIsKnownToBeLateIsToldBeforeWhatIsNotKnown() {
        targets(
                FRESH.replace("\"lagSeconds\":0", "\"lagSeconds\":400"),
                FRESH.replace("web1", "web2").replace("UP_TO_DATE", "UNKNOWN"),
                FRESH.replace("web1", "web3").replace("\"lagSeconds\":0", "\"lagSeconds\":1000"));

        Outcome outcome = check("--max-lag", "15m", "--warn-lag", "5m");

        assertThat(outcome.status).isEqualTo(2);
        assertThat(outcome.out).matches("(?s)FRESHET CRITICAL - web3: .*; web2: not observed.*; web1: a change.*");
        assertThat(check("--max-lag", "1h").status).as("not to know is no OK").isEqualTo(3);
    }

    @Test
    void noReasonCanBreakTheLine() {
        targets(FRESH.replace("As of now", "a|b\\n\\u001b[2J").replace("\"lagSeconds\":0", "\"lagSeconds\":1000"));

        assertThat(List.of(check("--max-lag", "15m").out.split("\\|", -1)))
                .hasSize(2)
                .first()
                .asString()
                .contains("a/b\\n\\u001b[2J");
    }

    @Test
    void isUnknownWhereNobodyAnswers() throws IOException {
        server.answers("GET /status", 503, "{\"title\":\"Freshet cannot reach its database\"}");
        assertThat(check("--max-lag", "15m"))
                .isEqualTo(
                        new Outcome(3, "FRESHET UNKNOWN - Freshet cannot reach its database" + System.lineSeparator()));
        server.answers("GET /status", 200, "{}");
        assertThat(check("--max-lag", "15m").status).isEqualTo(3);
        targets(FRESH);
        assertThat(check("--max-lag", "15m", "--target", "web9"))
                .isEqualTo(new Outcome(3, "FRESHET UNKNOWN - there is no target 'web9'" + System.lineSeparator()));
        server.close();
        assertThat(check("--max-lag", "15m").status).isEqualTo(3);
        Files.delete(server.configuration());
        assertThat(check("--max-lag", "15m").status).as("no configuration").isEqualTo(3);
    }

    @Test
    void aWrongCallIsUnknownAndNeverAFinding() {
        for (String[] wrong : new String[][] {{}, {"--max-lag", "soon"}, {"--max-lag", "15m", "--max-failed", "x"}}) {
            Outcome outcome = check(wrong);
            assertThat(outcome.status).isEqualTo(3);
            assertThat(outcome.out).startsWith("FRESHET UNKNOWN - ").contains("freshet check --help");
        }
    }

    @Test
    void helpShowsAnExampleAndTheStatuses() {
        assertThat(run("check", "--help").out)
                .contains("freshet check --config /etc/freshet/freshet.yml --max-lag 15m")
                .containsPattern("0 +OK")
                .containsPattern("1 +WARNING")
                .containsPattern("2 +CRITICAL")
                .containsPattern("3 +UNKNOWN");
    }
}
