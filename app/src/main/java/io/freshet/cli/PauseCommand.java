package io.freshet.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Stops deliveries to a target. */
@Command(
        name = "pause",
        description = "Stop deliveries to a target until 'freshet resume'; changes queue up meanwhile.")
final class PauseCommand extends Asking {
    @Parameters(paramLabel = "TARGET", description = "The target.")
    private String target = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; shown to everybody who looks.")
    private String reason = "";

    @Override
    JsonNode ask(ServerConnection server) {
        return server.post("/targets/" + Segment.of(target) + "/pause", Map.of("reason", reason));
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        out.println(VisibleText.of(target + " is paused"));
    }
}
