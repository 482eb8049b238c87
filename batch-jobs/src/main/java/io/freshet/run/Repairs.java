package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.file.ContentHash;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Delivery;
import io.freshet.journal.Drifts.Listed;
import io.freshet.journal.Failure;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Outcome;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.policy.Drift;
import io.freshet.target.TargetEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is done about a difference between a target and its manifest: both values go on record, the manifest says from now on
 * what is known, and the path is queued, so that an ordinary wave puts it right.
 *
 * <p>The caller has claimed the path. Used by one thread.
 */
final class Repairs {
    private final Stores stores;
    private final RunScope scope;
    private final WaveRecord record = new WaveRecord();
    private boolean empty = true;

    Repairs(Stores stores, RunScope scope) {
        this.stores = stores;
        this.scope = scope;
    }

    WaveRecord record() {
        empty = false;
        return record;
    }

    /**
     * Puts right what a comparison found, or puts it before a person where the policy wants that of what somebody changed.
     *
     * @param found what the target holds instead; empty for nothing
     * @param hash what it hashed it to, where it was asked
     */
    void repair(ManifestEntry held, Optional<TargetEntry> found, Divergence divergence, @Nullable ContentHash hash) {
        if (isHeld(held, found)) {
            hold(held.path(), found.get());
            return;
        }
        RelativePath path = held.path();
        boolean losesSubtree = divergence.losesSubtree(held);
        ChangeKind kind = losesSubtree ? ChangeKind.TREE : ChangeKind.PATH;
        Instant now = scope.clock().instant();
        long cursor = stores.states().get(scope.target()).cursor();
        WorkItem item = WorkItem.found(path, kind, cursor, now, scope.lane());
        stores.queue().alsoLookAt(scope.lease(), item, List.of(path), kind);
        String message = "target '" + scope.served().name() + "': '" + path + "' " + divergence.words()
                + "; it is put right. Something else writes there, or the target's disk does not keep what it is given";
        if (losesSubtree) {
            long below = stores.verifications().forgetBelow(scope.lease(), path);
            message += below == 0 ? "" : " (with it went " + below + " below it)";
        }
        empty = false;
        if (divergence.kind() == Divergence.Kind.MISSING && held.isDirectory()) {
            record.remove(path);
        } else {
            record.put(known(held, found, divergence));
        }
        record.fail(new Failure(item, "verify", ErrorCode.CONTENT_DIFFERS, message, now));
        record.deliver(new Delivery(
                item, path, Outcome.FAILED, null, 0, hash, "verify: " + message, ErrorCode.CONTENT_DIFFERS));
    }

    private boolean isHeld(ManifestEntry held, Optional<TargetEntry> found) {
        return scope.served().policy().drift() == Drift.HOLD
                && found.isPresent()
                && !held.isUnknown()
                && DriftLook.isDrift(held, null, found.get(), scope.session().capabilities());
    }

    /** The manifest goes on saying what was delivered, so that what is put back is told from what was changed. */
    private void hold(RelativePath path, TargetEntry found) {
        long cursor = stores.states().get(scope.target()).cursor();
        WorkItem item =
                WorkItem.found(path, ChangeKind.PATH, cursor, scope.clock().instant(), scope.lane());
        String words = DriftLook.words(found);
        List<Listed> before =
                stores.drifts().listed(scope.target(), List.of(path)).getOrDefault(path, List.of());
        if (before.stream().anyMatch(one -> !one.approved() && one.found().equals(words))) {
            return;
        }
        empty = false;
        DriftHolds holds = new DriftHolds(stores, scope, record);
        holds.hold(item, path, 0, words, before);
        holds.write();
        stores.queue().alsoLookAt(scope.lease(), item, List.of(path), ChangeKind.PATH);
    }

    /** What is known of what is there: enough for the planner to see what it lacks, and no more. */
    private static ManifestEntry known(ManifestEntry held, Optional<TargetEntry> found, Divergence divergence) {
        if (found.isPresent() && divergence.kind() == Divergence.Kind.TYPE) {
            return ManifestEntry.unknown(held.path(), state(found.get(), 0));
        }
        boolean onlyAttributes =
                divergence.kind() == Divergence.Kind.ATTRIBUTES && held.state().isFile();
        if (found.isEmpty() || !onlyAttributes || held.hash() == null) {
            return ManifestEntry.unknown(held.path(), held.state());
        }
        // Of no file of the source, so that its content is read before nothing but attributes is set.
        FileState there = state(found.get(), held.state().mtimeNanos());
        return new ManifestEntry(held.path(), there, held.hash(), held.evidence(), true);
    }

    private static FileState state(TargetEntry found, long mtimeNanos) {
        String linkTarget = found.linkTarget();
        return new FileState(
                found.type(),
                found.size(),
                mtimeNanos,
                0,
                found.mode(),
                found.uid(),
                found.gid(),
                1,
                new FileIdentity(0, 0, 0),
                found.type() == FileType.SYMLINK && linkTarget == null ? "" : linkTarget);
    }

    /** Writes down what came together. */
    void write() {
        if (!empty) {
            stores.deliveries().record(scope.lease(), scope.run().number(), record);
        }
    }
}
