package io.freshet.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Lets something go first. */
@Command(
        name = "send",
        description = "Send a file or directory now: what waits at or below it goes before everything else.")
final class SendCommand extends Asking {
    @Parameters(paramLabel = "PATH", description = PATH)
    private String path = "";

    @Option(names = "--source", paramLabel = "SOURCE", description = "The source, where there is more than one.")
    private @Nullable String source;

    @Option(names = "--target", paramLabel = "TARGET", description = "Only to this target.")
    private @Nullable String target;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
    private String reason = "";

    @Override
    JsonNode ask(ServerConnection server) {
        Map<String, Object> body = new HashMap<>();
        body.put("path", path);
        if (source != null) {
            body.put("source", source);
        }
        if (target != null) {
            body.put("target", target);
        }
        body.put("reason", reason);
        return server.post("/send", body);
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        for (JsonNode to : answer.path("targets")) {
            out.println(
                    VisibleText.of(to.asString() + ": " + answer.path("path").asString() + " goes first for "
                            + Wording.seconds(answer.path("forSeconds"))));
        }
    }
}
