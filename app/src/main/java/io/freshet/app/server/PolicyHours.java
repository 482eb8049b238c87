package io.freshet.app.server;

import io.freshet.journal.OpeningHours;
import io.freshet.policy.Policy;
import io.freshet.policy.Window;
import io.freshet.run.SourceDefinition;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** When the targets of a configuration may be served, by the windows of their policies. */
final class PolicyHours implements OpeningHours {
    private static final int DAYS_AHEAD = 8;

    private final Map<String, Policy> policies = new HashMap<>();

    PolicyHours(List<SourceDefinition> sources) {
        sources.stream()
                .flatMap(source -> source.targets().stream())
                .forEach(target -> policies.put(target.name(), target.policy()));
    }

    @Override
    public @Nullable Instant closedUntil(String target, Instant now) {
        Policy policy = policies.get(target);
        if (policy == null || policy.isOpen(now)) {
            return null;
        }
        LocalDate today = now.atZone(policy.timeZone()).toLocalDate();
        return Stream.iterate(today, day -> day.plusDays(1))
                .limit(DAYS_AHEAD)
                .flatMap(day -> policy.windows().stream()
                        .filter(window -> window.days().contains(day.getDayOfWeek()))
                        .map(Window::from)
                        .map(time -> day.atTime(time).atZone(policy.timeZone()).toInstant()))
                .filter(opening -> opening.isAfter(now))
                .min(Comparator.naturalOrder())
                .orElse(null);
    }
}
