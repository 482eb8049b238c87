package io.freshet.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Has a target compared with what was delivered there. */
@Command(
        name = "verify",
        description =
                "Compare what a target holds with what was delivered there; what differs is told and put right, and what was"
                        + " never put there is listed. Returns at once: 'freshet runs' shows what was found.")
final class VerifyCommand extends Asking {
    @Parameters(paramLabel = "TARGET", description = "The target to compare.")
    private String target = "";

    @Option(names = "--path", paramLabel = "PATH", description = "Only what is at and below it. " + PATH)
    private @Nullable String path;

    @Option(names = "--deep", description = "Have the target hash every file, too.")
    private boolean deep;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
    private String reason = "";

    @Override
    JsonNode ask(ServerConnection server) {
        Map<String, Object> body = new HashMap<>();
        if (path != null) {
            body.put("path", path);
        }
        body.put("deep", deep);
        body.put("reason", reason);
        return server.post("/targets/" + Segment.of(target) + "/verify", body);
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        String below = answer.path("path").asString();
        out.println(VisibleText.of(
                "target " + answer.path("target").asString() + (below.isEmpty() ? "" : ", " + below + ",")
                        + " is compared with what was delivered there"
                        + (answer.path("deep").asBoolean() ? ", hash by hash" : ", by size, time and attributes")));
    }
}
