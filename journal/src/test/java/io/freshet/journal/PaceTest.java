package io.freshet.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.journal.Work.Counted;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
    /** A hundred items of 1 MB in ten seconds. */
    private static final Pace PACE = new Pace(List.of(new Pace.Measured(10, 100, 100_000_000)));

    @Test
    void alikeWorkTakesAboutItsTime() {
        Pace.Range range = requireNonNull(PACE.timeFor(exactly(1000, 1000, 1_000_000_000)));
        assertThat(range.shortest()).isEqualTo(Duration.ofSeconds(75));
        assertThat(range.longest()).isEqualTo(Duration.ofSeconds(150));
    }

    /** The measurement does not tell what of its time went into items and what into bytes: both must be in the range. */
    @Test
    void unlikeWorkHasAWideRange() {
        Pace.Range large = requireNonNull(PACE.timeFor(exactly(1, 1, 10_000_000_000L)));
        assertThat(large.shortest()).isLessThan(Duration.ofMillis(100));
        assertThat(large.longest()).isEqualTo(Duration.ofMinutes(25));
        Pace.Range small = requireNonNull(PACE.timeFor(exactly(1000, 1000, 0)));
        assertThat(small.shortest()).isZero();
        assertThat(small.longest()).isEqualTo(Duration.ofSeconds(150));
    }

    @Test
    void whatHasNoSizeIsTakenForWhatWasMeasuredOrSampled() {
        assertThat(requireNonNull(PACE.timeFor(exactly(1000, 0, 0))).longest()).isEqualTo(Duration.ofSeconds(150));
        Work sampled = exactly(1000, 20, 200_000_000);
        assertThat(sampled.bytesAt(1)).isEqualTo(10_000_000_000d);
        assertThat(requireNonNull(PACE.timeFor(sampled)).longest()).isEqualTo(Duration.ofMinutes(25));
    }

    @Test
    void hasNoEndWhereNotEverythingIsCounted() {
        for (Work open :
                List.of(new Work(10_000, Counted.AT_LEAST, 0, 0, 0), new Work(10_000, Counted.EXACTLY, 0, 0, 1))) {
            Pace.Range range = requireNonNull(PACE.timeFor(open));
            assertThat(range.shortest()).isEqualTo(Duration.ofSeconds(750));
            assertThat(range.longest()).isNull();
        }
    }

    @Test
    void isToldOnlyFromRates() {
        assertThat(Pace.UNKNOWN.timeFor(exactly(1, 1, 1))).isNull();
        assertThat(new Pace(List.of(new Pace.Measured(1, 0, 0))).timeFor(exactly(1, 1, 1)))
                .isNull();
        Expectation expectation = new Expectation(new Wording(ZoneOffset.UTC));
        Instant now = Instant.parse("2026-11-30T12:00:00Z");
        assertThat(expectation.after(now, null, now, null).words())
                .isEqualTo("no time can be told: no rate of the last minutes is known");
        assertThat(expectation.after(now, PACE.timeFor(exactly(1000, 1000, 1_000_000_000)), now, null))
                .isEqualTo(new Eta(
                        now.plusSeconds(75),
                        now.plusSeconds(150),
                        "at the rates of the last minutes",
                        "expected between 12:01:15 and 12:02:30 Z, at the rates of the last minutes"));
        assertThat(expectation
                        .notBefore(now.plusSeconds(36_000), now, "window opens")
                        .words())
                .isEqualTo("not before 22:00:00 Z (window opens)");
        assertThat(expectation.notBefore(now.minusSeconds(1), now, "next try").words())
                .isEqualTo("due now (next try)");
    }

    @Test
    void lanesBesideEachOtherTakeAsLongAsTheLonger() {
        Pace.Range one = new Pace.Range(Duration.ofSeconds(1), Duration.ofSeconds(9));
        Pace.Range other = new Pace.Range(Duration.ofSeconds(2), Duration.ofSeconds(5));
        assertThat(one.beside(other)).isEqualTo(new Pace.Range(Duration.ofSeconds(2), Duration.ofSeconds(9)));
        assertThat(one.beside(new Pace.Range(Duration.ZERO, null)))
                .isEqualTo(new Pace.Range(Duration.ofSeconds(1), null));
    }

    @Test
    void wordsSayHowFarWasCounted() {
        assertThat(new Work(1000, Counted.MORE_THAN, 200, 5_000_000, 0).words().replace('\u00a0', ' '))
                .isEqualTo("more than 1 000 items, more than 5.00 MB");
        assertThat(new Work(37, Counted.AT_LEAST, 0, 0, 0).words().replace('\u00a0', ' '))
                .isEqualTo("at least 37 items");
        assertThat(exactly(2, 2, 5_000_000).words().replace('\u00a0', ' ')).isEqualTo("2 items, 5.00 MB");
        assertThat(exactly(2, 1, 5_000_000).words().replace('\u00a0', ' ')).isEqualTo("2 items, more than 5.00 MB");
        assertThat(new Work(123_456, Counted.ABOUT, 0, 0, 1).words().replace('\u00a0', ' '))
                .isEqualTo("about 120 000 items, 1 directory of which to be looked through");
    }

    private static Work exactly(long items, long sized, long bytes) {
        return new Work(items, Counted.EXACTLY, sized, bytes, 0);
    }
}
