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
