package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileType;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Delivery;
import io.freshet.journal.ExtraEntries.Extra;
import io.freshet.journal.ExtraEntries.Permission;
import io.freshet.journal.HoldReason;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Outcome;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Extras;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of what a target holds and we never put there: it is put before a person, or deleted, what lies in a directory
 * before the directory, each after one more look. A directory that holds anything else by then stays.
 *
 * <p>Used by one thread, for one run.
 */
final class ExtraRemovals {
    private static final int AT_ONCE = 1_000;

    private final Stores stores;
    private final RunScope scope;
    private final SourceGuard guard;
    private @Nullable RelativePath before;

    ExtraRemovals(Stores stores, RunScope scope, SourceGuard guard) {
        this.stores = stores;
        this.scope = scope;
        this.guard = guard;
    }

    /** Puts what a comparison found before a person, where the policy wants that or the limit of deletions is passed. */
    void hold() {
        long undecided = stores.extras().undecided(scope.target());
        Extras policy = scope.served().policy().extras();
        if (undecided == 0 || policy == Extras.LEAVE || (policy == Extras.DELETE && isWithinLimit())) {
            return;
        }
        String why = policy == Extras.HOLD
                ? "approve the hold to delete what it lists, or reject it to keep that"
                : "that many pass the limit of deletions; approve the hold to delete what it lists, or reject it to keep that";
        stores.extras()
                .hold(
                        scope.lease(),
                        undecided + " paths on " + scope.served().name() + " were never put there by Freshet; " + why,
                        scope.run().number());
    }

    private boolean isWithinLimit() {
        if (stores.holds().isOpen(scope.target(), HoldReason.DELETIONS_OVER_LIMIT)
                || stores.holds().isOpen(scope.target(), HoldReason.EXTRAS)) {
            return false;
        }
        long vanishing = stores.extras().countDeletable(scope.target(), Permission.POLICY);
        long vanished = stores.deliveries().vanishedInLastDay(scope.target());
        long holds = stores.states().get(scope.target()).manifestRows();
        DeletionLimit limit = scope.served().policy().maxDeletes();
        return !limit.isExceededBy(vanished + vanishing, holds + vanished + vanishing);
    }

    /**
     * Deletes the next of those that may be deleted.
     *
     * @return whether there may be more
     */
    boolean next(Permission permission) {
        List<Extra> page = stores.extras().deletable(scope.target(), permission, before, AT_ONCE);
        if (page.isEmpty()) {
            before = null;
            return false;
        }
        guard.checkBeforeDeletions(scope);
        Claims claims = scope.served().claims();
        List<RelativePath> claimed =
                claims.claimEntries(page.stream().map(Extra::path).toList());
        try {
            remove(page, claimed, permission);
        } finally {
            claimed.forEach(claims::release);
        }
        before = page.get(page.size() - 1).path();
        return true;
    }

    private void remove(List<Extra> page, List<RelativePath> claimed, Permission permission) {
        Map<RelativePath, TargetEntry> strange = new HashMap<>();
        new StrangeEntries(stores, scope).strange(claimed).forEach(entry -> strange.put(entry.path(), entry));
        Set<RelativePath> mine = new HashSet<>(claimed);
        List<Operation> operations = new ArrayList<>();
        List<RelativePath> gone = new ArrayList<>();
        Map<RelativePath, String> refused = new LinkedHashMap<>();
        for (Extra extra : page) {
            TargetEntry now = strange.get(extra.path());
            if (!mine.contains(extra.path())) {
                refused.put(extra.path(), "something was being delivered there");
            } else if (now == null) {
                gone.add(extra.path());
            } else if (!isAsFound(extra, now)) {
                refused.put(extra.path(), "it has changed since it was found");
            } else if (now.type() == FileType.DIRECTORY) {
                operations.add(new Operation.RemoveDirectory(extra.path()));
            } else {
                operations.add(new Operation.RemoveFile(extra.path()));
            }
        }
        carryOut(operations, gone, refused, permission);
    }

    /** A directory's time tells of what is deleted in it first, so its type has to do; it is deleted empty only. */
    private static boolean isAsFound(Extra extra, TargetEntry now) {
        return now.type() == extra.type()
                && (now.type() == FileType.DIRECTORY
                        || (now.size() == extra.size() && now.mtimeNanos() == extra.mtimeNanos()));
    }

    private void carryOut(
            List<Operation> operations,
            List<RelativePath> gone,
            Map<RelativePath, String> refused,
            Permission permission) {
        WaveRecord record = new WaveRecord();
        Set<RelativePath> parents = new HashSet<>();
        Instant now = scope.clock().instant();
        long cursor = stores.states().get(scope.target()).cursor();
        List<Result> results = scope.session().apply(operations, scope);
        long deleted = 0;
        @Nullable FreshetException broken = null;
        for (int i = 0; i < results.size(); i++) {
            RelativePath path = operations.get(i).path();
            if (results.get(i) instanceof Result.Failed failed) {
                if (failed.code().concernsWholeTarget()) {
                    broken = new FreshetException(failed.code(), failed.message());
                } else {
                    refused.put(
                            path,
                            failed.code() == ErrorCode.TARGET_CONFLICT
                                    ? "there is something in it that stays"
                                    : failed.message());
                }
                continue;
            }
            deleted++;
            gone.add(path);
            parents.add(path.parent());
            WorkItem item = WorkItem.found(path, ChangeKind.PATH, cursor, now, scope.lane());
            String reason = "extra: we never put it there; "
                    + (permission == Permission.APPROVED ? "a person approved its deletion" : "deleted by policy");
            record.deliver(new Delivery(item, path, Outcome.DELETED, null, 0, null, reason, null));
        }
        gone.forEach(parents::remove);
        makeDurable(parents, now, cursor);
        stores.deliveries().record(scope.lease(), scope.run().number(), record);
        stores.extras().settled(scope.lease(), gone, refused, permission == Permission.POLICY ? deleted : 0);
        if (broken != null) {
            throw broken;
        }
    }

    /** The directories have another time now; an ordinary wave sets it, and flushes them. */
    private void makeDurable(Set<RelativePath> parents, Instant now, long cursor) {
        Claims claims = scope.served().claims();
        List<RelativePath> claimed = claims.claimEntries(parents);
        try {
            WorkItem item = WorkItem.found(RelativePath.ROOT, ChangeKind.PATH, cursor, now, scope.lane());
            WaveRecord unknown = new WaveRecord();
            Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), claimed);
            stores.queue().alsoLookAt(scope.lease(), item, held.keySet(), ChangeKind.PATH);
            held.forEach((path, entry) -> unknown.put(ManifestEntry.unknown(path, entry.state())));
            stores.deliveries().record(scope.lease(), scope.run().number(), unknown);
        } finally {
            claimed.forEach(claims::release);
        }
    }
}
