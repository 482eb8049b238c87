package io.freshet.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A cron expression of five fields, as in crontab(5): minute, hour, day of the month, month, day of the week.
 *
 * <p>Where both days are restricted, either will do. An expression that names its hours happens once for each time on the
 * wall that it names: at the first of two when the clock is put back, and when the clock is put past it, at that moment. With
 * {@code *} for the hour it goes with the clock: not in an hour that is left out, and twice in one that comes twice.
 *
 * @param text as it was written
 * @param weekdays as in {@link DayOfWeek#getValue()}
 * @param everyHour whether the hour began with {@code *}
 * @param everyDay whether the day of the month began with {@code *}
 * @param everyWeekday whether the day of the week began with {@code *}
 */
public record Cron(
        String text,
        Set<Integer> minutes,
        Set<Integer> hours,
        Set<Integer> days,
        Set<Integer> months,
        Set<Integer> weekdays,
        boolean everyHour,
        boolean everyDay,
        boolean everyWeekday) {
    /** Two more than lie between two 29ths of February around the year 2100. */
    private static final int DAYS_AHEAD = 9 * 366;

    static final Map<String, String> NICKNAMES = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");

    public Cron {
        minutes = Set.copyOf(minutes);
        hours = Set.copyOf(hours);
        days = Set.copyOf(days);
        months = Set.copyOf(months);
        weekdays = Set.copyOf(weekdays);
        if (minutes.isEmpty() || hours.isEmpty() || days.isEmpty() || months.isEmpty() || weekdays.isEmpty()) {
            throw new IllegalArgumentException("a cron expression needs at least one value in each field");
        }
    }

    /**
     * Reads {@code 0 3 * * *}, or one of the nicknames such as {@code @daily}.
     *
     * @throws IllegalArgumentException with a message that says what is wrong, where, and what is expected
     */
    public static Cron parse(String text) {
        return new CronReader(text).read();
    }

    /** Returns the first moment after {@code moment} at which it fires. */
    public Instant next(Instant moment, ZoneId zone) {
        LocalDate first = moment.atZone(zone).toLocalDate();
        return Stream.iterate(first, day -> day.plusDays(1))
                .limit(DAYS_AHEAD)
                .filter(this::fitsDay)
                .map(day -> firings(day, zone).stream()
                        .filter(firing -> firing.isAfter(moment))
                        .findFirst())
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("'" + text + "' does not fire within nine years"));
    }

    /** Returns the last moment up to {@code moment}, but after {@code after}, at which it fires; empty where there is none. */
    public Optional<Instant> last(Instant after, Instant moment, ZoneId zone) {
        LocalDate earliest = after.atZone(zone).toLocalDate();
        return Stream.iterate(
                        moment.atZone(zone).toLocalDate(), day -> !day.isBefore(earliest), day -> day.minusDays(1))
                .filter(this::fitsDay)
                .flatMap(
                        day -> firings(day, zone).stream()
                                .filter(firing -> !firing.isAfter(moment))
                                .reduce((one, other) -> other)
                                .stream())
                .findFirst()
                .filter(firing -> firing.isAfter(after));
    }

    /** Returns whether there is any day on which it fires. */
    boolean everFires() {
        return Stream.iterate(LocalDate.of(2024, 1, 1), day -> day.plusDays(1))
                .limit(DAYS_AHEAD)
                .anyMatch(this::fitsDay);
    }

    private boolean fitsDay(LocalDate day) {
        if (!months.contains(day.getMonthValue())) {
            return false;
        }
        boolean inMonth = days.contains(day.getDayOfMonth());
        boolean inWeek = weekdays.contains(day.getDayOfWeek().getValue());
        return (everyDay || everyWeekday) ? inMonth && inWeek : inMonth || inWeek;
    }

    private List<Instant> firings(LocalDate day, ZoneId zone) {
        return hours.stream()
                .flatMap(hour -> minutes.stream().map(minute -> LocalTime.of(hour, minute)))
                .map(day::atTime)
                .flatMap(time -> everyHour ? WallTime.each(time, zone).stream() : Stream.of(WallTime.once(time, zone)))
                .sorted()
                .toList();
    }

    @Override
    public String toString() {
        return text;
    }
}
