package io.freshet.app.config;

import java.util.Locale;

/** How a log line is written. */
public enum LogFormat {
    /** Pairs of key and value, for people and {@code grep}. */
    TEXT,
    /** One JSON object a line, with the keys of Logstash's encoder. */
    JSON;

    static LogFormat of(String text) {
        for (LogFormat format : values()) {
            if (format.name().toLowerCase(Locale.ROOT).equals(text)) {
                return format;
            }
        }
        throw new IllegalArgumentException("'" + text + "' must be text or json");
    }
}
