package io.freshet.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Which policies there are, what each says, and what it leads to. */
@Command(
        name = "policy",
        description =
                "Show policies: when and how targets are served; make and delete those that the configuration does"
                        + " not define.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PolicyCommand.ListAll.class,
            PolicyCommand.Show.class,
            PolicyCommand.Preview.class,
            PolicyCommand.Set.class,
            PolicyCommand.Delete.class
        })
final class PolicyCommand {
    private static final String AT = "/policies";

    private static String open(JsonNode policy) {
        return policy.path("open").asBoolean() ? "open" : "closed";
    }

    private static void print(Iterable<JsonNode> targets, PrintWriter out) {
        StringBuilder names = new StringBuilder();
        targets.forEach(name -> names.append(names.isEmpty() ? "" : ", ").append(name.asString("")));
        out.println(VisibleText.of("targets: " + (names.isEmpty() ? "none" : names)));
    }

    /** Lists them. */
    @Command(name = "list", description = "List the policies.")
    static final class ListAll extends Asking {
        @Override
        JsonNode ask(ServerConnection server) {
            return server.get(AT, Map.of());
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            Table table = new Table("POLICY", "DEFINED IN", "VERSION", "SCHEDULE", "NOW", "NEXT", "TARGETS");
            for (JsonNode each : answer) {
                table.row(
                        each.path("name").asString(""),
                        each.path("definedIn").asString(""),
                        Wording.text(each.path("version")),
                        each.path("schedule").asString(""),
                        open(each),
                        Wording.moment(each.path("nextAt")),
                        each.path("targets").size());
            }
            table.print(out);
        }
    }

    /** Shows one. */
    @Command(name = "show", description = "Show all that a policy says, or said in an earlier version.")
    static final class Show extends Asking {
        @Parameters(paramLabel = "NAME", description = "The name of the policy.")
        private String name = "";

        @Option(names = "--at-version", paramLabel = "N", description = "As it was in this version, which runs name.")
        private @Nullable Integer version;

        @Override
        JsonNode ask(ServerConnection server) {
            Map<String, String> query = new HashMap<>();
            if (version != null) {
                query.put("version", version.toString());
            }
            return server.get(AT + "/" + Segment.of(name), query);
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            out.println(VisibleText.of("policy " + answer.path("name").asString("") + ", version "
                    + Wording.text(answer.path("version")) + " since " + Wording.moment(answer.path("since"))
                    + (answer.path("current").asBoolean() ? "" : "; not in force any more")));
            print(answer.path("targets"), out);
            answer.path("definition")
                    .properties()
                    .forEach(entry -> out.println(VisibleText.of(
                            "  " + entry.getKey() + ": " + entry.getValue().asString(""))));
        }
    }

    /** Makes or changes one. */
    @Command(
            name = "set",
            description =
                    "Make a policy, or have one that was made so say something else. Targets that have it go by it"
                            + " within a second.")
    static final class Set extends Asking {
        @Parameters(paramLabel = "NAME", description = "The name of the policy.")
        private String name = "";

        @Option(
                names = "--file",
                required = true,
                paramLabel = "FILE",
                description = "What it says: keys and values as under policies in the configuration, in YAML or JSON."
                        + " Keys that are left out have their defaults. - reads standard input.")
        private String file = "";

        @Override
        JsonNode ask(ServerConnection server) {
            return server.put(AT + "/" + Segment.of(name), document(), "application/yaml");
        }

        private byte[] document() {
            try {
                return file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            } catch (IOException | InvalidPathException unreadable) {
                throw new UsageException(file + " cannot be read: " + unreadable);
            }
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            String what = answer.path("isNew").asBoolean() ? "made" : "changed";
            out.println(VisibleText.of("policy " + name + ": "
                    + (answer.path("changed").asBoolean()
                            ? what + ", version " + answer.path("version").asLong()
                            : "says this already, as version "
                                    + answer.path("version").asLong())));
            print(answer.path("targets"), out);
        }
    }

    /** Deletes one. */
    @Command(
            name = "delete",
            description = "Delete a policy that no target has. What it said stays on record for the runs that used it.")
    static final class Delete extends Asking {
        @Parameters(paramLabel = "NAME", description = "The name of the policy.")
        private String name = "";

        @Override
        JsonNode ask(ServerConnection server) {
            return server.delete(AT + "/" + Segment.of(name));
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            out.println(VisibleText.of("policy " + name + " is deleted"));
        }
    }

    /** Tells what one leads to. */
    @Command(
            name = "preview",
            description = "Show when a policy next lets targets be served, and how long what changed in the last days"
                    + " would have waited under it.")
    static final class Preview extends Asking {
        @Parameters(paramLabel = "NAME", description = "The name of the policy.")
        private String name = "";

        @Option(names = "--days", paramLabel = "N", description = "Look back so far. Default: ${DEFAULT-VALUE}.")
        private int days = 7;

        @Option(names = "--count", paramLabel = "N", description = "Look ahead so far. Default: ${DEFAULT-VALUE}.")
        private int count = 10;

        @Option(
                names = "--source",
                paramLabel = "SOURCE",
                description =
                        "By the journal of this source. Default: those whose targets have the policy; if none has,"
                                + " all.")
        private @Nullable String source;

        @Override
        JsonNode ask(ServerConnection server) {
            Map<String, String> query = new HashMap<>();
            query.put("days", Integer.toString(days));
            query.put("count", Integer.toString(count));
            if (source != null) {
                query.put("source", source);
            }
            return server.get(AT + "/" + Segment.of(name) + "/preview", query);
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            String until = answer.path("closesAt").isString()
                    ? " until " + answer.path("closesAt").asString("")
                    : "";
            boolean cron = answer.path("schedule").asString("").equals("cron");
            out.println(VisibleText.of("policy " + answer.path("name").asString("") + " ("
                    + answer.path("timeZone").asString("") + "): "
                    + (cron ? "delivers at its firings" : open(answer) + until)));
            if (!answer.path("next").isEmpty()) {
                Table next = new Table(cron ? "NEXT FIRINGS" : "NEXT OPENINGS", cron ? "" : "UNTIL", "");
                for (JsonNode each : answer.path("next")) {
                    next.row(
                            each.path("at").asString(""),
                            each.path("closes").asString(""),
                            each.path("clockChange").asString(""));
                }
                out.println();
                next.print(out);
            }
            out.println();
            delays(answer, out);
        }

        private void delays(JsonNode answer, PrintWriter out) {
            if (answer.path("delays").isEmpty()) {
                out.println("nothing of the last " + days + (days == 1 ? " day" : " days") + " would have waited");
                return;
            }
            out.println("what would have waited of the last " + days + (days == 1 ? " day:" : " days:"));
            Table table = new Table("DAY", "PATHS", "CHANGES", "BYTES", "LONGEST WAIT");
            for (JsonNode each : answer.path("delays")) {
                boolean all =
                        each.path("sizesKnown").asLong() == each.path("paths").asLong();
                table.row(
                        each.path("day").asString(""),
                        each.path("paths").asLong(),
                        each.path("changes").asLong(),
                        each.path("bytes").isNumber()
                                ? (all ? "" : "at least ")
                                        + Wording.bytes(each.path("bytes").asLong())
                                : "not known",
                        Wording.span(
                                Duration.ofSeconds(each.path("longestSeconds").asLong())));
            }
            table.print(out);
        }
    }
}
