package io.freshet.app.config;

/**
 * One thing that is wrong in a configuration file.
 *
 * @param file the file as it was named
 * @param line counted from 1; 0 where the file as a whole is meant
 * @param column counted from 1
 * @param key the key concerned, for example {@code sources[0].path}; empty where none is
 * @param message what is wrong and what to do
 */
public record ConfigurationProblem(String file, int line, int column, String key, String message) {
    /** Returns the line as compilers write it: {@code file:line:column: key: message}. */
    @Override
    public String toString() {
        return file + ":" + (line == 0 ? "" : line + ":" + column + ":") + (key.isEmpty() ? "" : " " + key + ":") + " "
                + message;
    }
}
