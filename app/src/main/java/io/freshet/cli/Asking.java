package io.freshet.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A command that asks a running server, and tells its answer to a person or a script. */
abstract class Asking implements Callable<Integer> {
    /** How paths are written. */
    static final String PATH =
            "A path below a source's root, as pages and tables show it: \\\\ for a backslash, \\xHH for a"
                    + " byte that is not UTF-8. Or an absolute path in a source.";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file of the server to ask. Default: ./freshet.yml, else"
                    + " /etc/freshet/freshet.yml, else the demo's.")
    private @Nullable Path config;

    @Option(names = "--json", description = "Print the answer as JSON.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public final Integer call() {
        ServerConnection server = ServerConnection.to(config);
        JsonNode answer = ask(server);
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        if (json) {
            out.println(text(answer));
        } else {
            tell(answer, out);
        }
        out.flush();
        return status(answer).status();
    }

    /**
     * Carries out a question that may take long, and draws meanwhile how far everything is: on a terminal, and not where
     * JSON is asked for.
     */
    final JsonNode drawing(ServerConnection server, @Nullable String target, Supplier<JsonNode> question) {
        if (json || !ProgressLine.isWanted()) {
            return question.get();
        }
        ProgressLine line = new ProgressLine(
                () -> server.get("/status", Map.of()),
                target,
                requireNonNull(spec).commandLine().getErr(),
                ProgressLine.EVERY);
        try {
            return question.get();
        } finally {
            line.close();
        }
    }

    /** In ASCII, so that neither a terminal nor a locale can make anything else of it. */
    static String text(JsonNode answer) {
        return JsonMapper.builder()
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(answer);
    }

    /** Asks the server. */
    abstract JsonNode ask(ServerConnection server);

    /** Tells the answer to a person. */
    abstract void tell(JsonNode answer, PrintWriter out);

    /** Returns what the answer means for a script. */
    ExitCode status(JsonNode answer) {
        return ExitCode.OK;
    }
}
