package io.freshet.app.lsyncd;

import java.util.ArrayList;
import java.util.List;

/** What is to be told about one part of the result: in a comment beside it, and, where something is lost, as a warning. */
final class Remarks {
    private final List<String> comments = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** Tells of a difference that costs nothing. */
    void note(String text) {
        if (!comments.contains(text)) {
            comments.add(text);
        }
    }

    /** Tells of what has no counterpart. */
    void warn(String text) {
        if (!warnings.contains(text)) {
            warnings.add(text);
            comments.add("WARNING: " + text);
        }
    }

    List<String> comments() {
        return comments;
    }

    List<String> warnings() {
        return warnings;
    }
}
