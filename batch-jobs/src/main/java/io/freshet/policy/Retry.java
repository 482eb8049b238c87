package io.freshet.policy;

import java.time.Duration;

/**
 * How long what failed waits for its next try: at first {@code first}, after each further failure twice as long, at most
 * {@code longest}; of each wait a random part of up to a half is left out, so that tries do not come in step.
 *
 * @param first of what heals by itself; what needs a person begins with 60 times as much
 * @param longest of what heals by itself; what needs a person ends with 30 times as much
 */
public record Retry(Duration first, Duration longest) {
    /** What needs a person is not tried every second: it would only fail. */
    private static final int PERMANENT_FIRST = 60;

    private static final int PERMANENT_LONGEST = 30;
    private static final Duration LEAST = Duration.ofMillis(1);
    /** Of what needs a person: a day as {@code longest}. */
    private static final Duration MOST = Duration.ofDays(PERMANENT_LONGEST);

    public static final Retry DEFAULT = new Retry(Duration.ofMillis(500), Duration.ofMinutes(2));

    public Retry {
        if (first.compareTo(LEAST) < 0 || longest.compareTo(first) < 0 || longest.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("the first wait of a retry must be at least 1ms, the longest at most 30d"
                    + " and not shorter than the first");
        }
    }

    /** Returns the same for failures that do not heal by themselves. */
    public Retry ofPermanent() {
        Duration last = longest.multipliedBy(PERMANENT_LONGEST);
        Duration least = first.multipliedBy(PERMANENT_FIRST);
        return new Retry(least.compareTo(last) < 0 ? least : last, last);
    }
}
