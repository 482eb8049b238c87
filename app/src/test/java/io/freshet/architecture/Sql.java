package io.freshet.architecture;

import java.util.regex.Pattern;

/** What must not be in a statement. */
final class Sql {
    private static final Pattern PATH_LIKE = Pattern.compile(
            "(?is)\\b(path|name|moved_from|root_path)\\b\\s*\\)?\\s*(::\\s*text\\s*)?(NOT\\s+)?(I?LIKE\\b|SIMILAR\\s+TO\\b|!?~)");

    private Sql() {}

    /** Returns whether a text compares a column that holds a path or a name by a pattern. */
    static boolean matchesPathsByLike(String text) {
        return PATH_LIKE.matcher(text).find();
    }
}
