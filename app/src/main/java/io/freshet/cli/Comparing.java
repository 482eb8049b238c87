package io.freshet.cli;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** A command that has something compared, all of it or what is below a path. */
abstract class Comparing extends Asking {
    @Option(names = "--path", paramLabel = "PATH", description = "Only what is at and below it. " + PATH)
    private @Nullable String path;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
    private String reason = "";

    /** Returns what the server is told of it; may be added to. */
    final Map<String, Object> body() {
        Map<String, Object> body = new HashMap<>();
        if (path != null) {
            body.put("path", path);
        }
        body.put("reason", reason);
        return body;
    }

    /** Returns the answer's path as part of a sentence; nothing where that is all there is. */
    static String below(JsonNode answer) {
        String path = answer.path("path").asString();
        return path.isEmpty() ? "" : ", " + path + ",";
    }
}
