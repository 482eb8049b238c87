package io.freshet.app.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities as people write them. Every method throws {@link IllegalArgumentException} whose message, read after the
 * key, says what is expected.
 */
public final class Quantity {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([A-Za-z/]*)");

    private static final Map<String, Long> NANOS = Map.of(
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "min", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L);

    /** As on the labels of disks and lines: k is a thousand, Ki is 1024. */
    private static final Map<String, Long> BYTES = Map.ofEntries(
            Map.entry("B", 1L),
            Map.entry("kB", 1_000L),
            Map.entry("KB", 1_000L),
            Map.entry("MB", 1_000_000L),
            Map.entry("GB", 1_000_000_000L),
            Map.entry("TB", 1_000_000_000_000L),
            Map.entry("KiB", 1L << 10),
            Map.entry("MiB", 1L << 20),
            Map.entry("GiB", 1L << 30),
            Map.entry("TiB", 1L << 40));

    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("H:mm", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    private Quantity() {}

    /** Reads {@code 100ms}, {@code 5s}, {@code 1.5m}, {@code 2h} or {@code 1d}; 0 needs no unit. */
    public static Duration duration(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        Long nanos = matcher.matches() ? NANOS.get(matcher.group(2)) : null;
        if (matcher.matches()
                && nanos == null
                && isZero(matcher.group(1))
                && matcher.group(2).isEmpty()) {
            return Duration.ZERO;
        }
        if (nanos == null) {
            throw new IllegalArgumentException("'" + text
                    + "' is no duration; write a number and one of the units ms, s, m, h and d, for example 100ms");
        }
        return Duration.ofNanos(multiply(text, matcher.group(1), nanos));
    }

    /** Reads bytes per second: {@code 200MB/s}, {@code 1.5GiB/s}. */
    static long rate(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        String unit = matcher.matches() ? matcher.group(2) : "";
        Long bytes = unit.endsWith("/s") ? BYTES.get(unit.substring(0, unit.length() - 2)) : null;
        if (bytes == null) {
            throw new IllegalArgumentException("'" + text
                    + "' is no bandwidth; write a number and a unit such as kB/s, MB/s or GB/s, for example 200MB/s");
        }
        long rate = multiply(text, matcher.group(1), bytes);
        if (rate == 0) {
            throw new IllegalArgumentException(
                    "a bandwidth of nothing would never send anything; to stop a target use 'freshet pause'");
        }
        return rate;
    }

    private static boolean isZero(String number) {
        return new BigDecimal(number).signum() == 0;
    }

    private static long multiply(String text, String number, long unit) {
        BigDecimal product = new BigDecimal(number).multiply(BigDecimal.valueOf(unit));
        if (product.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is too large");
        }
        return product.setScale(0, RoundingMode.HALF_UP).longValueExact();
    }

    /** Reads {@code 22:00}; {@code 24:00} is the midnight at which the day ends. */
    static LocalTime time(String text) {
        if (text.equals("24:00")) {
            return LocalTime.MIDNIGHT;
        }
        try {
            return LocalTime.parse(text, TIME);
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no time of day; write hours and minutes, for example \"22:00\"", malformed);
        }
    }

    /** Reads {@code mon}, or {@code mon-fri}, which may run over the end of the week. */
    static List<DayOfWeek> days(String text) {
        String[] ends = text.toLowerCase(Locale.ROOT).split("-", -1);
        int first = DAYS.indexOf(ends[0].strip());
        int last = DAYS.indexOf(ends[ends.length - 1].strip());
        if (first < 0 || last < 0 || ends.length > 2) {
            throw new IllegalArgumentException("'" + text
                    + "' is no day; write mon, tue, wed, thu, fri, sat, sun, a range such as mon-fri, or a list");
        }
        List<DayOfWeek> days = new ArrayList<>();
        for (int day = first; days.isEmpty() || (day - 1 + 7) % 7 != last; day = (day + 1) % 7) {
            days.add(DayOfWeek.of(day + 1));
        }
        return days;
    }
}
