package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.Bandwidths;
import io.freshet.journal.Registry;
import io.freshet.journal.TargetId;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes over what may be sent per second, as the configuration and people say; called every second by one thread. */
final class LimitKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LimitKeeper.class);

    private final Bandwidths bandwidths;
    private final Registry registry;
    private final Clock clock;
    private final Map<TargetId, ServedTarget> targets;

    LimitKeeper(Bandwidths bandwidths, Registry registry, Collection<ServedTarget> targets, Clock clock) {
        this.bandwidths = bandwidths;
        this.registry = registry;
        this.clock = clock;
        this.targets = targets.stream().collect(Collectors.toMap(ServedTarget::id, Function.identity()));
    }

    void keep() {
        try {
            for (Bandwidths.Allowed allowed : bandwidths.read()) {
                ServedTarget served = targets.get(allowed.target());
                if (served != null) {
                    served.limit(ofTarget(served, allowed), allowed.ofSource());
                }
            }
        } catch (FreshetException e) {
            LOG.warn("event=limits_not_read code={} message=\"{}\"", e.code(), e.getMessage());
        }
    }

    /** As a person says, else as the policy does at this moment, which whoever shows limits reads from the database. */
    private OptionalLong ofTarget(ServedTarget served, Bandwidths.Allowed allowed) {
        OptionalLong ofPolicy = served.policy().bytesPerSecond(clock.instant());
        if (!allowed.configured().equals(ofPolicy) && served.liveLease() != null) {
            registry.limit(served.id(), ofPolicy);
            LOG.info("event=bandwidth_changed target={} bytes_per_second={}", served, ofPolicy);
        }
        return allowed.byPerson() ? allowed.ofTarget() : ofPolicy;
    }
}
