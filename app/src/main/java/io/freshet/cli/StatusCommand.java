package io.freshet.cli;

import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** How far the targets are. */
@Command(
        name = "status",
        description = "Show how far every target is: its state and why, lag, what is waiting, held or failed.")
final class StatusCommand extends Asking {
    private static final int MOST_UNWATCHED = 20;

    @Parameters(arity = "0..1", paramLabel = "TARGET", description = "Only this one, with its runs.")
    private @Nullable String target;

    @Option(names = "--verbose", description = "Also how each source is watched: tier, limits, what escapes it.")
    private boolean verbose;

    @Override
    JsonNode ask(ServerConnection server) {
        return target == null
                ? server.get("/status", Map.of())
                : server.get("/targets/" + Segment.of(target), Map.of());
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        Table table = new Table("TARGET", "STATE", "LAG", "WAITING", "HELD", "FAILED", "LAST DELIVERY", "WHY");
        if (target != null) {
            row(table, answer);
            table.print(out);
            if (answer.path("bandwidth").isObject()) {
                out.println(VisibleText.of("bandwidth: " + limit(answer)));
            }
            tellOutlook(answer, out);
            tellProgress(answer.path("progress"), out);
            out.println();
            RunsCommand.table(answer.path("runs")).print(out);
            return;
        }
        for (JsonNode source : answer.path("sources")) {
            for (JsonNode each : source.path("targets")) {
                row(table, each);
            }
        }
        table.print(out);
        for (JsonNode source : answer.path("sources")) {
            tellSource(source, out);
            if (verbose) {
                tellWatcher(source.path("watcher"), out);
            }
        }
    }

    /** The same words as on the pages. */
    private static void tellOutlook(JsonNode target, PrintWriter out) {
        if (target.path("eta").isObject()) {
            out.println(VisibleText.of(
                    "all that waits: " + target.path("eta").path("words").asString()));
        }
        for (JsonNode lane : target.path("lanes")) {
            out.println(VisibleText.of(
                    Wording.state(lane.path("lane")) + ": " + lane.path("words").asString()));
        }
    }

    /** The same words as on the pages. */
    private static void tellProgress(JsonNode lanes, PrintWriter out) {
        for (JsonNode lane : lanes) {
            JsonNode progress = lane.path("progress");
            out.println(VisibleText.of(Wording.state(lane.path("lane")) + " just now: "
                    + (lane.path("moving").asBoolean()
                            ? progress.path("words").asString()
                            : "nothing moves since " + Wording.moment(lane.path("movedAt")))));
            for (JsonNode file : progress.path("underWay")) {
                out.println(VisibleText.of("  " + file.path("path").asString() + ": "
                        + file.path("words").asString()));
            }
        }
    }

    private static void row(Table table, JsonNode target) {
        long waiting =
                target.path("pending").asLong() + target.path("unplanned").asLong();
        table.row(
                target.path("target").asString(),
                Wording.state(target.path("condition")),
                Wording.seconds(target.path("lagSeconds")),
                (target.path("pendingIsExact").asBoolean(true) ? "" : "about ") + waiting,
                target.path("held").asLong(),
                target.path("failed").asLong(),
                Wording.moment(target.path("lastDeliveryAt")),
                Wording.text(target.path("reason")));
    }

    private void tellSource(JsonNode source, PrintWriter out) {
        JsonNode watcher = source.path("watcher");
        String detail = watcher.path("detail").asString("");
        out.println(VisibleText.of("source " + source.path("source").asString() + ": "
                + source.path("rootPath").asString() + ", "
                + (watcher.isObject()
                        ? Wording.state(watcher.path("state")) + " by " + Wording.state(watcher.path("tier"))
                        : "not watched yet")
                + ", observed as of " + Wording.moment(source.path("observedAt"))
                + (source.path("bandwidth").isObject() ? "; bandwidth of all targets " + limit(source) : "")
                + (detail.isEmpty() || verbose ? "" : "; " + detail)));
    }

    private static String limit(JsonNode limited) {
        return limited.path("bandwidth").path("words").asString();
    }

    /** The same words as on the System page. */
    private static void tellWatcher(JsonNode watcher, PrintWriter out) {
        for (JsonNode fact : watcher.path("facts")) {
            out.println(VisibleText.of("  " + fact.path("name").asString() + ": "
                    + fact.path("words").asString()));
        }
        JsonNode unwatched = watcher.path("unwatched");
        for (int i = 0; i < Math.min(MOST_UNWATCHED, unwatched.size()); i++) {
            String path = unwatched.path(i).path("path").asString();
            out.println(VisibleText.of("    " + (path.isEmpty() ? "the whole source" : path) + ": "
                    + unwatched.path(i).path("reason").asString()));
        }
        if (unwatched.size() > MOST_UNWATCHED) {
            out.println("    and " + (unwatched.size() - MOST_UNWATCHED) + " more, see --json");
        }
    }
}
