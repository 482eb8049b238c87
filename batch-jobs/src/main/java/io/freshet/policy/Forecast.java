package io.freshet.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** When a policy lets a target be served: in future, and when it would have in the past. */
public final class Forecast {
    private static final int DAYS_OF_A_WEEK = 7;

    private final Policy policy;

    public Forecast(Policy policy) {
        this.policy = policy;
    }

    /**
     * A moment at which a run begins or a window opens.
     *
     * @param local the same in the policy's time zone
     * @param closes when the window closes; null for a firing
     * @param clockChange how the clocks are changed between the moment before and this one, or while the window is open; null
     *     where they are not
     */
    public record Upcoming(
            Instant at,
            ZonedDateTime local,
            @Nullable ZonedDateTime closes,
            @Nullable String clockChange) {}

    /** Returns the next firings or openings, in order; none for a policy that is always open. */
    public List<Upcoming> next(Instant now, int count) {
        Cron cron = policy.cron();
        List<Upcoming> upcoming = new ArrayList<>();
        if (cron != null) {
            Instant before = now;
            for (Instant at = cron.next(now, policy.timeZone());
                    upcoming.size() < count;
                    at = cron.next(at, policy.timeZone())) {
                upcoming.add(upcoming(before, at, null));
                before = at;
            }
            return upcoming;
        }
        List<Opening> ahead = policy.openings(now, DAYS_OF_A_WEEK * (count + 2)).stream()
                .filter(opening -> opening.opens().isAfter(now))
                .limit(count)
                .toList();
        Instant before = now;
        for (Opening opening : ahead) {
            upcoming.add(upcoming(before, opening.opens(), opening.closes()));
            before = opening.closes();
        }
        return upcoming;
    }

    private Upcoming upcoming(Instant before, Instant at, @Nullable Instant closes) {
        ZoneId zone = policy.timeZone();
        ZonedDateTime until = closes == null ? null : closes.atZone(zone);
        return new Upcoming(at, at.atZone(zone), until, clockChange(before, closes == null ? at : closes));
    }

    /** Says by how much the clocks differ at two moments, where they do. */
    private @Nullable String clockChange(Instant before, Instant after) {
        ZoneOffset old = policy.timeZone().getRules().getOffset(before);
        ZoneOffset changed = policy.timeZone().getRules().getOffset(after);
        Duration by = Duration.ofSeconds(changed.getTotalSeconds() - (long) old.getTotalSeconds());
        if (by.isZero()) {
            return null;
        }
        return "the clocks are put " + (by.isNegative() ? "back" : "forward") + " by "
                + by.abs().toMinutes() + " minutes before this";
    }

    /**
     * Returns the spans in which what is observed waits, in order: each ends with the opening or firing that delivers it.
     *
     * @param from where the first one may begin
     * @param to where the last one may begin
     */
    public List<Opening> closed(Instant from, Instant to) {
        Cron cron = policy.cron();
        List<Opening> closed = new ArrayList<>();
        if (cron != null) {
            Instant begins = from;
            while (begins.isBefore(to)) {
                Instant fires = cron.next(begins, policy.timeZone());
                closed.add(new Opening(begins, fires));
                begins = fires;
            }
            return closed;
        }
        if (policy.windows().isEmpty()) {
            return closed;
        }
        long days = Duration.between(from, to).toDays() + 1;
        Instant begins = from;
        for (Opening opening : policy.openings(from, (int) days + DAYS_OF_A_WEEK + 2)) {
            if (opening.opens().isAfter(begins) && begins.isBefore(to)) {
                closed.add(new Opening(begins, opening.opens()));
            }
            begins = Stream.of(begins, opening.closes()).max(Instant::compareTo).orElse(begins);
        }
        return closed;
    }
}
