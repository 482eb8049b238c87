package io.freshet.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Has a source compared again. */
@Command(
        name = "rescan",
        description =
                "Compare a target's source with what is known of it, and with what each of its targets holds; what"
                        + " differs is delivered. Returns at once: 'freshet wait' tells when it is done.")
final class RescanCommand extends Comparing {
    @Parameters(paramLabel = "TARGET", description = "One of the targets of the source.")
    private String target = "";

    @Override
    JsonNode ask(ServerConnection server) {
        return server.post("/targets/" + Segment.of(target) + "/rescan", body());
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        out.println(VisibleText.of("source " + answer.path("source").asString()
                + below(answer) + " is compared again, with its "
                + (answer.path("targets").size() == 1
                        ? "target"
                        : answer.path("targets").size() + " targets")));
    }
}
