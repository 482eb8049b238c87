package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.Bandwidths;
import io.freshet.journal.TargetId;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes over what may be sent per second, as the configuration and people say; called every second by one thread. */
final class LimitKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LimitKeeper.class);

    private final Bandwidths bandwidths;
    private final Map<TargetId, ServedTarget> targets;

    LimitKeeper(Bandwidths bandwidths, Collection<ServedTarget> targets) {
        this.bandwidths = bandwidths;
        this.targets = targets.stream().collect(Collectors.toMap(ServedTarget::id, Function.identity()));
    }

    void keep() {
        try {
            for (Bandwidths.Allowed allowed : bandwidths.read()) {
                ServedTarget served = targets.get(allowed.target());
                if (served != null) {
                    served.limit(allowed.ofTarget(), allowed.ofSource());
                }
            }
        } catch (FreshetException e) {
            LOG.warn("event=limits_not_read code={} message=\"{}\"", e.code(), e.getMessage());
        }
    }
}
