package io.freshet.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Limits what is sent per second. */
@Command(
        name = "bandwidth",
        description = "Limit what is sent per second to a target, or to all targets of a source together. In force"
                + " within a second, also for what is under way, and until it is changed again.")
final class BandwidthCommand extends Asking {
    private static final String CONFIGURED = "configured";

    @Parameters(index = "0", paramLabel = "NAME", description = "A target; with --source, a source.")
    private String name = "";

    @Parameters(
            index = "1",
            paramLabel = "LIMIT",
            description = "For example 20MB/s; 'unlimited' for no limit; '" + CONFIGURED
                    + "' for what the configuration says.")
    private String limit = "";

    @Option(names = "--source", description = "NAME is a source, all of whose targets share the limit.")
    private boolean source;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; shown to everybody who looks.")
    private String reason = "";

    @Override
    JsonNode ask(ServerConnection server) {
        String path = (source ? "/sources/" : "/targets/") + Segment.of(name) + "/bandwidth";
        return limit.equals(CONFIGURED)
                ? server.delete(path)
                : server.put(path, Map.of("limit", limit, "reason", reason));
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        out.println(VisibleText.of("bandwidth of " + (source ? "source " : "") + name + ": "
                + (limit.equals(CONFIGURED) ? "as configured" : limit)));
    }
}
