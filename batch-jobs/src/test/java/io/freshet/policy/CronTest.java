package io.freshet.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What crontab(5) says, and what it does when clocks are changed. */
class CronTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0 3 * * *            | 2026-03-02T03:00:00Z | 2026-03-03T03:00:00Z
                    */15 * * * *         | 2026-03-02T10:15:30Z | 2026-03-02T10:30:00Z
                    5-10/5 8,20 * * *    | 2026-03-02T08:06:00Z | 2026-03-02T08:10:00Z
                    50/5 8 * * *         | 2026-03-02T08:51:00Z | 2026-03-02T08:55:00Z
                    0 22 * * mon-fri     | 2026-03-06T22:00:00Z | 2026-03-09T22:00:00Z
                    0 0 * * 7            | 2026-03-02T00:00:00Z | 2026-03-08T00:00:00Z
                    0 0 * * SUN          | 2026-03-02T00:00:00Z | 2026-03-08T00:00:00Z
                    0 0 29 feb *         | 2026-03-02T00:00:00Z | 2028-02-29T00:00:00Z
                    0 0 13 * fri         | 2026-03-02T00:00:00Z | 2026-03-06T00:00:00Z
                    0 0 */2 * mon        | 2026-03-02T00:00:00Z | 2026-03-09T00:00:00Z
                    @daily               | 2026-03-02T00:00:00Z | 2026-03-03T00:00:00Z
                    """)
    void firesNext(String text, Instant after, Instant next) {
        assertThat(Cron.parse(text).next(after, ZoneOffset.UTC)).isEqualTo(next);
    }

    /** In the night of 29 March 2026 the clocks in Berlin go from 02:00 to 03:00: 01:00 UTC. */
    @Test
    void aTimeThatIsLeftOutIsMadeUpForAtTheChangeOfTheClock() {
        assertThat(firings("30 2 * * *", "2026-03-28T00:00:00Z", 3))
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
        assertThat(firings("*/20 2 * * *", "2026-03-28T23:00:00Z", 2))
                .as("one firing stands for all that were left out")
                .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
    }

    /** In the night of 25 October 2026 they go from 03:00 back to 02:00: 01:00 UTC. */
    @Test
    void aTimeThatComesTwiceFiresOnce() {
        assertThat(firings("30 2 * * *", "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        assertThat(firings("0 3 * * *", "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T02:00:00Z", "2026-10-26T02:00:00Z");
    }

    @Test
    void whatFiresEveryHourGoesWithTheClock() {
        assertThat(firings("30 * * * *", "2026-03-29T00:00:00Z", 3))
                .containsExactly("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z");
        assertThat(firings("30 * * * *", "2026-10-24T23:59:00Z", 3))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
    }

    /** Samoa went over the date line: there was no 30 December 2011. */
    @Test
    void aDayThatIsLeftOutIsMadeUpFor() {
        assertThat(Cron.parse("0 12 * * *").next(Instant.parse("2011-12-29T23:00:00Z"), ZoneId.of("Pacific/Apia")))
                .isEqualTo("2011-12-30T10:00:00Z");
    }

    @Test
    void tellsTheLastFiringUpToAMoment() {
        Cron cron = Cron.parse("30 2 * * *");
        Instant after = Instant.parse("2026-10-20T12:00:00Z");
        assertThat(cron.last(after, Instant.parse("2026-10-25T00:30:00Z"), BERLIN))
                .contains(Instant.parse("2026-10-25T00:30:00Z"));
        assertThat(cron.last(after, Instant.parse("2026-10-25T01:45:00Z"), BERLIN))
                .as("it does not come again an hour later")
                .contains(Instant.parse("2026-10-25T00:30:00Z"));
        assertThat(cron.last(after, Instant.parse("2026-10-20T23:00:00Z"), BERLIN))
                .isEmpty();
        assertThat(cron.last(Instant.parse("2026-10-25T00:30:00Z"), Instant.parse("2026-10-26T01:29:59Z"), BERLIN))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    61 3 * * *       | '61' at character 1 (minute) must be 0 to 59
                    0 25 * * *       | '25' at character 3 (hour) must be 0 to 23
                    0 1,2,x * * *    | 'x' at character 7 (hour) must be 0 to 23
                    0 0 0 * *        | '0' at character 5 (day of the month) must be 1 to 31
                    0 0 * foo *      | 'foo' at character 7 (month) must be 1 to 12, or a name such as jan
                    0 0 * * fri-mon  | 'fri-mon' at character 9 (day of the week) ends before it begins; write two ranges
                    0 0 * * */0      | '*/0' at character 9 (day of the week) has a step of 0
                    0 *-3 * * *      | '*-3' at character 3 (hour) must not be * and a range at once
                    0 ? * * *        | '?' at character 3 (hour) is neither a number, a range
                    0 3 * *          | it has 4 fields where five are wanted (minute, hour,
                    0 0 3 * * ?      | it has 6 fields where five are wanted (minute, hour, day of the month, month, day of the week), for example "0 3 * * *" for every day at 03:00; this looks like Quartz's form, leave out the seconds
                    @noon            | is no cron expression; write one of @annually, @daily,
                    0 0 30 2 *       | never fires: there is no such day in any year
                    """)
    void saysWhatIsWrongAndWhere(String text, String message) {
        assertThatThrownBy(() -> Cron.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining(message);
    }

    private static List<String> firings(String text, String after, int count) {
        Cron cron = Cron.parse(text);
        return Stream.iterate(cron.next(Instant.parse(after), BERLIN), at -> cron.next(at, BERLIN))
                .limit(count)
                .map(Instant::toString)
                .toList();
    }
}
