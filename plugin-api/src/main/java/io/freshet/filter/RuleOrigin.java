package io.freshet.filter;

/**
 * Where a filter rule was written, for messages.
 *
 * @param file the file, as the user called it
 * @param line the line, counted from 1; 0 where only the file is known
 */
public record RuleOrigin(String file, int line) {
    public RuleOrigin {
        if (file.isEmpty() || line < 0) {
            throw new IllegalArgumentException("'" + file + "' line " + line + " is no place of a rule");
        }
    }

    /** Returns for example {@code freshet.yml line 12}. */
    @Override
    public String toString() {
        return line == 0 ? file : file + " line " + line;
    }
}
