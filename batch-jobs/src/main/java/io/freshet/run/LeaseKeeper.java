package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.Leases;
import java.time.Duration;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes and renews the leases of all targets that this process serves; called every few seconds by one thread. */
final class LeaseKeeper {
    /** No side effect is begun in so large a part of a lease before it could pass to another owner. */
    private static final int MARGIN = 3;

    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final Leases leases;
    private final String node;
    private final Duration timeToLive;

    /** @param node the name of this process; only one with it may live at a time */
    LeaseKeeper(Leases leases, String node, Duration timeToLive) {
        this.leases = leases;
        this.node = node;
        this.timeToLive = timeToLive;
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
            leases.acquire(served.id(), node, timeToLive).ifPresent(lease -> {
                served.hold(new HeldLease(lease, timeToLive.minus(timeToLive.dividedBy(MARGIN)), askedAt));
                LOG.info("event=lease_taken target={} epoch={}", served, lease.epoch());
            });
        } else if (leases.renew(held.lease(), timeToLive)) {
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
