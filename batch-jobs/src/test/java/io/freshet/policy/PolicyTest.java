package io.freshet.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Set<DayOfWeek> DAILY = EnumSet.allOf(DayOfWeek.class);

    /** Who changes a default changes it here, in docs/policies.md and in CHANGELOG.md. */
    @Test
    void theseAreTheDefaults() {
        Policy policy = Policy.withDefaults("x");
        assertThat(policy.windows()).isEmpty();
        assertThat(policy.cron()).isNull();
        assertThat(policy.misfire()).isEqualTo(Misfire.RUN_ONCE);
        assertThat(policy.timeZone()).isEqualTo(ZoneId.of("UTC"));
        assertThat(policy.bytesPerSecond()).isEqualTo(OptionalLong.empty());
        assertThat(policy.maxDeletes()).isEqualTo(new DeletionLimit(1000, 50));
        assertThat(policy.maxDeletesPerRun()).isEqualTo(DeletionLimit.NONE);
        assertThat(policy.maxChanges()).isEqualTo(DeletionLimit.NONE);
        assertThat(policy.parallelism()).isEqualTo(128);
        assertThat(policy.settle()).isEqualTo(Duration.ofMillis(100));
        assertThat(policy.settleMax()).isEqualTo(Duration.ofSeconds(5));
        assertThat(policy.verify()).isEqualTo(Verify.IN_FLIGHT);
        assertThat(policy.unstable()).isEqualTo(Unstable.PUBLISH);
        assertThat(policy.linger()).isEqualTo(Duration.ofSeconds(2));
        assertThat(policy.extras()).isEqualTo(Extras.HOLD);
        assertThat(policy.drift()).isEqualTo(Drift.OVERWRITE);
        assertThat(policy.retry()).isEqualTo(new Retry(Duration.ofMillis(500), Duration.ofMinutes(2)));
        assertThat(policy.approvals()).isEqualTo(new Approvals(false, Duration.ofHours(24)));
        assertThat(policy.retry().ofPermanent()).isEqualTo(new Retry(Duration.ofSeconds(30), Duration.ofHours(1)));
        assertThat(Policy.class.getRecordComponents())
                .as("and there is no other")
                .hasSize(19);
    }

    @Test
    void isWrittenAsInTheConfiguration() {
        assertThat(PolicyText.of(Policy.withDefaults("x")))
                .hasToString(
                        "{bandwidth=unlimited, max-deletes={count: 1000, percent: 50}, max-deletes-per-run=none, max-changes=none,"
                                + " parallelism=128, settle=100ms,"
                                + " settle-max=5s, verify=in-flight, unstable=publish, linger=2s, extras=hold, drift=overwrite,"
                                + " retry={first: 500ms, longest: 2m}, four-eyes=false, approvals-expire=1d}");
        Policy windows = berlin(
                new Window(EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY), at("22:00"), at("06:00"), 20_000_000L),
                new Window(Set.of(DayOfWeek.SUNDAY), at("00:00"), at("00:00"), Window.UNLIMITED));
        assertThat(PolicyText.of(windows))
                .containsEntry(
                        "windows",
                        "{days: mon-fri, from: \"22:00\", to: \"06:00\", bandwidth: 20MB/s}, {days: [sun], from: \"00:00\","
                                + " to: \"24:00\", bandwidth: unlimited}")
                .containsEntry("time-zone", "Europe/Berlin")
                .doesNotContainKey("cron");
        assertThat(PolicyText.of(windows.at(Cron.parse("0 3 * * *"), Misfire.SKIP, BERLIN)))
                .containsEntry("cron", "0 3 * * *")
                .containsEntry("misfire", "skip")
                .containsEntry("time-zone", "Europe/Berlin")
                .doesNotContainKey("windows");
    }

    @Test
    void hasWindowsOrAScheduleNotBoth() {
        Policy windows = berlin(new Window(DAILY, at("22:00"), at("06:00")));
        assertThatThrownBy(() -> new Policy(
                        "both",
                        windows.windows(),
                        Cron.parse("@daily"),
                        Misfire.SKIP,
                        BERLIN,
                        OptionalLong.empty(),
                        windows.maxDeletes(),
                        windows.maxDeletesPerRun(),
                        windows.maxChanges(),
                        windows.parallelism(),
                        windows.settle(),
                        windows.settleMax(),
                        windows.verify(),
                        windows.unstable(),
                        windows.linger(),
                        windows.extras(),
                        Drift.OVERWRITE,
                        windows.retry(),
                        windows.approvals()))
                .hasMessageContaining("give windows or cron, not both");
    }

    /** 02:30 does not exist in the night of 29 March 2026: the clocks go from 02:00 to 03:00, at 01:00 UTC. */
    @Test
    void windowsBeginAndEndWhereTheClockIsPutForward() {
        Policy from = berlin(new Window(DAILY, at("02:30"), at("06:00")));
        assertOpen(from, "2026-03-29T00:59:59Z", false);
        assertOpen(from, "2026-03-29T01:00:00Z", true);
        assertThat(from.opensAfter(Instant.parse("2026-03-28T22:00:00Z"))).isEqualTo("2026-03-29T01:00:00Z");
        assertThat(from.closesAfter(Instant.parse("2026-03-29T01:00:00Z"))).isEqualTo("2026-03-29T04:00:00Z");
        Policy to = berlin(new Window(DAILY, at("22:00"), at("02:30")));
        assertOpen(to, "2026-03-29T00:59:59Z", true);
        assertOpen(to, "2026-03-29T01:00:00Z", false);
        Policy gone = berlin(new Window(DAILY, at("02:10"), at("02:50")));
        assertThat(gone.opensAfter(Instant.parse("2026-03-28T12:00:00Z"))).isEqualTo("2026-03-30T00:10:00Z");
    }

    /** 02:30 comes twice in the night of 25 October 2026: at 00:30 and at 01:30 UTC. */
    @Test
    void windowsOpenAndCloseOnceWhereTheClockIsPutBack() {
        Policy to = berlin(new Window(DAILY, at("22:00"), at("02:30")));
        assertOpen(to, "2026-10-25T00:29:59Z", true);
        assertOpen(to, "2026-10-25T00:30:00Z", false);
        assertOpen(to, "2026-10-25T01:10:00Z", false);
        Policy from = berlin(new Window(DAILY, at("02:30"), at("03:30")));
        assertOpen(from, "2026-10-25T00:30:00Z", true);
        assertOpen(from, "2026-10-25T01:10:00Z", true);
        assertThat(from.closesAfter(Instant.parse("2026-10-25T00:45:00Z"))).isEqualTo("2026-10-25T02:30:00Z");
    }

    @Test
    void windowsThatFollowEachOtherAreOneOpening() {
        Policy policy = berlin(
                new Window(DAILY, at("08:00"), at("12:00"), 1000L), new Window(DAILY, at("12:00"), at("18:00"), 2000L));
        assertThat(policy.closesAfter(Instant.parse("2026-06-02T07:00:00Z"))).isEqualTo("2026-06-02T16:00:00Z");
        assertThat(policy.opensAfter(Instant.parse("2026-06-02T07:00:00Z"))).isEqualTo("2026-06-03T06:00:00Z");
        assertThat(policy.closesAfter(Instant.parse("2026-06-02T16:00:00Z"))).isNull();
    }

    @Test
    void theFirstWindowThatIsOpenSaysHowMuchIsSent() {
        Policy policy = new Policy(
                "grid",
                List.of(
                        new Window(DAILY, at("08:00"), at("12:00"), 1000L),
                        new Window(DAILY, at("11:00"), at("18:00"), Window.UNLIMITED),
                        new Window(DAILY, at("18:00"), at("22:00"))),
                ZoneId.of("UTC"),
                OptionalLong.of(500),
                DeletionLimit.NONE,
                Duration.ZERO,
                Duration.ZERO,
                Verify.RUN,
                Unstable.WAIT,
                Duration.ZERO,
                Extras.LEAVE);
        assertThat(policy.bytesPerSecond(Instant.parse("2026-06-02T11:59:59Z"))).hasValue(1000);
        assertThat(policy.bytesPerSecond(Instant.parse("2026-06-02T12:00:00Z"))).isEmpty();
        assertThat(policy.bytesPerSecond(Instant.parse("2026-06-02T18:00:00Z"))).hasValue(500);
        assertThat(policy.bytesPerSecond(Instant.parse("2026-06-02T23:00:00Z"))).hasValue(500);
    }

    @Test
    void anApprovalExpiresSoLongAfterItCouldBeUsed() {
        Approvals twoHours = new Approvals(false, Duration.ofHours(2));
        Policy windows = berlin(new Window(DAILY, at("22:00"), at("06:00"))).with(twoHours);
        assertThat(windows.approvalExpires(Instant.parse("2026-06-02T21:00:00Z")))
                .isEqualTo("2026-06-02T23:00:00Z");
        assertThat(windows.approvalExpires(Instant.parse("2026-06-02T10:00:00Z")))
                .isEqualTo("2026-06-02T22:00:00Z");
        Policy weekly = Policy.withDefaults("x").at(Cron.parse("0 3 * * sun"), Misfire.RUN_ONCE, BERLIN);
        assertThat(weekly.approvalExpires(Instant.parse("2026-06-02T10:00:00Z")))
                .isEqualTo("2026-06-08T01:00:00Z");
        assertThat(Policy.withDefaults("x").approvalExpires(Instant.parse("2026-06-02T10:00:00Z")))
                .isEqualTo("2026-06-03T10:00:00Z");
    }

    @Test
    void forecastsFiringsAndTellsWhereTheClocksChange() {
        Policy policy = Policy.withDefaults("x").at(Cron.parse("30 2 * * *"), Misfire.RUN_ONCE, BERLIN);
        List<Forecast.Upcoming> next = new Forecast(policy).next(Instant.parse("2026-03-27T12:00:00Z"), 4);
        assertThat(next)
                .extracting(upcoming -> upcoming.local().toOffsetDateTime().toString())
                .containsExactly(
                        "2026-03-28T02:30+01:00",
                        "2026-03-29T03:00+02:00",
                        "2026-03-30T02:30+02:00",
                        "2026-03-31T02:30+02:00");
        assertThat(next)
                .extracting(Forecast.Upcoming::clockChange)
                .containsExactly(null, "the clocks are put forward by 60 minutes before this", null, null);
    }

    @Test
    void forecastsOpeningsAndWhatIsClosedBetween() {
        Policy policy = berlin(new Window(DAILY, at("22:00"), at("06:00")));
        Forecast forecast = new Forecast(policy);
        List<Forecast.Upcoming> next = forecast.next(Instant.parse("2026-10-23T20:30:00Z"), 2);
        assertThat(next)
                .extracting(Forecast.Upcoming::at)
                .containsExactly(Instant.parse("2026-10-24T20:00:00Z"), Instant.parse("2026-10-25T21:00:00Z"));
        assertThat(next)
                .extracting(Forecast.Upcoming::clockChange)
                .containsExactly("the clocks are put back by 60 minutes before this", null);
        assertThat(forecast.closed(Instant.parse("2026-06-02T12:00:00Z"), Instant.parse("2026-06-03T12:00:00Z")))
                .containsExactly(
                        span("2026-06-02T12:00:00Z", "2026-06-02T20:00:00Z"),
                        span("2026-06-03T04:00:00Z", "2026-06-03T20:00:00Z"));
        Policy hourly = policy.at(Cron.parse("0 * * * *"), Misfire.SKIP, BERLIN);
        assertThat(new Forecast(hourly)
                        .closed(Instant.parse("2026-06-02T12:30:00Z"), Instant.parse("2026-06-02T13:30:00Z")))
                .containsExactly(
                        span("2026-06-02T12:30:00Z", "2026-06-02T13:00:00Z"),
                        span("2026-06-02T13:00:00Z", "2026-06-02T14:00:00Z"));
        assertThat(new Forecast(Policy.withDefaults("x")).closed(Instant.EPOCH, Instant.now()))
                .isEmpty();
        assertThat(new Forecast(Policy.withDefaults("x")).next(Instant.now(), 10))
                .isEmpty();
    }

    private static Opening span(String from, String to) {
        return new Opening(Instant.parse(from), Instant.parse(to));
    }

    private static void assertOpen(Policy policy, String moment, boolean open) {
        assertThat(policy.isOpen(Instant.parse(moment))).as(moment).isEqualTo(open);
    }

    private static LocalTime at(String time) {
        return LocalTime.parse(time);
    }

    private static Policy berlin(Window... windows) {
        return Policy.withDefaults("berlin").in(BERLIN, windows);
    }
}
