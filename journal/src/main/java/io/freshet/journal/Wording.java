package io.freshet.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How moments, spans and numbers are put into words, alike on pages, in the API and on the command line.
 *
 * @param zone the one zone in which moments are told; its name stands beside every lone moment
 */
public record Wording(ZoneId zone) {
    private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter THIS_YEAR = DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter EARLIER = DateTimeFormatter.ofPattern("d MMM yyyy HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter ZONE_NAME = DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH);
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    /** Returns a moment as {@code 14:02:11} today, {@code 21 Nov 14:02} this year, else with the year. */
    public String clock(Instant moment, Instant now) {
        ZonedDateTime at = moment.atZone(zone);
        ZonedDateTime today = now.atZone(zone);
        if (at.toLocalDate().equals(today.toLocalDate())) {
            return TODAY.format(at);
        }
        return (at.getYear() == today.getYear() ? THIS_YEAR : EARLIER).format(at);
    }

    /** Returns a moment like {@link #clock} with the zone's short name. */
    public String moment(Instant moment, Instant now) {
        return clock(moment, now) + " " + zoneName(moment);
    }

    /** Returns the zone's short name at a moment, for example {@code CET}. */
    public String zoneName(Instant moment) {
        return ZONE_NAME.format(moment.atZone(zone));
    }

    /** Returns a span in at most two units: {@code 820 ms}, {@code 12 s}, {@code 3 min 43 s}, {@code 2 h 05 min}. */
    public static String span(Duration span) {
        Duration positive = span.isNegative() ? Duration.ZERO : span;
        if (positive.toMillis() < 1000) {
            return positive.toMillis() + " ms";
        }
        long seconds = positive.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
        }
        if (seconds < 86_400) {
            return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds % 3600 / 60);
        }
        return seconds / 86_400 + " d" + (seconds % 86_400 < 3600 ? "" : " " + seconds % 86_400 / 3600 + " h");
    }

    /** Returns how long before {@code now} a moment was: {@code 3 min ago}, in one unit. */
    public static String ago(Instant moment, Instant now) {
        long seconds = Math.max(0, Duration.between(moment, now).toSeconds());
        if (seconds < 5) {
            return "just now";
        }
        if (seconds < 60) {
            return seconds + " s ago";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min ago";
        }
        return seconds < 86_400 ? seconds / 3600 + " h ago" : seconds / 86_400 + " d ago";
    }

    /** Returns a count with its digits grouped by no-break spaces: {@code 12 408}. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count).replace(',', '\u00a0');
    }

    /** Returns {@code 1 path}, {@code 12 408 paths}. */
    public static String count(long count, String noun) {
        return count(count) + "\u00a0" + (count == 1 ? noun : plural(noun));
    }

    private static String plural(String noun) {
        return noun.endsWith("y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
    }

    /** Returns a size in decimal units with three significant digits: {@code 812 B}, {@code 41.0 MB}. */
    public static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        if (unit == 0) {
            return bytes + "\u00a0B";
        }
        String digits = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, digits, value) + "\u00a0" + UNITS[unit];
    }

    /** Returns a rate: {@code 42.0 MB/s}. */
    public static String rate(long bytes, Duration span) {
        return bytes(span.toMillis() <= 0 ? 0 : bytes * 1000 / span.toMillis()) + "/s";
    }

    /** Returns a path for a sentence: the source's root has no name of its own. */
    public static String path(String path) {
        return path.isEmpty() ? "the whole source" : path;
    }

    /** Returns an error code as words: {@code CONNECTION_LOST} is {@code connection lost}. */
    public static String code(@Nullable String code) {
        return code == null ? "unknown cause" : code.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
