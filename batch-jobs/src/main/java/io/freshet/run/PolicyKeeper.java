package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.policy.Policies;
import io.freshet.policy.Policies.Versioned;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes over what people have policies say that they made; called every second by one thread. */
final class PolicyKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyKeeper.class);

    private final Policies policies;
    private final CronFirings firings;
    private final List<ServedTarget> following;

    /** @param targets of which those are looked after whose policy the configuration does not define */
    PolicyKeeper(Policies policies, CronFirings firings, Collection<ServedTarget> targets) {
        this.policies = policies;
        this.firings = firings;
        this.following = targets.stream()
                .filter(target -> target.definition().policy() == null)
                .toList();
    }

    void keep() {
        if (following.isEmpty()) {
            return;
        }
        try {
            Map<String, Versioned> made = policies.made();
            for (ServedTarget served : following) {
                Versioned now = made.get(served.definition().policyName());
                if (now != null && now.version() != served.policyVersion()) {
                    served.follow(now);
                    firings.follow(served.id(), now.policy());
                    LOG.info(
                            "event=policy_changed target={} policy={} version={}",
                            served,
                            now.policy().name(),
                            now.version());
                }
            }
        } catch (FreshetException e) {
            LOG.warn("event=policies_not_read code={} message=\"{}\"", e.code(), e.getMessage());
        }
    }
}
