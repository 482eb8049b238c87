package io.freshet.policy;

import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.Set;

/**
 * A span of the week in which a target may be served.
 *
 * @param days the days on which the window opens
 * @param from when it opens, inclusive
 * @param to when it closes, exclusive; at or before {@code from} means on the next day
 */
public record Window(Set<DayOfWeek> days, LocalTime from, LocalTime to) {
    public Window {
        if (days.isEmpty()) {
            throw new IllegalArgumentException("a window needs at least one day");
        }
        days = Set.copyOf(days);
    }

    /** Returns whether the window is open on this day of the week at this time of day. */
    public boolean contains(DayOfWeek day, LocalTime time) {
        if (from.isBefore(to)) {
            return days.contains(day) && !time.isBefore(from) && time.isBefore(to);
        }
        return (days.contains(day) && !time.isBefore(from)) || (days.contains(day.minus(1)) && time.isBefore(to));
    }
}
