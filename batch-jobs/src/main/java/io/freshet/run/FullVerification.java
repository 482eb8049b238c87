package io.freshet.run;

import io.freshet.journal.ExtraEntries.Permission;
import io.freshet.journal.RunCause;
import io.freshet.journal.TargetVerification;
import io.freshet.policy.Extras;
import java.util.Optional;

/**
 * What a run does whose cause is to verify: it compares the target with its manifest, slice by slice, delivers between two
 * slices what its lane has to do, and sees to what was never put there.
 *
 * <p>The express lane works all the while. Like every run it ends after some minutes, or when its window closes; the next one
 * goes on from the position that is saved. Thread-safe.
 */
final class FullVerification {
    private final Stores stores;
    private final SourceGuard guard;
    private final MountGuard mounts;
    private final Drain drain;

    FullVerification(Stores stores, SourceGuard guard, MountGuard mounts, Drain drain) {
        this.stores = stores;
        this.guard = guard;
        this.mounts = mounts;
        this.drain = drain;
    }

    /**
     * Does the next piece of work.
     *
     * @return whether there may be more in this run
     */
    boolean next(RunScope scope) {
        if (scope.run().cause() != RunCause.VERIFY) {
            return false;
        }
        RunScope.Verifying state = scope.verifying();
        // However busy the lane is, each run gets a step further.
        boolean over = state.hasWorked && scope.isOver();
        if (over || !guard.isStillTheRoot(scope)) {
            return false;
        }
        if (!state.isVerifyingNext && hasDeliveries(scope)) {
            state.isVerifyingNext = true;
            drain.next(scope);
            return true;
        }
        state.isVerifyingNext = false;
        state.hasWorked = true;
        return verify(scope, state) || hasDeliveries(scope);
    }

    private boolean hasDeliveries(RunScope scope) {
        return scope.failuresOf() == null
                && stores.queue().readyLanes(scope.target()).contains(scope.lane());
    }

    private boolean verify(RunScope scope, RunScope.Verifying state) {
        if (state.removals == null) {
            state.removals = new ExtraRemovals(stores, scope, guard);
        }
        Optional<TargetVerification> open = stores.verifications().open(scope.target());
        if (open.isEmpty()) {
            return removeApproved(scope, state.removals);
        }
        scope.missingMounts(mounts.check(scope));
        if (state.comparison == null
                || state.comparison.verification().id() != open.get().id()) {
            state.comparison = new TargetComparison(stores, scope, open.get());
            state.isCompared = false;
        }
        if (!state.isCompared && state.comparison.slice()) {
            return true;
        }
        if (!state.isCompared) {
            state.isCompared = true;
            stores.extras().forgetUnseen(scope.lease(), open.get());
            state.removals.hold();
        }
        boolean deletes = scope.served().policy().extras() == Extras.DELETE;
        if (!deletes || !state.removals.next(Permission.POLICY)) {
            stores.verifications().finish(scope.lease(), open.get().id());
        }
        return true;
    }

    private boolean removeApproved(RunScope scope, ExtraRemovals removals) {
        if (!stores.verifications().isWaiting(scope.target())) {
            return false;
        }
        if (!removals.next(Permission.APPROVED)) {
            stores.extras().endApprovals(scope.lease());
        }
        return true;
    }
}
