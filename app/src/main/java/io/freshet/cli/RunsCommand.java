package io.freshet.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Which runs there were. */
@Command(name = "runs", description = "List runs, newest first.")
final class RunsCommand extends Asking {
    @Parameters(arity = "0..1", paramLabel = "TARGET", description = "Only this target's.")
    private @Nullable String target;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: ${DEFAULT-VALUE}.")
    private int limit = 20;

    @Override
    JsonNode ask(ServerConnection server) {
        Map<String, String> query = new HashMap<>();
        query.put("limit", Integer.toString(limit));
        if (target != null) {
            query.put("target", target);
        }
        return server.get("/runs", query);
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        table(answer.path("items")).print(out);
    }

    static Table table(Iterable<JsonNode> runs) {
        Table table = new Table(
                "TARGET", "RUN", "STATE", "LANE", "STARTED", "TOOK", "SENT", "DELETED", "HELD", "FAILED", "BYTES", "");
        for (JsonNode run : runs) {
            table.row(
                    run.path("target").asString(),
                    run.path("run").asLong(),
                    Wording.state(run.path("state")),
                    Wording.state(run.path("lane")),
                    Wording.moment(run.path("startedAt")),
                    Wording.between(run.path("startedAt"), run.path("endedAt")),
                    run.path("transferred").asLong(),
                    run.path("deleted").asLong(),
                    run.path("held").asLong(),
                    run.path("failed").asLong(),
                    Wording.bytes(run.path("bytes").asLong()),
                    run.path("error").asString(""));
        }
        return table;
    }
}
