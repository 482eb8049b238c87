package io.freshet.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Where a file is. */
@Command(
        name = "where",
        description = "Show where a file or directory is: for every target when it was delivered, or what it waits for."
                + " Exit status 0 if it has arrived everywhere asked about.")
final class WhereCommand extends Asking {
    private static final List<String> PARTS = List.of("arrived", "backlog", "eta");

    @Parameters(paramLabel = "PATH", description = PATH)
    private String path = "";

    @Option(names = "--source", paramLabel = "SOURCE", description = "The source, where there is more than one.")
    private @Nullable String source;

    @Option(names = "--target", paramLabel = "TARGET", description = "Only this target.")
    private @Nullable String target;

    @Override
    JsonNode ask(ServerConnection server) {
        Map<String, String> query = new HashMap<>();
        query.put("path", path);
        if (source != null) {
            query.put("source", source);
        }
        if (target != null) {
            query.put("target", target);
        }
        return server.get("/where", query);
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        for (JsonNode place : answer) {
            String below = place.path("path").asString();
            out.println(
                    VisibleText.of(place.path("source").asString() + ": " + (below.isEmpty() ? "everything" : below)));
            out.println(observation(place));
            Table table = new Table("TARGET", "STATE", "");
            for (JsonNode each : place.path("targets")) {
                table.row(
                        each.path("target").asString(),
                        Wording.state(each.path("state")),
                        Wording.text(each.path("sentence")));
            }
            table.print(out);
            place.path("targets").forEach(each -> tellOutlook(each, out));
        }
    }

    /** Up to when the source was observed, and whether what it has now was compared: of what nobody looked at nothing is claimed. */
    private static String observation(JsonNode place) {
        return "  observed as of " + Wording.moment(place.path("observedAt"))
                + (place.path("sourceSeen").asBoolean()
                        ? ", looked at just now"
                        : "; the source itself could not be looked at");
    }

    /** The same words as on the page. */
    private static void tellOutlook(JsonNode target, PrintWriter out) {
        for (String part : PARTS) {
            if (target.path(part).isObject()) {
                out.println(VisibleText.of("  " + target.path("target").asString() + ": "
                        + (part.equals("backlog") ? "in the queue: " : "")
                        + target.path(part).path("words").asString()));
            }
        }
    }

    /** A removal that was delivered has arrived as well. */
    @Override
    ExitCode status(JsonNode answer) {
        for (JsonNode place : answer) {
            for (JsonNode each : place.path("targets")) {
                String state = each.path("state").asString();
                boolean isRemoved =
                        state.equals("ABSENT") && each.path("deliveredAt").isString();
                if (!state.equals("DELIVERED") && !isRemoved) {
                    return ExitCode.FAILED;
                }
            }
        }
        return ExitCode.OK;
    }
}
