package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The versions of policies, and what one would have delayed. */
class PolicyBookIT {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private PolicyBook book;
    private JournalRows rows;

    @BeforeEach
    void open() {
        book = new PolicyBook(database.dataSource());
        rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1");
    }

    @Test
    void whatAPolicySaysIsAVersionAndStays() {
        Map<String, String> first = definition("100ms");
        Map<String, String> second = definition("250ms");
        assertThat(book.register("nights", first)).isEqualTo(1);
        assertThat(book.register("nights", first)).as("it says the same").isEqualTo(1);
        assertThat(book.register("nights", second)).isEqualTo(2);
        assertThat(book.register("nights", first))
                .as("as it once was, but anew")
                .isEqualTo(3);
        assertThat(book.register("days", second)).isEqualTo(1);

        assertThat(book.versions("nights")).extracting(PolicyVersion::version).containsExactly(3, 2, 1);
        assertThat(book.find("nights", 2).orElseThrow().definition()).isEqualTo(second);
        assertThat(book.find("nights", 1).orElseThrow().definition().keySet())
                .as("in the order in which it was written")
                .containsExactly("settle", "cron", "a");
        assertThat(book.find("nights", 4)).isEmpty();
        assertThat(book.versions("unknown")).isEmpty();
    }

    private static Map<String, String> definition(String settle) {
        Map<String, String> definition = new LinkedHashMap<>();
        definition.put("settle", settle);
        definition.put("cron", "0 3 * * *");
        definition.put("a", "with \"quotes\" and {braces}");
        return definition;
    }

    /** Closed from 06:00 to 22:00 in Berlin, which is two hours ahead of UTC in June. */
    @Test
    void tellsWhatWouldHaveWaitedDayByDay() {
        rows.delivered("web1", "big/file", "f", 1);
        change("big/file", "2026-06-02T03:59:59Z");
        change("big/file", "2026-06-02T04:00:00Z");
        change("big/file", "2026-06-02T05:00:00Z");
        change("unknown", "2026-06-02T19:00:00Z");
        change("night", "2026-06-02T20:00:00Z");
        change("big/file", "2026-06-03T19:59:00Z");
        change("before", "2026-05-30T12:00:00Z");

        PolicyDelays delays = new PolicyDelays(database.jdbcClient());
        List<PolicyDelays.Closed> closed = List.of(closed("2026-06-02"), closed("2026-06-03"));
        List<PolicyDelays.Day> days = delays.read(List.of("content"), closed, BERLIN);

        assertThat(days)
                .containsExactly(
                        new PolicyDelays.Day(LocalDate.of(2026, 6, 2), 2, 3, 1, 1234L, 16 * 3600),
                        new PolicyDelays.Day(LocalDate.of(2026, 6, 3), 1, 1, 1, 1234L, 60));
        assertThat(delays.read(List.of("another"), closed, BERLIN)).isEmpty();
        assertThat(delays.read(List.of("content"), List.of(closed("2026-06-04")), BERLIN))
                .isEmpty();
    }

    private static PolicyDelays.Closed closed(String day) {
        return new PolicyDelays.Closed(Instant.parse(day + "T04:00:00Z"), Instant.parse(day + "T20:00:00Z"));
    }

    private void change(String path, String observedAt) {
        long seq = rows.change("content", path, "PATH", null);
        rows.sql("UPDATE change SET observed_at = '" + observedAt + "' WHERE seq = " + seq);
    }
}
