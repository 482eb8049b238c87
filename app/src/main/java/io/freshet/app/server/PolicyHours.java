package io.freshet.app.server;

import io.freshet.journal.OpeningHours;
import io.freshet.policy.Policies;
import io.freshet.policy.Policy;
import io.freshet.run.SourceDefinition;
import io.freshet.run.TargetDefinition;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When the targets of a configuration may be served, by the windows and schedules of their policies. */
final class PolicyHours implements OpeningHours {
    private final Map<String, TargetDefinition> targets = new HashMap<>();
    private final Policies policies;

    /** @param policies where those are found that the configuration does not define */
    PolicyHours(List<SourceDefinition> sources, Policies policies) {
        sources.stream()
                .flatMap(source -> source.targets().stream())
                .forEach(target -> targets.put(target.name(), target));
        this.policies = policies;
    }

    @Override
    public @Nullable Next closedUntil(String target, Instant now) {
        TargetDefinition definition = targets.get(target);
        if (definition == null) {
            return null;
        }
        Policy policy = definition.policy();
        if (policy == null) {
            policy = policies.find(definition.policyName()).orElse(null);
        }
        if (policy == null || policy.isOpen(now)) {
            return null;
        }
        Instant opens = policy.opensAfter(now);
        return opens == null ? null : new Next(opens, policy.cron() != null);
    }
}
