package io.freshet.run;

import io.freshet.failure.HostKeyChangedException;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Holds;
import io.freshet.journal.Lease;
import io.freshet.target.TargetAddress;
import java.util.List;

/**
 * Has a person decide about a host that shows another key than the one it is known by.
 *
 * <p>An approval accepts that key of that host and nothing else; the known hosts file is never changed. Thread-safe.
 */
final class HostKeyGuard {
    private final Holds holds;

    HostKeyGuard(Holds holds) {
        this.holds = holds;
    }

    /** Returns where a target is, with what people have accepted of its hosts' keys. */
    TargetAddress address(ServedTarget served) {
        TargetAddress address = served.definition().address();
        List<String> approved = holds.approvedSubjects(served.id(), HoldReason.HOST_KEY_CHANGED);
        return approved.isEmpty()
                ? address
                : address.with(TargetAddress.APPROVED_HOST_KEYS, String.join("\n", approved));
    }

    /** Opens a hold, unless a person said already that this key is to be refused. */
    void hold(ServedTarget served, Lease lease, HostKeyChangedException refusal) {
        if (!holds.isRejected(served.id(), HoldReason.HOST_KEY_CHANGED, refusal.shown())) {
            String detail = "target " + served.name() + " is held: " + refusal.getMessage();
            holds.hold(lease, HoldReason.HOST_KEY_CHANGED, detail, refusal.shown(), null, List.of());
        }
    }

    /** The hosts showed keys that are known or accepted. */
    void passed(ServedTarget served, Lease lease) {
        if (holds.isOpen(served.id(), HoldReason.HOST_KEY_CHANGED)) {
            holds.resolveOpen(lease, HoldReason.HOST_KEY_CHANGED);
        }
    }
}
