package io.freshet.transfer.ssh;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts in what {@code %h}, {@code ~} and <code>${NAME}</code> stand for in values of an {@code ssh_config} file. */
final class SshTokens {
    private static final Pattern PERCENT = Pattern.compile("%(.?)", Pattern.DOTALL);
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

    private SshTokens() {}

    /** Returns the text with tokens replaced. Throws {@link IllegalArgumentException} for one that is not known. */
    static String expand(String text, Map<String, String> tokens) {
        Matcher matcher = PERCENT.matcher(text);
        return matcher.replaceAll(found -> {
            String name = found.group(1);
            String value = name.equals("%") ? "%" : tokens.get(name);
            if (value == null) {
                throw new IllegalArgumentException("%" + name + " in '" + text + "' is not understood");
            }
            return Matcher.quoteReplacement(value);
        });
    }

    /** Returns a file, with {@code ~}, tokens and environment variables replaced. */
    static Path file(String text, Map<String, String> tokens, LocalUser user) {
        String below = text;
        if (text.equals("~") || text.startsWith("~/")) {
            below = user.home() + text.substring(1);
        } else if (text.startsWith("~")) {
            throw new IllegalArgumentException("'" + text + "': only ~/ is understood, no other user's home");
        }
        String expanded = VARIABLE.matcher(expand(below, tokens)).replaceAll(found -> {
            String value = user.environment().get(found.group(1));
            if (value == null) {
                throw new IllegalArgumentException("the environment variable in '" + text + "' is not set");
            }
            return Matcher.quoteReplacement(value);
        });
        return Path.of(expanded).toAbsolutePath();
    }
}
