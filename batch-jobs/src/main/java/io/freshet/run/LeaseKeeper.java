package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.Leases;
import java.time.Duration;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes and renews the leases of all targets that this process serves; called every few seconds by one thread. */
final class LeaseKeeper {
    static final Duration TIME_TO_LIVE = Duration.ofSeconds(15);
    /** No side effect is begun so shortly before a lease could pass to another owner. */
    static final Duration MARGIN = Duration.ofSeconds(5);

    static final Duration RENEWAL = Duration.ofSeconds(3);
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final Leases leases;
    private final String node;

    /** @param node the name of this process; only one with it may live at a time */
    LeaseKeeper(Leases leases, String node) {
        this.leases = leases;
        this.node = node;
    }

    void keep(Collection<ServedTarget> targets) {
        for (ServedTarget served : targets) {
            try {
                keep(served);
            } catch (FreshetException e) {
                LOG.warn("event=lease_not_renewed target={} code={} message=\"{}\"", served, e.code(), e.getMessage());
            }
        }
    }

    private void keep(ServedTarget served) {
        long askedAt = System.nanoTime();
        HeldLease held = served.lease();
        if (held == null) {
            leases.acquire(served.id(), node, TIME_TO_LIVE).ifPresent(lease -> {
                served.hold(new HeldLease(lease, TIME_TO_LIVE.minus(MARGIN), askedAt));
                LOG.info("event=lease_taken target={} epoch={}", served, lease.epoch());
            });
        } else if (leases.renew(held.lease(), TIME_TO_LIVE)) {
            held.renewed(askedAt);
        } else {
            held.lost();
            served.hold(null);
            LOG.warn("event=lease_lost target={} epoch={}", served, held.lease().epoch());
        }
    }

    /** Gives all leases back; nothing may be under way any more. */
    void release(Collection<ServedTarget> targets) {
        for (ServedTarget served : targets) {
            HeldLease held = served.lease();
            served.hold(null);
            if (held != null) {
                held.lost();
                try {
                    leases.release(held.lease());
                } catch (FreshetException e) {
                    LOG.debug("event=lease_not_released target={}", served, e);
                }
            }
        }
    }
}
