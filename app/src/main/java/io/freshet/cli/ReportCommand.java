package io.freshet.cli;

import static java.util.Objects.requireNonNull;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** The whole report of a run: for people its totals and what it could not do, for programs every path, streamed. */
@Command(
        name = "report",
        description = {
            "Report a run: its totals, and the paths that failed or are held; with --csv or --json every path.",
            "--csv and --json are streamed, however many paths there are. Exit status 0 says that the report is complete; a"
                    + " run that failed can be reported as well as any."
        })
final class ReportCommand implements Callable<Integer> {
    private static final int LISTED = 200;
    private static final int CHUNK = 1 << 14;

    @Parameters(index = "0", paramLabel = "TARGET", description = "The target it served.")
    private String target = "";

    @Parameters(index = "1", paramLabel = "RUN", description = "Its number.")
    private long run;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file of the server to ask. Default: ./freshet.yml, else"
                    + " /etc/freshet/freshet.yml, else the demo's.")
    private @Nullable Path config;

    @ArgGroup
    private @Nullable Format format;

    @Option(
            names = "--outcome",
            paramLabel = "OUTCOME",
            description = "Only paths with this outcome: transferred, deleted, held, failed, …")
    private @Nullable String outcome;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Write --csv or --json to this file. It appears, or is replaced, when the report is complete.")
    private @Nullable Path output;

    @Spec
    private @Nullable CommandSpec spec;

    private static final class Format {
        @Option(
                names = "--csv",
                required = true,
                description =
                        "Every path, as CSV (RFC 4180); what a spreadsheet could take for a formula gets an apostrophe before it.")
        private boolean csv;

        @Option(names = "--json", required = true, description = "The run and every path, as JSON.")
        @SuppressWarnings("UnusedVariable") // given if the other is not
        private boolean json;

        String type() {
            return csv ? "text/csv" : "application/json";
        }
    }

    @Override
    public Integer call() {
        if (output != null && format == null) {
            throw new UsageException("--output is for --csv or --json: give one of them");
        }
        ServerConnection server = ServerConnection.to(config);
        String path = "/targets/" + Segment.of(target) + "/runs/" + run;
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        if (format == null) {
            tell(server, path, out);
            return ExitCode.OK.status();
        }
        Map<String, String> query = new HashMap<>();
        if (outcome != null) {
            query.put("outcome", outcome.toUpperCase(Locale.ROOT));
        }
        try (InputStream report = server.stream(path + "/report", query, format.type())) {
            if (output != null) {
                CompleteFile.write(output, report);
            } else {
                print(report, out);
            }
        } catch (IOException failure) {
            throw new FreshetException(
                    ErrorCode.TARGET_FAILURE,
                    "the report of run " + run + " on " + target + " was broken off and is not complete ("
                            + failure.getMessage() + "); "
                            + (output == null ? "what was printed is a part of it" : output + " is as it was before")
                            + "; ask again",
                    failure);
        }
        return ExitCode.OK.status();
    }

    private static void print(InputStream report, PrintWriter out) throws IOException {
        Reader text = new InputStreamReader(report, StandardCharsets.UTF_8);
        char[] chunk = new char[CHUNK];
        for (int length = text.read(chunk); length >= 0; length = text.read(chunk)) {
            out.write(chunk, 0, length);
            if (out.checkError()) {
                throw new IOException("nobody reads it any more");
            }
        }
    }

    private void tell(ServerConnection server, String path, PrintWriter out) {
        JsonNode record = server.get(path, Map.of());
        RunsCommand.table(List.of(record)).print(out);
        out.println(VisibleText.of("policy: " + RunCommand.policy(record) + ", cause: "
                + Wording.state(record.path("cause")) + ", node: "
                + record.path("node").asString("")));
        out.println(RunCommand.counters(record));
        RunCommand.tellWhatIsNotKept(record, out);
        for (String each : outcome == null ? List.of("FAILED", "HELD") : List.of(outcome.toUpperCase(Locale.ROOT))) {
            JsonNode deliveries =
                    server.get(path + "/deliveries", Map.of("limit", Integer.toString(LISTED), "outcome", each));
            if (!deliveries.path("items").isEmpty()) {
                out.println();
                RunCommand.deliveries(deliveries.path("items")).print(out);
            }
            if (deliveries.path("next").isString()) {
                out.println("… and more; --csv and --json have them all");
            }
        }
        out.flush();
    }
}
