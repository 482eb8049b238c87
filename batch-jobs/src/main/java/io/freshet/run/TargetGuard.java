package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Lease;
import io.freshet.journal.TargetState;
import io.freshet.path.RelativePath;
import io.freshet.target.TargetSession;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Watches that a target is the one we know: the marker in its {@code .freshet} is ours.
 *
 * <p>A target whose marker is gone is held (its disk may not be mounted), one that is marked as another's is refused; a
 * hold whose reason is gone is ended. Thread-safe.
 */
final class TargetGuard {
    private static final Set<HoldReason> REASONS = EnumSet.of(HoldReason.TARGET_REPLACED, HoldReason.TARGET_FOREIGN);

    private final Stores stores;
    private final UUID installation;

    TargetGuard(Stores stores) {
        this.stores = stores;
        this.installation = stores.registry().installation();
    }

    /** Checks the marker before a run, and sets it at the first. */
    void check(ServedTarget served, Lease lease, TargetSession session, TargetState state) {
        Optional<String> found = session.readMarker().map(bytes -> new String(bytes, StandardCharsets.UTF_8));
        if (state.marker() != null && found.equals(Optional.of(marker(UUID.fromString(state.marker()))))) {
            stores.holds().resolve(lease, REASONS);
            return;
        }
        if (found.isPresent() && !found.get().startsWith(prefix())) {
            throw hold(
                    served,
                    lease,
                    HoldReason.TARGET_FOREIGN,
                    "the target root is marked as another installation's; if it should be ours, remove .freshet/marker"
                            + " there, else correct the url");
        }
        if (state.marker() != null) {
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
        mark(served, lease, session, found);
        stores.holds().resolve(lease, REASONS);
    }

    private void mark(ServedTarget served, Lease lease, TargetSession session, Optional<String> found) {
        boolean adopting = !session.list(RelativePath.ROOT).isEmpty();
        UUID marker = found.map(text ->
                        UUID.fromString(text.substring(prefix().length()).strip()))
                .orElseGet(UUID::randomUUID);
        if (found.isEmpty() && !session.createMarker(marker(marker).getBytes(StandardCharsets.UTF_8))) {
            throw hold(
                    served,
                    lease,
                    HoldReason.TARGET_FOREIGN,
                    "somebody else marked the target root at this moment; nothing was changed");
        }
        stores.states().marked(lease, marker, adopting);
    }

    private String prefix() {
        return "freshet installation " + installation + " target ";
    }

    private String marker(UUID target) {
        return prefix() + target + "\n";
    }

    private FreshetException hold(ServedTarget served, Lease lease, HoldReason reason, String detail) {
        String text = "target " + served.name() + " is held: " + detail;
        stores.holds().hold(lease, reason, text, "marker", null, List.of());
        return new FreshetException(ErrorCode.TARGET_ROOT_SUSPECT, text);
    }
}
