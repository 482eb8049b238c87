package io.freshet.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Lets deliveries to a target go on. */
@Command(name = "resume", description = "Let deliveries to a paused target go on.")
final class ResumeCommand extends Asking {
    @Parameters(paramLabel = "TARGET", description = "The target.")
    private String target = "";

    @Override
    JsonNode ask(ServerConnection server) {
        return server.post("/targets/" + Segment.of(target) + "/resume", Map.of());
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        out.println(VisibleText.of(target + " goes on"));
    }
}
