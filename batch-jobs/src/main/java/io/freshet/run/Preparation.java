package io.freshet.run;

import io.freshet.journal.Lane;
import io.freshet.journal.Lease;
import io.freshet.journal.Partials;
import io.freshet.journal.TargetState;
import io.freshet.policy.Drift;
import io.freshet.posix.SourceRoot;
import io.freshet.target.Capability;
import io.freshet.target.TargetSession;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What comes before anything is delivered: source root, connection, gate, marker, and what an earlier owner left undone.
 *
 * <p>Thread-safe.
 */
final class Preparation {
    private final Stores stores;
    private final Connections connections;
    private final SourceGuard sourceGuard;
    private final TargetGuard targetGuard;
    private final LoopGuard loopGuard;
    private final Settlement settlement;
    /** The epoch of the lease under which a target's open intents were settled and its staging swept. */
    private final Map<ServedTarget, Long> takenOver = new ConcurrentHashMap<>();

    Preparation(
            Stores stores,
            Connections connections,
            SourceGuard sourceGuard,
            TargetGuard targetGuard,
            LoopGuard loopGuard,
            Settlement settlement) {
        this.stores = stores;
        this.connections = connections;
        this.sourceGuard = sourceGuard;
        this.targetGuard = targetGuard;
        this.loopGuard = loopGuard;
        this.settlement = settlement;
    }

    /**
     * Prepares a run; the root it opens is closed by the run.
     *
     * @throws io.freshet.failure.FreshetException with the reason why the target cannot be served just now
     */
    void prepare(RunScope scope) {
        ServedTarget served = scope.served();
        Lease lease = scope.lease();
        SourceRoot root = sourceGuard.open(served, lease);
        try {
            sourceGuard.requireFresh(served, root);
            TargetState before = stores.states().get(served.id());
            boolean emptyApproved = sourceGuard.check(served, lease, root, before);
            TargetSession session = connected(served, scope.lane(), lease, before);
            // One lane after the other: at the first run of a target both would mark it, and each take the other for
            // somebody else.
            synchronized (served) {
                checkTarget(served, scope.lane(), lease, session);
                takeOver(scope, session);
            }
            scope.prepared(root, session, stores.states().get(served.id()), emptyApproved);
            loopGuard.check(scope);
            reviewDrift(scope);
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }

    private void reviewDrift(RunScope scope) {
        boolean any = stores.drifts().isAny(scope.target());
        scope.watchesDrift(any || scope.served().policy().drift() == Drift.HOLD);
        if (any) {
            new DriftReview(stores, scope).review();
        }
    }

    /**
     * Looks without a run whether the target is there and is the one we know.
     *
     * @throws io.freshet.failure.FreshetException with the reason why it cannot be served just now
     */
    void check(ServedTarget served, Lane lane, Lease lease) {
        TargetSession session = connected(served, lane, lease, stores.states().get(served.id()));
        synchronized (served) {
            checkTarget(served, lane, lease, session);
        }
    }

    private void checkTarget(ServedTarget served, Lane lane, Lease lease, TargetSession session) {
        if (!isTakenOver(served, lease)) {
            targetGuard.checkAbove(served, lease, session);
        }
        targetGuard.check(served, lane, lease, session);
    }

    private boolean isTakenOver(ServedTarget served, Lease lease) {
        Long done = takenOver.get(served);
        return done != null && done == lease.epoch();
    }

    private TargetSession connected(ServedTarget served, Lane lane, Lease lease, TargetState before) {
        TargetSession kept = connections.kept(served, lane, lease);
        TargetSession session = kept == null ? connections.connect(served, lane, lease) : kept;
        // A target that failed was connected to by the probe before this run.
        if (kept == null || before.failingAttempts() > 0) {
            stores.states()
                    .reached(
                            lease,
                            session.capabilities().stream()
                                    .map(Capability::name)
                                    .toList());
        }
        return session;
    }

    /**
     * Once per lease: settles what the previous owner had under way, and sweeps its staging but for what is to be built upon.
     * Called under the target's lock.
     */
    private void takeOver(RunScope scope, TargetSession session) {
        if (isTakenOver(scope.served(), scope.lease())) {
            return;
        }
        settlement.settle(scope, session, path -> true);
        Partials.Known partials = stores.partials().known(scope.target());
        session.sweepStaging(partials.needed());
        stores.partials().forget(scope.lease(), partials.needless());
        takenOver.put(scope.served(), scope.lease().epoch());
    }
}
