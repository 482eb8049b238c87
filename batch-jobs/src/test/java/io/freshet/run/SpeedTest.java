package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpeedTest {
    private static final long SECOND = 1_000_000_000;

    private final Speed speed = new Speed(0, 0);

    @Test
    void growthIsToldPerSecond() {
        assertThat(speed.now(SECOND / 2, 50)).isEqualTo(100);
    }

    @Test
    void whatWasBeforeTheWindowIsForgotten() {
        for (long i = 1; i <= 10; i++) {
            speed.now(i * SECOND, i * 1000);
        }
        for (long i = 11; i <= 16; i++) {
            speed.now(i * SECOND, 10_000);
        }
        assertThat(speed.now(17 * SECOND, 10_000)).isZero();
    }

    @Test
    void aNumberThatFellStartsAnew() {
        speed.now(SECOND, 1000);
        assertThat(speed.now(2 * SECOND, 10)).isZero();
        assertThat(speed.now(3 * SECOND, 30)).isEqualTo(20);
    }
}
