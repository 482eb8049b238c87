package io.freshet.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** What waits for a person. */
@Command(
        name = "holds",
        description = "List what is held for a person to decide; 'approve' and 'reject' decide.",
        subcommands = {HoldsCommand.Approve.class, HoldsCommand.Reject.class})
final class HoldsCommand extends Asking {
    @Override
    JsonNode ask(ServerConnection server) {
        return server.get("/holds", Map.of());
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        Table table = new Table("HOLD", "TARGET", "REASON", "SINCE", "PATHS", "VERSION", "");
        for (JsonNode hold : answer) {
            table.row(
                    hold.path("hold").asLong(),
                    hold.path("target").asString(),
                    Wording.state(hold.path("reason")),
                    Wording.moment(hold.path("openedAt")),
                    hold.path("paths").asLong(),
                    hold.path("version").asString(),
                    hold.path("detail").asString("") + terms(hold));
        }
        table.print(out);
    }

    private static String terms(JsonNode hold) {
        JsonNode first = hold.path("firstApproval");
        String note = hold.path("note").asString("");
        String before = note.isEmpty() ? "" : "; open again: " + note;
        if (first.path("stands").asBoolean(false)) {
            return before + "; approved by " + first.path("by").asString("") + ", waits for a second person";
        }
        if (first.has("by")) {
            return before + "; the approval by " + first.path("by").asString("")
                    + " counts no more, as the hold has grown since: it takes two persons";
        }
        return before + (hold.path("fourEyes").asBoolean(false) ? "; approving takes two persons" : "");
    }

    /** A decision, which covers what the hold covers now and nothing that comes later. */
    abstract static class Decision extends Asking {
        @Parameters(paramLabel = "ID", description = "The number of the hold.")
        private long hold;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for the audit trail.")
        private String reason = "";

        @Option(
                names = "--version",
                paramLabel = "VERSION",
                description = "Only if the hold still covers what was listed with this version. Default: what it covers"
                        + " at this moment.")
        private @Nullable String version;

        private final String verb;

        Decision(String verb) {
            this.verb = verb;
        }

        @Override
        final JsonNode ask(ServerConnection server) {
            Map<String, Object> body = new HashMap<>();
            body.put("reason", reason);
            String decided = version == null ? currentVersion(server) : version;
            if (decided != null) {
                body.put("version", decided);
            }
            return server.post("/holds/" + hold + "/" + verb, body);
        }

        private @Nullable String currentVersion(ServerConnection server) {
            for (JsonNode each : server.get("/holds", Map.of())) {
                if (each.path("hold").asLong() == hold) {
                    return each.path("version").asString();
                }
            }
            return null;
        }

        @Override
        final void tell(JsonNode answer, PrintWriter out) {
            if (answer.path("waitsForSecond").asBoolean(false)) {
                if (answer.path("droppedFirst").asBoolean(false)) {
                    out.println("hold " + hold + ": it has grown since the first approval, which counts no more");
                }
                out.println("hold " + hold + ": approved by you; it stays open and waits for a second person");
            } else {
                out.println("hold " + hold + ": " + verb + " is recorded");
            }
        }
    }

    /** Lets it happen. */
    @Command(name = "approve", description = "Let what is held happen: what is listed now, and nothing later.")
    static final class Approve extends Decision {
        Approve() {
            super("approve");
        }
    }

    /** Does not let it happen. */
    @Command(name = "reject", description = "Do not let what is held happen: the targets keep what they have.")
    static final class Reject extends Decision {
        Reject() {
            super("reject");
        }
    }
}
