package io.freshet.run;

import io.freshet.journal.Delivery;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Holds.HeldPath;
import io.freshet.journal.Outcome;
import io.freshet.path.RelativePath;
import io.freshet.policy.DeletionLimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files of one wave that would get another content on the target, by whatever operation: counted against the policy's
 * limit before the first, and all held if it would be crossed (rule 42).
 *
 * <p>What the manifest does not know for certain is no more than put right, and does not count. Used by one thread.
 */
final class Rewrites {
    private final Stores stores;
    private final RunScope scope;
    private final Wave wave;
    /** What counts once it was done: nobody has approved it. */
    private final Set<RelativePath> counted = new HashSet<>();

    Rewrites(Stores stores, RunScope scope, Wave wave) {
        this.stores = stores;
        this.scope = scope;
        this.wave = wave;
    }

    /** Takes from the plan what has to wait for a person. */
    void decide(WavePlan plan) {
        if (limit().equals(DeletionLimit.NONE)) {
            return;
        }
        List<Candidate> rewriting = Stream.of(
                        plan.contents.stream(),
                        plan.renames.stream(),
                        plan.links.stream().map(WavePlan.Link::candidate))
                .flatMap(candidates -> candidates)
                .filter(Rewrites::isRewriting)
                .toList();
        if (rewriting.isEmpty()) {
            return;
        }
        stores.holds().expire(scope.lease());
        Map<RelativePath, HeldPath> approvals = stores.holds()
                .approved(
                        scope.target(),
                        HoldReason.CHANGES_OVER_LIMIT,
                        rewriting.stream().map(Candidate::path).toList());
        Map<RelativePath, Candidate> unapproved = new HashMap<>();
        for (Candidate candidate : rewriting) {
            HeldPath approved = approvals.get(candidate.path());
            if (approved == null || candidate.item().seq() > approved.seq()) {
                unapproved.put(candidate.path(), candidate);
            }
        }
        if (mustHold(unapproved.size())) {
            hold(unapproved);
            plan.withdraw(unapproved.keySet());
            plan.renames.removeIf(candidate -> unapproved.containsKey(candidate.path()));
        } else {
            counted.addAll(unapproved.keySet());
        }
    }

    private DeletionLimit limit() {
        return scope.served().policy().maxChanges();
    }

    private static boolean isRewriting(Candidate candidate) {
        return candidate.held() != null
                && candidate.held().supported()
                && !candidate.held().isDirectory()
                && !candidate.held().isUnknown();
    }

    private boolean mustHold(int rewriting) {
        if (rewriting == 0) {
            return false;
        }
        if (stores.holds().isOpen(scope.target(), HoldReason.CHANGES_OVER_LIMIT)) {
            return true;
        }
        long rewritten = stores.deliveries().rewrittenInLastHour(scope.target());
        long holds = stores.states().get(scope.target()).manifestRows();
        return limit().isExceededBy(rewritten + rewriting, holds);
    }

    private void hold(Map<RelativePath, Candidate> candidates) {
        List<HeldPath> paths = new ArrayList<>();
        candidates.forEach((path, candidate) -> {
            paths.add(new HeldPath(path, candidate.item().seq(), 0));
            wave.record()
                    .deliver(new Delivery(
                            candidate.item(),
                            path,
                            Outcome.HELD,
                            null,
                            0,
                            null,
                            "that it is overwritten waits for approval: over the limit",
                            null));
        });
        DeletionLimit limit = limit();
        stores.holds()
                .hold(
                        scope.lease(),
                        HoldReason.CHANGES_OVER_LIMIT,
                        "files that are rewritten on " + scope.served().name() + " passed the limit of " + limit.count()
                                + " files and " + limit.percent() + " % within an hour (last: " + paths.size()
                                + " files); approve the hold to overwrite them, or put the files back",
                        null,
                        scope.run().number(),
                        paths);
    }

    /** A file was put in the place of what the target had. */
    void done(Candidate candidate) {
        if (counted.remove(candidate.path())) {
            wave.record().countRewritten();
        }
    }
}
