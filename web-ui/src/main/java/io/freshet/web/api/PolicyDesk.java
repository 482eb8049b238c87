package io.freshet.web.api;

import io.freshet.journal.PolicyBook;
import io.freshet.journal.PolicyDelays;
import io.freshet.journal.PolicyVersion;
import io.freshet.policy.Forecast;
import io.freshet.policy.Policies;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyText;
import io.freshet.web.action.RefusedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers what policies there are, what each says and said, and what it leads to. Thread-safe. */
final class PolicyDesk {
    private final Policies policies;
    private final PolicyBook book;
    private final PolicyDelays delays;
    private final Clock clock;

    PolicyDesk(Policies policies, PolicyBook book, PolicyDelays delays, Clock clock) {
        this.policies = policies;
        this.book = book;
        this.delays = delays;
        this.clock = clock;
    }

    /**
     * A policy in the list.
     *
     * @param definedIn {@code file}, which the built-in one counts as, or {@code ui}, where people made it
     * @param version null for one that no target had so far
     * @param schedule {@code continuous}, {@code windows} or {@code cron}
     * @param nextAt when a window opens or the schedule fires next; null where neither is given
     */
    record Line(
            String name,
            String definedIn,
            @Nullable Integer version,
            String schedule,
            boolean open,
            @Nullable Instant nextAt,
            List<String> targets) {}

    /**
     * What a policy says or said.
     *
     * @param definedIn as in the list; null where it is gone
     * @param version null for one that no target had so far
     * @param current whether it says so now
     * @param versions all there were, newest first
     */
    record Shown(
            String name,
            @Nullable String definedIn,
            @Nullable Integer version,
            @Nullable Instant since,
            boolean current,
            Map<String, String> definition,
            List<String> targets,
            List<Numbered> versions) {}

    /**
     * A version and since when it is one.
     *
     * @param madeBy who said so; null: the configuration
     */
    record Numbered(int version, Instant since, @Nullable String madeBy) {}

    /**
     * What a policy leads to.
     *
     * @param open whether targets are served just now
     * @param closesAt until when; null where that has no end, or they are not
     * @param delays what would have waited of the last days, day by day
     */
    record Preview(
            String name,
            String timeZone,
            String schedule,
            boolean open,
            @Nullable OffsetDateTime closesAt,
            List<Coming> next,
            List<String> sources,
            List<PolicyDelays.Day> delays) {}

    /** A firing, or an opening and when it closes, in the policy's time zone. */
    record Coming(
            OffsetDateTime at,
            @Nullable OffsetDateTime closes,
            @Nullable String clockChange) {}

    List<Line> list() {
        Instant now = clock.instant();
        return policies.all().stream()
                .sorted(Comparator.comparing(Policy::name))
                .map(policy -> new Line(
                        policy.name(),
                        definedIn(policy.name()),
                        book.versions(policy.name()).stream()
                                .findFirst()
                                .map(PolicyVersion::version)
                                .orElse(null),
                        schedule(policy),
                        policy.isOpen(now),
                        policy.opensAfter(now),
                        book.targets(policy.name())))
                .toList();
    }

    Shown show(String name, @Nullable Integer wanted) {
        List<PolicyVersion> versions = book.versions(name);
        Policy now = policies.find(name).orElse(null);
        String definedIn = now == null ? null : definedIn(name);
        List<Numbered> numbered = versions.stream()
                .map(each -> new Numbered(each.version(), each.since(), each.madeBy()))
                .toList();
        if (wanted == null && now != null) {
            Map<String, String> says = PolicyText.of(now);
            Optional<PolicyVersion> same = versions.stream()
                    .limit(1)
                    .filter(newest -> newest.definition().equals(says))
                    .findFirst();
            return new Shown(
                    name,
                    definedIn,
                    same.map(PolicyVersion::version).orElse(null),
                    same.map(PolicyVersion::since).orElse(null),
                    true,
                    says,
                    book.targets(name),
                    numbered);
        }
        PolicyVersion found = versions.stream()
                .filter(each -> wanted == null || each.version() == wanted)
                .findFirst()
                .orElseThrow(() -> unknown(name, wanted));
        boolean current = now != null && PolicyText.of(now).equals(found.definition());
        return new Shown(
                name,
                definedIn,
                found.version(),
                found.since(),
                current,
                found.definition(),
                book.targets(name),
                numbered);
    }

    Preview preview(String name, int count, int days, List<String> sources) {
        Policy policy = policies.find(name).orElseThrow(() -> unknown(name, null));
        Instant now = clock.instant();
        Forecast forecast = new Forecast(policy);
        Instant since = now.minus(Duration.ofDays(days));
        List<PolicyDelays.Closed> closed = forecast.closed(since, now).stream()
                .map(each -> new PolicyDelays.Closed(each.opens(), each.closes()))
                .toList();
        Instant closes = policy.closesAfter(now);
        return new Preview(
                name,
                policy.timeZone().getId(),
                schedule(policy),
                policy.isOpen(now),
                closes == null ? null : closes.atZone(policy.timeZone()).toOffsetDateTime(),
                forecast.next(now, count).stream().map(PolicyDesk::coming).toList(),
                sources,
                closed.isEmpty() ? List.of() : delays.read(sources, closed, policy.timeZone()));
    }

    private static Coming coming(Forecast.Upcoming upcoming) {
        return new Coming(
                upcoming.local().toOffsetDateTime().truncatedTo(ChronoUnit.SECONDS),
                upcoming.closes() == null ? null : upcoming.closes().toOffsetDateTime(),
                upcoming.clockChange());
    }

    private String definedIn(String name) {
        return policies.isConfigured(name) ? "file" : "ui";
    }

    private static String schedule(Policy policy) {
        return policy.cron() != null ? "cron" : policy.windows().isEmpty() ? "continuous" : "windows";
    }

    private RefusedException unknown(String name, @Nullable Integer version) {
        return version == null
                ? RefusedException.unknown(
                        "There is no policy '" + name + "'",
                        "There are "
                                + String.join(
                                        ", ",
                                        policies.all().stream()
                                                .map(Policy::name)
                                                .sorted()
                                                .toList()) + ".")
                : RefusedException.unknown(
                        "There is no version " + version + " of policy '" + name + "'",
                        "`freshet policy show " + name + "` lists those there are.");
    }
}
