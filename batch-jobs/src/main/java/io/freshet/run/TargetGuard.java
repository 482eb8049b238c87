package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Lane;
import io.freshet.journal.Lease;
import io.freshet.journal.TargetGeneration;
import io.freshet.journal.TargetState;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.TargetSession;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches that a target is the one we know: the marker in its {@code .freshet} is ours.
 *
 * <p>A target whose marker is gone is held (its disk may not be mounted), one that is marked as another's is refused; a
 * hold whose reason is gone is ended. Thread-safe.
 */
final class TargetGuard {
    private static final Logger LOG = LoggerFactory.getLogger(TargetGuard.class);
    private static final Set<HoldReason> REASONS = EnumSet.of(HoldReason.TARGET_REPLACED, HoldReason.TARGET_FOREIGN);

    private final Stores stores;
    private final Connections connections;
    private final UUID installation;

    TargetGuard(Stores stores, Connections connections) {
        this.stores = stores;
        this.connections = connections;
        this.installation = stores.registry().installation();
    }

    /** Checks the marker for a lane, and sets it at the first time; called under the target's lock. */
    void check(ServedTarget served, Lane lane, Lease lease, TargetSession session) {
        TargetState state = stores.states().get(served.id());
        Optional<byte[]> content = session.readMarker();
        Optional<TargetMarker> found = content.flatMap(TargetMarker::parse)
                .filter(marker -> marker.installation().equals(installation));
        if (content.isPresent() && found.isEmpty()) {
            throw hold(
                    served,
                    lease,
                    HoldReason.TARGET_FOREIGN,
                    "the target root is marked as another installation's; if it should be ours, remove .freshet/marker"
                            + " there, else correct the url");
        }
        if (state.marker() != null && found.isPresent() && found.get().target().equals(state.marker())) {
            checkGeneration(served, lane, lease, session, found.get());
        } else {
            requireNew(served, lease, state);
            mark(served, lease, session, found);
        }
        stores.holds().resolve(lease, REASONS);
    }

    /** Refuses a root that lies in another target: what is delivered there would be strange here, and might be deleted. */
    void checkAbove(ServedTarget served, Lease lease, TargetSession session) {
        session.markedAbove().ifPresent(above -> {
            throw hold(
                    served,
                    lease,
                    HoldReason.TARGET_FOREIGN,
                    "the target root lies in " + above + ", which is marked as a target of Freshet by itself; choose a"
                            + " directory that is not in another target, or remove " + above
                            + "/.freshet if it is none any"
                            + " more");
        });
    }

    /** A target that was known has lost our marker, or has that of another: a person says that it is filled anew. */
    private void requireNew(ServedTarget served, Lease lease, TargetState state) {
        if (state.marker() == null) {
            return;
        }
        boolean approved = stores.holds()
                .approvedSubject(served.id(), HoldReason.TARGET_REPLACED)
                .isPresent();
        if (!approved) {
            throw hold(
                    served,
                    lease,
                    HoldReason.TARGET_REPLACED,
                    "the target root has lost our marker (is its disk mounted?); mount it, or approve the hold to"
                            + " fill it anew");
        }
        // In this order: forgetting ends what has this repeated after a crash, and an empty manifest looks
        // complete.
        stores.planning().lookAtEverything(lease);
        stores.states().forgetManifest(lease);
    }

    private void mark(ServedTarget served, Lease lease, TargetSession session, Optional<TargetMarker> found) {
        boolean adopting = !session.list(RelativePath.ROOT).isEmpty();
        TargetMarker marker =
                found.orElseGet(() -> new TargetMarker(installation, UUID.randomUUID(), UUID.randomUUID()));
        if (found.isEmpty() && !session.createMarker(marker.content())) {
            throw hold(
                    served,
                    lease,
                    HoldReason.TARGET_FOREIGN,
                    "somebody else marked the target root at this moment; nothing was changed");
        }
        stores.states().marked(lease, marker.target(), marker.generation(), adopting);
    }

    /**
     * Rule 5: a target that went back to yesterday's state, or a database that did, is known by a generation that only one of
     * them has. Then nothing counts that the manifest says: it is forgotten, everything is looked at and compared with what the
     * target holds, as when it was first adopted, and until then nothing is deleted, renamed or sent by blocks.
     */
    private void checkGeneration(
            ServedTarget served, Lane lane, Lease lease, TargetSession session, TargetMarker found) {
        TargetGeneration known = stores.states().generation(served.id());
        Optional<String> doubt = known.doubt(found.generation());
        if (doubt.isPresent()) {
            LOG.warn("event=target_suspect target={} reason=\"{}\"", served, doubt.get());
            // What the other lane has planned goes by the manifest.
            EnumSet.complementOf(EnumSet.of(lane)).forEach(other -> connections.drop(served, other));
            // In this order, as above; a crash in between has it repeated, for the generation is the old one still.
            stores.planning().lookAtEverything(lease);
            stores.states().suspect(lease);
        } else if (!known.isDue(found.generation())) {
            return;
        }
        if (session.capabilities().contains(Capability.ATOMIC_RENAME)) {
            UUID next = UUID.randomUUID();
            stores.states().renewing(lease, next);
            session.replaceMarker(found.of(next).content());
            stores.states().renewed(lease, next);
        } else {
            // Where the marker cannot be replaced in one step it keeps the generation that it was made with.
            stores.states().renewed(lease, found.generation());
        }
    }

    private FreshetException hold(ServedTarget served, Lease lease, HoldReason reason, String detail) {
        String text = "target " + served.name() + " is held: " + detail;
        stores.holds().hold(lease, reason, text, "marker", null, List.of());
        return new FreshetException(ErrorCode.TARGET_ROOT_SUSPECT, text);
    }
}
