package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.DatabaseSpace;
import io.freshet.journal.Shortage;
import io.freshet.policy.Space.Capacity;
import io.freshet.policy.Space.MinFree;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at how much of the database's disk is free, and lets stand still what can wait while that is too little (rule 39):
 * first the list of what arrives, then the bulk lanes. The journal is what is left of the disk for. Called every few seconds by
 * one thread.
 */
final class SpaceKeeper {
    static final Duration LOOK = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger(SpaceKeeper.class);
    /** So often the other nodes are told, also while nothing changes. */
    private static final long TOLD_EVERY = 20;
    /** What stands still goes on when there is a tenth more than where it stopped. */
    private static final double ENOUGH = 1.1;

    private final DatabaseRoom room;
    private final DatabaseSpace space;
    private final MinFree minFree;
    private final String node;
    private final Collection<ServedTarget> targets;
    private Shortage shortage = Shortage.NONE;
    private long looks;

    SpaceKeeper(
            DatabaseRoom room, DatabaseSpace space, MinFree minFree, String node, Collection<ServedTarget> targets) {
        this.room = room;
        this.space = space;
        this.minFree = minFree;
        this.node = node;
        this.targets = targets;
    }

    void keep() {
        try {
            Optional<Capacity> seen = room.look();
            if (seen.isPresent()) {
                keep(seen.get());
            }
        } catch (IOException | FreshetException e) {
            LOG.warn("event=database_space_unknown message=\"{}\"", e.getMessage());
        }
    }

    private void keep(Capacity capacity) {
        long least = minFree.of(capacity);
        Shortage now = shortage(capacity.free(), least, shortage);
        boolean changed = now != shortage;
        if (changed) {
            LOG.warn(
                    "event=database_space shortage={} free={} min_free={} total={}",
                    now,
                    capacity.free(),
                    least,
                    capacity.total());
        }
        shortage = now;
        targets.forEach(served -> served.shortage(now));
        if (changed || looks++ % TOLD_EVERY == 0) {
            space.tell(node, capacity.total(), capacity.free(), least, now);
        }
    }

    /** Returns what has to stand still, where {@code before} did until now. */
    static Shortage shortage(long free, long least, Shortage before) {
        if (free < least / 2.0 * (before == Shortage.BULK ? ENOUGH : 1)) {
            return Shortage.BULK;
        }
        return free < least * (before == Shortage.NONE ? 1 : ENOUGH) ? Shortage.DETAIL : Shortage.NONE;
    }
}
