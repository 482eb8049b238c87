package io.freshet.cli;

import io.freshet.app.config.Quantity;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;

/** Waits until what was changed has arrived. */
@Command(
        name = "wait",
        description =
                "Wait until everything that was changed before this call has arrived, at that state or newer. Exit"
                        + " status 0 when it has, 4 as soon as something is held or has failed so that waiting would not help, 5"
                        + " when time is up.")
final class WaitCommand extends Asking {
    /** For the answer to travel, once the server knows it. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    @Option(names = "--target", paramLabel = "TARGET", description = "Only at this target.")
    private @Nullable String target;

    @Option(names = "--source", paramLabel = "SOURCE", description = "Only of this source.")
    private @Nullable String source;

    @Option(names = "--path", paramLabel = "PATH", description = "Only this and what is below. " + PATH)
    private @Nullable String path;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Patience.class,
            description = "At most so long: 500ms, 60s, 5m, 2h. Default: 60s.")
    private Duration timeout = Duration.ofSeconds(60);

    @Override
    JsonNode ask(ServerConnection server) {
        Map<String, Object> body = new HashMap<>();
        if (path != null) {
            body.put("path", path);
        }
        if (source != null) {
            body.put("source", source);
        }
        if (target != null) {
            body.put("target", target);
        }
        body.put("timeoutSeconds", timeout.plusMillis(999).toSeconds());
        return drawing(server, target, () -> server.post("/wait", body, timeout.plus(GRACE)));
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        tellOutcome(answer, out);
    }

    /** Tells how a wait ended. */
    static void tellOutcome(JsonNode answer, PrintWriter out) {
        out.println(VisibleText.of(answer.path("detail").asString("")));
        if (answer.path("outcome").asString().equals("COMPLETE")) {
            return;
        }
        Table table = new Table("TARGET", "STATE", "");
        for (JsonNode each : answer.path("targets")) {
            table.row(
                    each.path("target").asString(),
                    Wording.state(each.path("state")),
                    each.path("waitingFor").asString(""));
        }
        table.print(out);
    }

    @Override
    ExitCode status(JsonNode answer) {
        return meaning(answer);
    }

    /** Returns what the end of a wait means for a script. */
    static ExitCode meaning(JsonNode answer) {
        return switch (answer.path("outcome").asString()) {
            case "COMPLETE" -> ExitCode.OK;
            case "HELD", "FAILED" -> ExitCode.HELD;
            case "TIMED_OUT" -> ExitCode.TIMED_OUT;
            default -> ExitCode.FAILED;
        };
    }

    /** Reads a time as people write it. */
    static final class Patience implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Quantity.duration(text);
            } catch (IllegalArgumentException malformed) {
                throw new TypeConversionException(String.valueOf(malformed.getMessage()));
            }
        }
    }
}
