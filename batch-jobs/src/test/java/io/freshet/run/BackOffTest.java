package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.policy.Retry;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BackOffTest {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));

    /** Rule 28: no path takes more than a third of a lane. */
    @Test
    void aFileThatIsChangedWhileItIsReadLeavesTheLaneTwiceItsTime() {
        Duration hour = Duration.ofHours(1);

        assertThat(BackOff.ofChangingFile(Retry.DEFAULT, clock, 0, hour))
                .isEqualTo(clock.instant().plus(hour.multipliedBy(2)));
    }

    @Test
    void oneThatIsReadInNoTimeWaitsLikeAnyOther() {
        for (int attempts = 0; attempts < 30; attempts++) {
            Instant next = BackOff.ofChangingFile(Retry.DEFAULT, clock, attempts, Duration.ofMillis(1));

            assertThat(Duration.between(clock.instant(), next))
                    .isBetween(Duration.ofMillis(250), Duration.ofMinutes(2))
                    .isGreaterThanOrEqualTo(shortest(attempts));
        }
    }

    private static Duration shortest(int attempts) {
        return Duration.ofMillis(Math.min(60_000, 250L << Math.min(attempts, 20)));
    }

    @Test
    void aPolicySaysHowSoonAndHowRarely() {
        Retry retry = new Retry(Duration.ofSeconds(8), Duration.ofSeconds(20));

        assertThat(BackOff.ofItem(retry, clock, ErrorCode.TARGET_CONFLICT, 0))
                .isBetween(clock.instant().plusSeconds(4), clock.instant().plusSeconds(8));
        assertThat(BackOff.ofItem(retry, clock, ErrorCode.TARGET_CONFLICT, 9))
                .isBetween(clock.instant().plusSeconds(10), clock.instant().plusSeconds(20));
        assertThat(BackOff.ofItem(retry, clock, ErrorCode.PERMISSION_DENIED, 0))
                .isBetween(clock.instant().plusSeconds(240), clock.instant().plusSeconds(480));
    }

    @Test
    void whatStaysUntilSomebodyActsIsTriedMoreRarely() {
        assertThat(BackOff.ofItem(Retry.DEFAULT, clock, ErrorCode.PERMISSION_DENIED, 0))
                .isAfterOrEqualTo(clock.instant().plusSeconds(15));
    }
}
