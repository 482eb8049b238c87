package io.freshet.app.server;

import io.freshet.journal.OpeningHours;
import io.freshet.policy.Policy;
import io.freshet.run.SourceDefinition;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When the targets of a configuration may be served, by the windows and schedules of their policies. */
final class PolicyHours implements OpeningHours {
    private final Map<String, Policy> policies = new HashMap<>();

    PolicyHours(List<SourceDefinition> sources) {
        sources.stream()
                .flatMap(source -> source.targets().stream())
                .forEach(target -> policies.put(target.name(), target.policy()));
    }

    @Override
    public @Nullable Next closedUntil(String target, Instant now) {
        Policy policy = policies.get(target);
        if (policy == null || policy.isOpen(now)) {
            return null;
        }
        Instant opens = policy.opensAfter(now);
        return opens == null ? null : new Next(opens, policy.cron() != null);
    }
}
