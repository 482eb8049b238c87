package io.freshet.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fast a lane was while it was at work: over the last minutes, and just now if it is at work.
 *
 * <p>What takes time is items and bytes, and a measurement does not tell them apart. If each item takes the same time, and
 * each byte, then other work takes a time between that of its items and that of its bytes at the measured rates. Alike work
 * gives a narrow range and unlike work a wide one.
 */
public record Pace(@JsonIgnore List<Measured> measured) {
    /** What no rate is that steadily stays as it was. */
    private static final double SOONER = 0.75;

    private static final double LATER = 1.5;

    static final Pace UNKNOWN = new Pace(List.of());

    public Pace {
        measured = List.copyOf(measured);
    }

    /** So much was done in so much time of work. */
    public record Measured(double seconds, double items, double bytes) {}

    /** How long something takes; {@code longest} is null where nobody can tell. */
    record Range(Duration shortest, @Nullable Duration longest) {
        /** Returns how long both take when they go on beside each other. */
        Range beside(Range other) {
            return new Range(
                    shortest.compareTo(other.shortest) < 0 ? other.shortest : shortest,
                    longest == null || other.longest == null
                            ? null
                            : longest.compareTo(other.longest) < 0 ? other.longest : longest);
        }
    }

    @JsonProperty("itemsPerSecond")
    public @Nullable Double itemsPerSecond() {
        return measured.isEmpty() ? null : measured.get(0).items / measured.get(0).seconds;
    }

    @JsonProperty("bytesPerSecond")
    public @Nullable Long bytesPerSecond() {
        return measured.isEmpty() ? null : Math.round(measured.get(0).bytes / measured.get(0).seconds);
    }

    /** Returns how long it takes to do this; null if no rate is known. */
    @Nullable
    Range timeFor(Work work) {
        double shortest = Double.MAX_VALUE;
        double longest = -1;
        for (Measured each : measured) {
            if (each.items > 0) {
                double byItems = each.seconds * work.items() / each.items;
                shortest = Math.min(shortest, byItems);
                longest = Math.max(longest, byItems);
            }
            if (each.bytes > 0) {
                double mean = each.items > 0 ? each.bytes / each.items : 0;
                double byBytes = each.seconds * work.bytesAt(mean) / each.bytes;
                shortest = Math.min(shortest, byBytes);
                longest = Math.max(longest, byBytes);
            }
        }
        if (longest < 0) {
            return null;
        }
        return new Range(seconds(shortest * SOONER), work.isAll() ? seconds(Math.ceil(longest * LATER)) : null);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(Math.min(seconds, 1e10) * 1000));
    }
}
