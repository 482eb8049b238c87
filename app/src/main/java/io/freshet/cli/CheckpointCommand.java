package io.freshet.cli;

import static java.util.Objects.requireNonNull;

import io.freshet.web.evidence.SignedEvidence;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Labels on moments, and for each target whether everything up to there has arrived. */
@Command(
        name = "checkpoint",
        description =
                "Put a label on this moment, and have it recorded, and proven, when every target had everything that"
                        + " was changed before it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CheckpointCommand.Create.class,
            CheckpointCommand.ListAll.class,
            CheckpointCommand.Show.class,
            CheckpointCommand.Evidence.class,
            CheckpointCommand.Verify.class,
            CheckpointCommand.Key.class
        })
final class CheckpointCommand {
    private static final String AT = "/checkpoints";

    private static void tell(JsonNode checkpoint, PrintWriter out) {
        String path = checkpoint.path("path").asString("");
        out.println(VisibleText.of("checkpoint " + checkpoint.path("label").asString("") + " of "
                + checkpoint.path("source").asString("") + ": " + (path.isEmpty() ? "everything" : path) + ", as of "
                + Wording.moment(checkpoint.path("createdAt")) + ", change "
                + checkpoint.path("seq").asLong()));
        Table table = new Table("TARGET", "STATE", "COMPLETE SINCE", "ENTRIES", "");
        for (JsonNode each : checkpoint.path("targets")) {
            table.row(
                    each.path("target").asString(""),
                    Wording.state(each.path("state")),
                    Wording.moment(each.path("completedAt")),
                    Wording.text(each.path("entries")),
                    each.path("waitingFor").asString(""));
        }
        table.print(out);
    }

    private static ExitCode completeness(JsonNode checkpoint) {
        for (JsonNode each : checkpoint.path("targets")) {
            if (!each.path("completedAt").isString()) {
                return ExitCode.FAILED;
            }
        }
        return ExitCode.OK;
    }

    /** Puts a label. */
    @Command(
            name = "create",
            description =
                    "Put a label on this moment. If the label is there already with the same folder, that checkpoint is"
                            + " shown. With --wait exit status 0 once every target is complete, 4 as soon as something is held or has"
                            + " failed so that waiting would not help, 5 when time is up.")
    static final class Create extends Asking {
        /** For the answer to travel, once the server knows it. */
        private static final Duration GRACE = Duration.ofSeconds(15);

        @Parameters(paramLabel = "LABEL", description = "Letters, digits, spaces and . _ : + @ -")
        private String label = "";

        @Option(names = "--path", paramLabel = "PATH", description = "Only this and what is below. " + PATH)
        private @Nullable String path;

        @Option(names = "--source", paramLabel = "SOURCE", description = "Of this source, where there are several.")
        private @Nullable String source;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; part of the evidence.")
        private @Nullable String reason;

        @Option(names = "--wait", description = "Wait until every target is complete.")
        private boolean wait;

        @Option(
                names = "--timeout",
                paramLabel = "TIME",
                converter = WaitCommand.Patience.class,
                description =
                        "At most so long, for the watcher to answer and with --wait for the targets: 500ms, 60s, 5m, 2h."
                                + " Default: 60s.")
        private Duration timeout = Duration.ofSeconds(60);

        @Override
        JsonNode ask(ServerConnection server) {
            long deadline = System.nanoTime() + timeout.toNanos();
            Map<String, Object> body = new HashMap<>();
            body.put("label", label);
            put(body, "path", path);
            put(body, "source", source);
            put(body, "reason", reason);
            body.put("timeoutSeconds", seconds(timeout));
            JsonNode created = server.post(AT, body, timeout.plus(GRACE));
            if (!wait) {
                return created;
            }
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            Map<String, Object> waiting =
                    Map.of("source", created.path("source").asString(""), "timeoutSeconds", seconds(left));
            return drawing(
                    server, null, () -> server.post(AT + "/" + Segment.of(label) + "/wait", waiting, left.plus(GRACE)));
        }

        private static long seconds(Duration time) {
            return time.plusMillis(999).toSeconds();
        }

        private static void put(Map<String, Object> body, String name, @Nullable String value) {
            if (value != null) {
                body.put(name, value);
            }
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            if (wait) {
                WaitCommand.tellOutcome(answer, out);
            } else {
                CheckpointCommand.tell(answer, out);
            }
        }

        @Override
        ExitCode status(JsonNode answer) {
            return wait ? WaitCommand.meaning(answer) : ExitCode.OK;
        }
    }

    /** Lists them. */
    @Command(name = "list", description = "List the checkpoints, newest first.")
    static final class ListAll extends Asking {
        @Option(names = "--source", paramLabel = "SOURCE", description = "Only of this source.")
        private @Nullable String source;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 200.")
        private int limit = 200;

        @Override
        JsonNode ask(ServerConnection server) {
            Map<String, String> query = new HashMap<>();
            query.put("limit", Integer.toString(limit));
            if (source != null) {
                query.put("source", source);
            }
            return server.get(AT, query);
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            Table table = new Table("LABEL", "SOURCE", "CREATED", "BY", "COMPLETE", "PATH");
            for (JsonNode each : answer.path("items")) {
                table.row(
                        each.path("label").asString(""),
                        each.path("source").asString(""),
                        Wording.moment(each.path("createdAt")),
                        each.path("createdBy").asString(""),
                        each.path("complete").asInt() + " of "
                                + each.path("targets").asInt(),
                        each.path("path").asString(""));
            }
            table.print(out);
        }
    }

    /** A command about one that is there. */
    abstract static class OfOne extends Asking {
        @Parameters(paramLabel = "LABEL", description = "The label.")
        private String label = "";

        @Option(
                names = "--source",
                paramLabel = "SOURCE",
                description = "Of this source, where several have the label.")
        private @Nullable String source;

        private final String below;

        OfOne(String below) {
            this.below = below;
        }

        @Override
        final JsonNode ask(ServerConnection server) {
            return server.get(
                    AT + "/" + Segment.of(label) + below, source == null ? Map.of() : Map.of("source", source));
        }
    }

    /** Shows one. */
    @Command(
            name = "show",
            description = "Show how each target stands with a checkpoint. Exit status 0 if all are complete, else 1.")
    static final class Show extends OfOne {
        Show() {
            super("");
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            CheckpointCommand.tell(answer, out);
        }

        @Override
        ExitCode status(JsonNode answer) {
            return completeness(answer);
        }
    }

    /** Prints what is claimed of one, signed. */
    @Command(
            name = "evidence",
            description =
                    "Print, as signed JSON, what is claimed of a checkpoint. Exit status 0 if all targets are complete,"
                            + " else 1.")
    static final class Evidence extends OfOne {
        Evidence() {
            super("/evidence");
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            out.println(text(answer));
        }

        @Override
        ExitCode status(JsonNode answer) {
            return completeness(answer.path("evidence"));
        }
    }

    /** Prints the public key. */
    @Command(name = "key", description = "Print the public key that evidence is signed with, in PEM.")
    static final class Key extends Asking {
        @Override
        JsonNode ask(ServerConnection server) {
            return server.get("/checkpoint-key", Map.of());
        }

        @Override
        void tell(JsonNode answer, PrintWriter out) {
            out.print(answer.path("publicKey").asString(""));
        }
    }

    /** Checks evidence, without a server. */
    @Command(
            name = "verify",
            description = "Check the signature of evidence; needs no server. Exit status 0 if it fits, else 1.")
    static final class Verify implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "What 'evidence' printed.")
        private Path file = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "PEM",
                description = "A file with the public key that must have signed it, as 'key' prints it. Without it the"
                        + " key in FILE is taken, and who has that is for you to know.")
        private @Nullable Path key;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            JsonNode evidence = SignedEvidence.verify(
                    read(file), key == null ? null : new String(read(key), StandardCharsets.US_ASCII));
            PrintWriter out = requireNonNull(spec).commandLine().getOut();
            out.println(VisibleText.of(
                    key == null
                            ? "unchanged since it was signed by the key that it names; --key tells whose that is"
                            : "unchanged since it was signed by this key"));
            String path = evidence.path("path").asString("");
            out.println(VisibleText.of("checkpoint " + evidence.path("label").asString("") + " of "
                    + evidence.path("source").asString("") + ": " + (path.isEmpty() ? "everything" : path)
                    + ", as of " + evidence.path("createdAt").asString("")));
            Table table = new Table("TARGET", "COMPLETE SINCE", "ENTRIES", "DIGEST");
            for (JsonNode each : evidence.path("targets")) {
                table.row(
                        each.path("target").asString(""),
                        Wording.text(each.path("completedAt")),
                        Wording.text(each.path("entries")),
                        Wording.text(each.path("digest")));
            }
            table.print(out);
            return ExitCode.OK.status();
        }

        private static byte[] read(Path file) {
            try {
                return Files.readAllBytes(file);
            } catch (IOException failure) {
                throw new UsageException(file + " cannot be read: " + failure);
            }
        }
    }
}
