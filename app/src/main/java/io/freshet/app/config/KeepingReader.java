package io.freshet.app.config;

import io.freshet.policy.Retention;
import java.time.Period;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads {@code keep}. */
final class KeepingReader {
    static final Set<String> KEYS = Stream.concat(
                    Stream.of("deliveries", "runs", "changes", "actions", "batch-metadata"), SpaceReader.KEYS.stream())
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,5})\\s*([A-Za-z]+)");
    private static final Map<String, Unit> UNITS = Map.of(
            "d", new Unit(Period::ofDays, 1),
            "day", new Unit(Period::ofDays, 1),
            "week", new Unit(Period::ofWeeks, 7),
            "month", new Unit(Period::ofMonths, 31),
            "year", new Unit(Period::ofYears, 366));
    private static final int MOST_YEARS = 100;

    /** @param days at most */
    private record Unit(IntFunction<Period> times, int days) {}

    private KeepingReader() {}

    static Optional<Section> section(Value value) {
        return value.section(KEYS, "{deliveries: 13 months, runs: 400 days}");
    }

    /** Returns what is written, and the defaults where nothing is, or something wrong. */
    static Retention read(Section section) {
        Retention defaults = Retention.DEFAULT;
        return new Retention(
                period(section, "deliveries", 31, defaults.deliveries()),
                period(section, "runs", 31, defaults.runs()),
                period(section, "changes", 0, defaults.changes()),
                period(section, "actions", 31, defaults.actions()),
                period(section, "batch-metadata", 1, defaults.batchMetadata()));
    }

    private static Period period(Section section, String key, int leastDays, Period otherwise) {
        return section.value(key)
                .flatMap(value -> value.read(text -> period(text, leastDays)))
                .orElse(otherwise);
    }

    private static Period period(String text, int leastDays) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        String word = matcher.matches() ? matcher.group(2).toLowerCase(Locale.ROOT) : "";
        Unit unit = UNITS.get(word.length() > 1 && word.endsWith("s") ? word.substring(0, word.length() - 1) : word);
        if (unit == null) {
            throw new IllegalArgumentException("'" + text
                    + "' is no time to keep something for; write a number and one of the units days, weeks, months and years,"
                    + " for example 400 days");
        }
        int number = Integer.parseInt(matcher.group(1));
        int days = number * unit.days;
        if (days > MOST_YEARS * 366) {
            throw new IllegalArgumentException(
                    "'" + text + "' is too long; to keep something for ever, write " + MOST_YEARS + " years");
        }
        if (days < leastDays) {
            throw new IllegalArgumentException("'" + text + "' is too short: "
                    + (leastDays == 1 ? "1 day" : leastDays + " days")
                    + " is the least, for pages and restarts need what is younger");
        }
        return unit.times.apply(number);
    }
}
