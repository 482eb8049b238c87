package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordingTest {
    private static final Instant NOW = Instant.parse("2026-11-21T13:02:11Z");

    private final Wording wording = new Wording(ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T13:02:11Z, 14:02:11 CET",
        "2026-11-20T23:00:00Z, 00:00:00 CET",
        "2026-11-20T22:59:59Z, 20 Nov 23:59 CET",
        "2026-07-01T10:00:00Z, 1 Jul 12:00 CEST",
        "2024-11-21T13:02:11Z, 21 Nov 2024 14:02 CET"
    })
    void tellsAMomentInTheZoneOfThePage(Instant moment, String told) {
        assertThat(wording.moment(moment, NOW)).isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource({
        "820, 820 ms",
        "1000, 1 s",
        "59999, 59 s",
        "60000, 1 min",
        "223000, 3 min 43 s",
        "7500000, 2 h 05 min",
        "86400000, 1 d",
        "97200000, 1 d 3 h",
        "-5, 0 ms"
    })
    void tellsASpanInTwoUnitsAtMost(long millis, String told) {
        assertThat(Wording.span(Duration.ofMillis(millis))).isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "812, 812 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "1020, 1.02 kB",
        "9994, 9.99 kB",
        "9996, 10.0 kB",
        "41000000, 41.0 MB",
        "99960, 100 kB",
        "999600, 1.00 MB",
        "426000000000, 426 GB"
    })
    void tellsASizeInThreeDigits(long bytes, String told) {
        assertThat(Wording.bytes(bytes)).isEqualTo(told.replace(' ', '\u00a0'));
    }

    @Test
    void countsWithTheNoun() {
        assertThat(Wording.count(12_408, "path")).isEqualTo("12\u00a0408\u00a0paths");
        assertThat(Wording.count(1, "path")).isEqualTo("1\u00a0path");
        assertThat(Wording.count(2, "entry")).isEqualTo("2\u00a0entries");
    }
}
