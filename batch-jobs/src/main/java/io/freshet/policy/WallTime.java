package io.freshet.policy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.List;

/** The moments at which the clock on a wall shows a time, where it is put forward and back twice a year. */
final class WallTime {
    private WallTime() {}

    /**
     * Returns the one moment that stands for a time on the wall: the first where it is shown twice, and where it is never shown
     * the moment at which the clock was put past it.
     */
    static Instant once(LocalDateTime time, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        List<ZoneOffset> offsets = rules.getValidOffsets(time);
        return offsets.isEmpty() ? rules.getTransition(time).getInstant() : time.toInstant(offsets.get(0));
    }

    /** Returns every moment at which a time is shown: none, one or two. */
    static List<Instant> each(LocalDateTime time, ZoneId zone) {
        return zone.getRules().getValidOffsets(time).stream()
                .map(time::toInstant)
                .toList();
    }
}
