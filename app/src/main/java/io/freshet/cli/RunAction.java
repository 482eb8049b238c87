package io.freshet.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Something asked of one run. */
abstract class RunAction extends Asking {
    @Parameters(index = "0", paramLabel = "TARGET", description = "The target it served.")
    private String target = "";

    @Parameters(index = "1", paramLabel = "RUN", description = "Its number.")
    private long run;

    private final String action;

    RunAction(String action) {
        this.action = action;
    }

    @Override
    final JsonNode ask(ServerConnection server) {
        return server.post("/targets/" + Segment.of(target) + "/runs/" + run + "/" + action, Map.of());
    }

    @Override
    final void tell(JsonNode answer, PrintWriter out) {
        out.println(VisibleText.of(action + " of run " + run + " of " + target + " is asked for"));
    }

    /** Tries again what a run could not deliver. */
    @Command(name = "rerun", description = "Make a new run of what failed in a run.")
    static final class Rerun extends RunAction {
        Rerun() {
            super("rerun");
        }
    }

    /** Goes on with a run. */
    @Command(name = "restart", description = "Go on with a run that failed or was stopped, under today's policy.")
    static final class Restart extends RunAction {
        Restart() {
            super("restart");
        }
    }

    /** Ends a run early. */
    @Command(name = "stop", description = "Stop a run at the next block; what it has not delivered keeps waiting.")
    static final class Stop extends RunAction {
        Stop() {
            super("stop");
        }
    }
}
