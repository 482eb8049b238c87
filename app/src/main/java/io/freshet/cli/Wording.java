package io.freshet.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Moments, spans and sizes as tables show them. */
final class Wording {
    private static final String NOTHING = "-";
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter DATE_AND_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Wording() {}

    /** Returns a moment in the local time zone; of today without the date. */
    static String moment(JsonNode value) {
        if (!value.isString()) {
            return NOTHING;
        }
        ZonedDateTime moment = Instant.parse(value.asString()).atZone(ZoneId.systemDefault());
        boolean isToday = moment.toLocalDate().equals(LocalDate.now(moment.getZone()));
        return (isToday ? TIME : DATE_AND_TIME).format(moment);
    }

    /** Returns the time between two moments, or until now. */
    static String between(JsonNode from, JsonNode to) {
        if (!from.isString()) {
            return NOTHING;
        }
        Instant end = to.isString() ? Instant.parse(to.asString()) : Instant.now();
        return span(Duration.between(Instant.parse(from.asString()), end));
    }

    static String seconds(JsonNode value) {
        return value.isNumber() ? span(Duration.ofSeconds(value.asLong())) : NOTHING;
    }

    static String span(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", Math.max(0, span.toMillis()) / 1000.0);
        }
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }

    static String bytes(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < UNITS.length - 1) {
            size /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }

    /** Returns the name of a state as words: {@code UP_TO_DATE} is {@code up to date}. */
    static String state(JsonNode value) {
        return value.asString(NOTHING).toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String text(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? NOTHING : value.asString();
    }
}
