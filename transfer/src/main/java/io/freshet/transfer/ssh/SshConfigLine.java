package io.freshet.transfer.ssh;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A line of an {@code ssh_config} file that says something.
 *
 * @param keyword in lower case
 * @param arguments at least one, without quotes
 */
record SshConfigLine(String keyword, List<String> arguments) {
    SshConfigLine {
        arguments = List.copyOf(arguments);
    }

    /** Reads a line; empty for comments. Throws {@link IllegalArgumentException} with what is wrong. */
    static Optional<SshConfigLine> read(String line) {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return Optional.empty();
        }
        int end = 0;
        while (end < text.length()
                && !Character.isWhitespace(text.charAt(end))
                && "=\"".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        String rest = text.substring(end).strip();
        if (rest.startsWith("=")) {
            rest = rest.substring(1).strip();
        }
        List<String> arguments = split(rest);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("there is nothing behind " + text.substring(0, end));
        }
        return Optional.of(new SshConfigLine(text.substring(0, end).toLowerCase(Locale.ROOT), arguments));
    }

    /** Returns the first argument. */
    String argument() {
        return arguments.get(0);
    }

    private static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escapes = c == '\\' && i + 1 < text.length() && isEscaped(text.charAt(i + 1), quote);
            if (escapes) {
                word.append(text.charAt(++i));
                inWord = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (c == ' ' || c == '\t') {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else if (c == '#' && !inWord) {
                break;
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("a quotation mark is not closed");
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    private static boolean isEscaped(char next, char quote) {
        return next == '"' || next == '\'' || next == '\\' || (quote == 0 && next == ' ');
    }
}
