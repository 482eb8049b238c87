package io.freshet.app.config;

import java.util.regex.Pattern;

/** What sources, targets and policies may be called: something that needs no quoting in a shell, a URL or a log. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private Names() {}

    /** Returns {@code text} if it is a name. */
    static String check(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' is no name; use 1 to 63 letters, digits, '.', '_' and '-', beginning with a letter or digit");
        }
        return text;
    }
}
