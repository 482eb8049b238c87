package io.freshet.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A span of the week in which a target may be served.
 *
 * @param days the days on which the window opens
 * @param from when it opens, inclusive
 * @param to when it closes, exclusive; at or before {@code from} means on the next day
 * @param bytesPerSecond the most that is sent while it is open, {@link #UNLIMITED} for any rate; null: what the policy says
 */
public record Window(
        Set<DayOfWeek> days,
        LocalTime from,
        LocalTime to,
        @Nullable Long bytesPerSecond) {
    /** A rate that nothing reaches. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public Window {
        if (days.isEmpty()) {
            throw new IllegalArgumentException("a window needs at least one day");
        }
        if (bytesPerSecond != null && bytesPerSecond < 1) {
            throw new IllegalArgumentException("a window must let at least 1 byte per second through");
        }
        days = Set.copyOf(days);
    }

    /** A window in which as much is sent as the policy says. */
    public Window(Set<DayOfWeek> days, LocalTime from, LocalTime to) {
        this(days, from, to, null);
    }

    /** Returns the opening that begins on a day; empty on other days, and where the clock is put past all of it. */
    Optional<Opening> on(LocalDate day, ZoneId zone) {
        if (!days.contains(day.getDayOfWeek())) {
            return Optional.empty();
        }
        LocalDate end = from.isBefore(to) ? day : day.plusDays(1);
        Instant opens = WallTime.once(day.atTime(from), zone);
        Instant closes = WallTime.once(end.atTime(to), zone);
        return opens.isBefore(closes) ? Optional.of(new Opening(opens, closes)) : Optional.empty();
    }

    /** Returns whether the window is open at a moment. */
    boolean isOpen(Instant moment, ZoneId zone) {
        LocalDate today = moment.atZone(zone).toLocalDate();
        return today.minusDays(2)
                .datesUntil(today.plusDays(1))
                .flatMap(day -> on(day, zone).stream())
                .anyMatch(opening -> opening.contains(moment));
    }
}
