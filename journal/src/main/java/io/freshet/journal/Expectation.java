package io.freshet.journal;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Puts into words when something is expected, alike for paths and targets. */
record Expectation(Wording wording) {
    static final String NO_RATE = "no rate of the last minutes is known";

    /** Nobody can tell, or it is not going at all. */
    Eta none(String reason) {
        return new Eta(null, null, reason, "no time can be told: " + reason);
    }

    /** It does not go on before this moment; how long it takes from then on is not told. */
    Eta notBefore(@Nullable Instant moment, Instant now, String reason) {
        if (moment == null) {
            return none(reason);
        }
        String words = moment.isBefore(now) ? "due now" : "not before " + wording.moment(moment, now);
        return new Eta(moment, null, reason, words + " (" + reason + ")");
    }

    /** It takes so long from a moment on. */
    Eta after(Instant begin, Pace.@Nullable Range range, Instant now, @Nullable String openEnd) {
        if (range == null) {
            return begin.isAfter(now) ? notBefore(begin, now, NO_RATE) : none(NO_RATE);
        }
        Instant earliest = begin.plus(range.shortest());
        Duration longest = range.longest();
        if (longest == null || openEnd != null) {
            return notBefore(earliest, now, openEnd == null ? "more may come to it" : openEnd);
        }
        Instant latest = begin.plus(longest.toMillis() < 1000 ? Duration.ofSeconds(1) : longest);
        String reason = "at the rates of the last minutes";
        Duration most = Duration.between(now, latest);
        String words = most.toSeconds() < 60
                ? "expected within " + Wording.span(Duration.ofSeconds(most.toSeconds() + 1))
                : "expected between " + wording.clock(earliest, now) + " and " + wording.moment(latest, now);
        return new Eta(earliest, latest, reason, words + ", " + reason);
    }
}
