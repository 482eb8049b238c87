package io.freshet.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Has a source compared again. */
@Command(
        name = "rescan",
        description =
                "Compare a target's source with what is known of it, and with what each of its targets holds; what"
                        + " differs is delivered. Returns at once: 'freshet wait' tells when it is done.")
final class RescanCommand extends Asking {
    @Parameters(paramLabel = "TARGET", description = "One of the targets of the source.")
    private String target = "";

    @Option(names = "--path", paramLabel = "PATH", description = "Only what is at and below it. " + PATH)
    private @Nullable String path;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
    private String reason = "";

    @Override
    JsonNode ask(ServerConnection server) {
        Map<String, Object> body = new HashMap<>();
        if (path != null) {
            body.put("path", path);
        }
        body.put("reason", reason);
        return server.post("/targets/" + Segment.of(target) + "/rescan", body);
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        String below = answer.path("path").asString();
        out.println(VisibleText.of("source " + answer.path("source").asString()
                + (below.isEmpty() ? "" : ", " + below + ",") + " is compared again, with its "
                + (answer.path("targets").size() == 1
                        ? "target"
                        : answer.path("targets").size() + " targets")));
    }
}
