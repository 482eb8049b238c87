package io.freshet.run;

import io.freshet.file.PartialKey;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The work of a run: wave after wave until its lane has been quiet for a while, the run is old enough, its policy's
 * window has closed, or the source's root is another. Thread-safe; a run is driven by its lane's thread.
 */
final class Drain {
    /** How long to wait where everything that is ready collides with what the other lane is doing. */
    private static final long COLLISION_MILLIS = 20;

    private final Stores stores;
    private final SourceGuard guard;
    private final LoopGuard loops;
    private final MountGuard mounts;
    private final Settlement settlement;

    Drain(Stores stores, SourceGuard guard, LoopGuard loops, MountGuard mounts, Settlement settlement) {
        this.stores = stores;
        this.guard = guard;
        this.loops = loops;
        this.mounts = mounts;
        this.settlement = settlement;
    }

    /**
     * Does the next wave.
     *
     * @return whether the run goes on
     * @throws io.freshet.failure.FreshetException if the target as a whole cannot be served any more
     */
    boolean next(RunScope scope) {
        if (scope.isOver() || !guard.isStillTheRoot(scope)) {
            scope.recorder().await();
            removeNeedlessPartials(scope);
            return false;
        }
        settleDoubts(scope);
        List<RelativePath> claimed = new ArrayList<>();
        boolean goesOn;
        try {
            goesOn = wave(scope, claimed);
        } catch (RuntimeException e) {
            scope.served().doubt(claimed);
            throw e;
        }
        claimed.forEach(scope.served().claims()::release);
        if (!goesOn) {
            removeNeedlessPartials(scope);
        }
        return goesOn;
    }

    /** What was sent of a file that has changed or gone since takes up the target's space for nothing. */
    private void removeNeedlessPartials(RunScope scope) {
        Set<PartialKey> needless = stores.partials().known(scope.target()).needless();
        if (!needless.isEmpty()) {
            scope.session().removePartials(needless);
            stores.partials().forget(scope.lease(), needless);
        }
    }

    /** Looks at what a wave of either lane left in the dark; until then nobody else may touch it. */
    private void settleDoubts(RunScope scope) {
        Set<RelativePath> doubts = scope.served().takeDoubts();
        if (doubts.isEmpty()) {
            return;
        }
        try {
            settlement.settle(scope, scope.session(), doubts::contains);
        } catch (RuntimeException e) {
            scope.served().doubt(doubts);
            throw e;
        }
        doubts.forEach(scope.served().claims()::release);
    }

    private boolean wave(RunScope scope, List<RelativePath> claimed) {
        List<WorkItem> items = claim(scope, candidates(scope), claimed);
        if (items.isEmpty() && !scope.recorder().claimed().isEmpty()) {
            scope.recorder().await();
            return true;
        }
        if (items.isEmpty()) {
            return scope.failuresOf() == null && linger(scope);
        }
        loops.check(scope, ancestors(items));
        // After the items were read: a mount that comes back later is a newer change than those that are held.
        scope.missingMounts(mounts.check(scope));
        Wave wave = new Wave(stores, scope, guard, claimed);
        List<Candidate> walks = wave.run(items);
        claimed.removeAll(scope.recorder().claimed());
        scope.adaptAppetite(wave.leftOver());
        keepOnly(scope, walks, claimed);
        for (Candidate walk : walks) {
            new TreeWalk(stores, scope, walk.item()).advance();
        }
        if (wave.settled() == 0 && walks.isEmpty()) {
            scope.served().awaitWork(scope.lane(), COLLISION_MILLIS);
        }
        return true;
    }

    private static Set<RelativePath> ancestors(List<WorkItem> items) {
        return items.stream().flatMap(item -> item.path().ancestors().stream()).collect(Collectors.toSet());
    }

    /** What is recorded is no longer in flight: a walk need not ask for it once more. */
    private static void keepOnly(RunScope scope, List<Candidate> walks, List<RelativePath> claimed) {
        Set<RelativePath> kept = walks.stream().map(Candidate::path).collect(Collectors.toSet());
        Claims claims = scope.served().claims();
        claimed.stream().filter(path -> !kept.contains(path)).forEach(claims::release);
        claimed.retainAll(kept);
        kept.forEach(claims::narrow);
    }

    private List<WorkItem> candidates(RunScope scope) {
        Long failuresOf = scope.failuresOf();
        // What is just being recorded is still in the queue.
        int limit = scope.appetite() + scope.recorder().claimed().size();
        if (scope.isForExpeditedOnly()) {
            return stores.queue().expedited(scope.target(), limit);
        }
        if (failuresOf == null) {
            return stores.queue().ready(scope.target(), scope.lane(), limit);
        }
        return stores.queue().failedOf(scope.target(), failuresOf, limit).stream()
                .filter(item -> scope.firstTry(item.path()))
                .toList();
    }

    /**
     * Renames first: each owns what it moves and where to, and what else happens there waits for the next wave. Among them
     * those first from whose new path nothing is moved on: what is to be carried away from there waits for them. Where
     * renames go round in a circle, one of them always can go on, so those go first that had to give way longest.
     */
    private static List<WorkItem> claim(RunScope scope, List<WorkItem> candidates, List<RelativePath> claimed) {
        List<WorkItem> items = new ArrayList<>();
        Claims claims = scope.served().claims();
        Set<RelativePath> origins = new HashSet<>();
        candidates.forEach(item -> {
            if (item.movedFrom() != null) {
                origins.add(item.movedFrom());
            }
        });
        Map<RelativePath, Long> turns = scope.renameTurns();
        List<WorkItem> renames = candidates.stream()
                .filter(item -> item.movedFrom() != null)
                .sorted(Comparator.comparing((WorkItem item) -> origins.contains(item.path()))
                        .thenComparing(item -> turns.getOrDefault(item.path(), 0L)))
                .toList();
        turns.keySet().retainAll(renames.stream().map(WorkItem::path).toList());
        long turn = 1 + turns.values().stream().mapToLong(Long::longValue).max().orElse(0);
        for (WorkItem item : renames) {
            RelativePath from = item.movedFrom();
            if (from != null && claims.claimSubtree(item.path())) {
                if (claims.claimSubtree(from)) {
                    turns.put(item.path(), turn);
                    items.add(item);
                    claimed.add(item.path());
                    claimed.add(from);
                } else {
                    claims.release(item.path());
                }
            }
        }
        for (WorkItem item : candidates) {
            if (item.movedFrom() == null && claims.claimEntry(item.path())) {
                items.add(item);
                claimed.add(item.path());
            }
        }
        return items;
    }

    private static boolean linger(RunScope scope) {
        boolean work = scope.served()
                .awaitWork(scope.lane(), scope.served().policy().linger().toMillis());
        scope.recorder().idled();
        return work;
    }
}
