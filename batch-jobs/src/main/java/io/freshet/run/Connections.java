package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.failure.HostKeyChangedException;
import io.freshet.journal.Lane;
import io.freshet.journal.Lease;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetConnector;
import io.freshet.target.TargetSession;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The open connections, one per target and lane, kept between runs so that a burst does not pay for connecting.
 *
 * <p>A connection belongs to one lease epoch: it went through that epoch's gate. It is dropped on any surprise and after
 * some minutes. Thread-safe; a connection itself is used by its lane's thread only.
 */
final class Connections implements AutoCloseable {
    private static final Duration LONGEST_LIFE = Duration.ofMinutes(5);

    private record Key(ServedTarget served, Lane lane) {}

    private record Open(TargetSession session, long epoch, long openedAt) {
        boolean isFresh(Lease lease) {
            return epoch == lease.epoch() && System.nanoTime() - openedAt < LONGEST_LIFE.toNanos();
        }
    }

    private final List<TargetConnector> connectors;
    private final HostKeyGuard hostKeys;
    private final Map<Key, Open> open = new HashMap<>();
    /** Every connection has a gate of its own: what a broken one left in its server's queue finds that gone. */
    private final AtomicLong connections = new AtomicLong();

    Connections(List<TargetConnector> connectors, HostKeyGuard hostKeys) {
        this.connectors = List.copyOf(connectors);
        this.hostKeys = hostKeys;
    }

    /** Returns the lane's connection if it is still good. */
    @Nullable
    TargetSession kept(ServedTarget served, Lane lane, Lease lease) {
        Open kept;
        synchronized (open) {
            kept = open.get(new Key(served, lane));
        }
        if (kept == null) {
            return null;
        }
        if (kept.isFresh(lease)) {
            return kept.session();
        }
        drop(served, lane);
        return null;
    }

    /** Connects, goes through the lease's gate and keeps the connection for the lane. */
    TargetSession connect(ServedTarget served, Lane lane, Lease lease) {
        TargetSession session = reach(served, lease);
        try {
            // What is tried in the staging area must not be swept from there by the other lane's takeover.
            synchronized (served) {
                session.enterGate(
                        lease.epoch(),
                        lease.nonce(),
                        lane.name().toLowerCase(Locale.ROOT),
                        connections.incrementAndGet());
            }
        } catch (FreshetException e) {
            session.close();
            throw e;
        }
        synchronized (open) {
            open.put(new Key(served, lane), new Open(session, lease.epoch(), System.nanoTime()));
        }
        return session;
    }

    private TargetSession reach(ServedTarget served, Lease lease) {
        TargetAddress address = hostKeys.address(served);
        try {
            TargetSession session = connector(address).connect(address);
            hostKeys.passed(served, lease);
            return session;
        } catch (HostKeyChangedException e) {
            hostKeys.hold(served, lease, e);
            throw e;
        }
    }

    private TargetConnector connector(TargetAddress address) {
        return connectors.stream()
                .filter(connector -> connector.supports(address.url().getScheme()))
                .findFirst()
                .orElseThrow(() -> new FreshetException(
                        ErrorCode.CONFIGURATION_INVALID,
                        "target " + address.name() + ": nothing here reaches urls of the scheme '"
                                + address.url().getScheme() + "'; use sftp:// or file://"));
    }

    /** Closes the lane's connection: something about it was not as it should be. */
    void drop(ServedTarget served, Lane lane) {
        Open dropped;
        synchronized (open) {
            dropped = open.remove(new Key(served, lane));
        }
        if (dropped != null) {
            dropped.session().close();
        }
    }

    @Override
    public void close() {
        List<Open> all;
        synchronized (open) {
            all = List.copyOf(open.values());
            open.clear();
        }
        all.forEach(connection -> connection.session().close());
    }
}
