package io.freshet.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.config.PolicyDocument;
import io.freshet.filter.FilterRules;
import io.freshet.journal.OpeningHours;
import io.freshet.journal.PolicyBook;
import io.freshet.policy.Policies;
import io.freshet.policy.Policy;
import io.freshet.policy.Window;
import io.freshet.run.SourceDefinition;
import io.freshet.run.TargetDefinition;
import io.freshet.target.TargetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class PolicyHoursTest {
    private static final Window WEEK_NIGHTS =
            new Window(Set.of(DayOfWeek.MONDAY, DayOfWeek.FRIDAY), LocalTime.of(22, 0), LocalTime.of(6, 0));

    private final PolicyHours hours = hours(List.of(new SourceDefinition(
            "content",
            Path.of("/srv"),
            FilterRules.NONE,
            List.of(target("always", Policy.withDefaults("continuous")), target("nights", inBerlin(WEEK_NIGHTS))))));

    private static PolicyHours hours(List<SourceDefinition> sources) {
        return new PolicyHours(
                sources, new Policies(List.of(), new PolicyBook(new PGSimpleDataSource()), new PolicyDocument()));
    }

    private static TargetDefinition target(String name, Policy policy) {
        return new TargetDefinition(new TargetAddress(name, URI.create("file:///copy"), Map.of()), policy);
    }

    private static Policy inBerlin(Window... windows) {
        return Policy.withDefaults("nights").in(ZoneId.of("Europe/Berlin"), windows);
    }

    @Test
    void targetWithoutWindowsIsOpen() {
        assertThat(hours.closedUntil("always", Instant.parse("2026-01-05T12:00:00Z")))
                .isNull();
    }

    @Test
    void unknownTargetIsOpen() {
        assertThat(hours.closedUntil("other", Instant.parse("2026-01-05T12:00:00Z")))
                .isNull();
    }

    @Test
    void openWindowIsOpenAlsoPastMidnight() {
        assertThat(hours.closedUntil("nights", Instant.parse("2026-01-05T21:00:00Z")))
                .isNull();
        assertThat(hours.closedUntil("nights", Instant.parse("2026-01-06T04:59:59Z")))
                .isNull();
    }

    @Test
    void closedWindowTellsItsNextOpeningInItsOwnTimeZone() {
        // A Monday at noon, then a Tuesday: Berlin is an hour ahead of UTC in winter, two in summer.
        assertThat(hours.closedUntil("nights", Instant.parse("2026-01-05T12:00:00Z")))
                .isEqualTo(new OpeningHours.Next(Instant.parse("2026-01-05T21:00:00Z"), false));
        assertThat(hours.closedUntil("nights", Instant.parse("2026-01-06T12:00:00Z")))
                .isEqualTo(new OpeningHours.Next(Instant.parse("2026-01-09T21:00:00Z"), false));
        assertThat(hours.closedUntil("nights", Instant.parse("2026-07-06T12:00:00Z")))
                .isEqualTo(new OpeningHours.Next(Instant.parse("2026-07-06T20:00:00Z"), false));
    }

    @Test
    void windowOfTodayThatIsOverOpensInAWeekAtTheLatest() {
        PolicyHours once = hours(List.of(new SourceDefinition(
                "content",
                Path.of("/srv"),
                FilterRules.NONE,
                List.of(target(
                        "weekly",
                        inBerlin(new Window(Set.of(DayOfWeek.MONDAY), LocalTime.of(8, 0), LocalTime.of(9, 0))))))));

        assertThat(once.closedUntil("weekly", Instant.parse("2026-01-05T08:00:00Z")))
                .isEqualTo(new OpeningHours.Next(Instant.parse("2026-01-12T07:00:00Z"), false));
    }
}
