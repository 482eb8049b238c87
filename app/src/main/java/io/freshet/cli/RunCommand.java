package io.freshet.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What one run did. */
@Command(name = "run", description = "Show one run: what it did, and what it could not do.")
final class RunCommand extends Asking {
    private static final int LISTED = 200;
    private static final List<String> COUNTERS = List.of(
            "transferred",
            "renamed",
            "deleted",
            "metadata",
            "adopted",
            "unchanged",
            "excluded",
            "unsupported",
            "held",
            "failed",
            "verified",
            "differing",
            "extra");

    @Parameters(index = "0", paramLabel = "TARGET", description = "The target it served.")
    private String target = "";

    @Parameters(index = "1", paramLabel = "RUN", description = "Its number.")
    private long run;

    @Override
    JsonNode ask(ServerConnection server) {
        String path = "/targets/" + Segment.of(target) + "/runs/" + run;
        ObjectNode answer = JsonMapper.shared().createObjectNode();
        answer.set("run", server.get(path, Map.of()));
        answer.set("deliveries", server.get(path + "/deliveries", Map.of("limit", Integer.toString(LISTED))));
        return answer;
    }

    @Override
    void tell(JsonNode answer, PrintWriter out) {
        JsonNode record = answer.path("run");
        RunsCommand.table(List.of(record)).print(out);
        if (record.path("policyVersion").isNumber()) {
            out.println(VisibleText.of("policy " + policy(record)));
        }
        out.println(counters(record));
        tellWhatIsNotKept(record, out);
        JsonNode listed = answer.path("deliveries").path("items");
        if (!listed.isEmpty()) {
            out.println();
            deliveries(listed).print(out);
            if (answer.path("deliveries").path("next").isString()) {
                out.println("… and more; the run's page has them all");
            }
        }
    }

    /** Returns the policy that a run used, and which version of it where that is known. */
    static String policy(JsonNode record) {
        JsonNode version = record.path("policyVersion");
        return record.path("policy").asString("") + (version.isNumber() ? ", version " + version.asInt() : "");
    }

    /** No list of paths may look like one of a run that did nothing. */
    static void tellWhatIsNotKept(JsonNode record, PrintWriter out) {
        if (record.path("deliveriesSince").isString()) {
            out.println("what it did to paths before " + Wording.moment(record.path("deliveriesSince"))
                    + " is not kept any more; the counters are");
        }
        long unlisted = record.path("unlisted").asLong(0);
        if (unlisted > 0) {
            out.println(
                    unlisted + " of what arrived is counted and not listed: the database's disk was short of space");
        }
    }

    static String counters(JsonNode record) {
        StringBuilder counters = new StringBuilder();
        for (String counter : COUNTERS) {
            if (record.path(counter).asLong() > 0) {
                counters.append(counters.isEmpty() ? "" : ", ")
                        .append(record.path(counter).asLong())
                        .append(' ')
                        .append(counter);
            }
        }
        return counters.isEmpty() ? "nothing to do" : counters.toString();
    }

    static Table deliveries(JsonNode listed) {
        Table deliveries = new Table("OUTCOME", "PATH", "BYTES", "AT", "");
        for (JsonNode delivery : listed) {
            deliveries.row(
                    Wording.state(delivery.path("outcome")),
                    delivery.path("path").asString(),
                    Wording.bytes(delivery.path("bytes").asLong()),
                    Wording.moment(delivery.path("deliveredAt")),
                    delivery.path("reason").asString(""));
        }
        return deliveries;
    }
}
