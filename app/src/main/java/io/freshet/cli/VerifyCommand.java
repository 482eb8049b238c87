package io.freshet.cli;

import java.io.PrintWriter;
import java.util.Map;
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
final class VerifyCommand extends Comparing {
    @Parameters(paramLabel = "TARGET", description = "The target to compare.")
    private String target = "";

    @Option(names = "--deep", description = "Have the target hash every file, too.")
    private boolean deep;

    @Override
    JsonNode ask(ServerConnection server) {
        Map<String, Object> body = body();
        body.put("deep", deep);
        return server.post("/targets/" + Segment.of(target) + "/verify", body);
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        out.println(VisibleText.of("target " + answer.path("target").asString() + below(answer)
                + " is compared with what was delivered there"
                + (answer.path("deep").asBoolean() ? ", hash by hash" : ", by size, time and attributes")));
    }
}
