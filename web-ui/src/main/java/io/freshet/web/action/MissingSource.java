package io.freshet.web.action;

import io.freshet.journal.SourceStatus;
import io.freshet.journal.Status;
import java.util.List;

/** The answer to whoever asks for a source that is not there. */
public final class MissingSource {
    private MissingSource() {}

    /** Returns a source; refuses with the name that was probably meant. */
    public static SourceStatus find(Status status, String name) {
        List<String> names = status.sources().stream().map(SourceStatus::source).toList();
        return status.sources().stream()
                .filter(source -> source.source().equals(name))
                .findFirst()
                .orElseThrow(() -> RefusedException.unknown(
                        "There is no source " + name,
                        Nearest.to(name, names)
                                .map(near -> "Did you mean " + near + "?")
                                .orElse(
                                        names.isEmpty()
                                                ? "There are none yet."
                                                : "There are: " + String.join(", ", names) + ".")));
    }
}
