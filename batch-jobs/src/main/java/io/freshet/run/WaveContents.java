package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.file.FileState;
import io.freshet.file.PartialKey;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Delivery;
import io.freshet.journal.Evidence;
import io.freshet.journal.Failure;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Outcome;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.policy.Unstable;
import io.freshet.target.Operation;
import io.freshet.target.Operation.Base;
import io.freshet.target.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files, symlinks and nodes that a wave sends: as many of them as one wave may cost. Used by one thread.
 */
final class WaveContents {
    private static final int FILES_AT_ONCE = 1000;
    /** So often a file may be found changing before it is sent as it is. */
    private static final int TRIES_TO_HOLD_STILL = 3;
    /** What a crash may cost: so much is copied again at most, or one file if that is larger. */
    private static final long BYTES_PER_WAVE = 128L << 20;

    private final Stores stores;
    private final RunScope scope;
    private final Wave wave;
    private int leftOver;

    WaveContents(Stores stores, RunScope scope, Wave wave) {
        this.stores = stores;
        this.scope = scope;
        this.wave = wave;
    }

    /** In chunks, so that a stop and the end of the wave's time are near. What does not fit is left for the next wave. */
    void put(WavePlan plan) {
        List<Candidate> sorted = Wave.sortedByPath(plan.contents);
        long bytes = 0;
        int next = 0;
        while (next < sorted.size() && !wave.isOver() && bytes < BYTES_PER_WAVE) {
            int from = next;
            do {
                bytes += sorted.get(next).present().size();
                next++;
            } while (next < sorted.size()
                    && next - from < FILES_AT_ONCE
                    && bytes + sorted.get(next).present().size() <= BYTES_PER_WAVE);
            putChunk(plan, sorted.subList(from, next));
        }
        leftOver = sorted.size() - next;
    }

    /** Returns how many files were looked at but left for the next wave. */
    int leftOver() {
        return leftOver;
    }

    private void putChunk(WavePlan plan, List<Candidate> chunk) {
        List<Operation> operations = new ArrayList<>();
        Map<RelativePath, Base> bases = wave.versions().onTarget(chunk);
        for (Candidate candidate : chunk) {
            operations.add(put(candidate, bases.get(candidate.path())));
        }
        Attempts attempts = new Attempts(scope);
        List<Result> results = wave.apply(operations, attempts);
        for (int i = 0; i < results.size(); i++) {
            Candidate candidate = chunk.get(i);
            if (results.get(i) instanceof Result.Done done) {
                wave.versions().replaced(candidate, done);
                wave.rewrites().done(candidate);
                FileState delivered = done.delivered() == null ? candidate.present() : done.delivered();
                PartialKey partial = partialOf(candidate);
                if (partial != null && partial.equals(PartialKey.of(delivered))) {
                    wave.record().usePartial(partial);
                }
                if (done.unstable()) {
                    deliveredAsRead(candidate, done, attempts.took(candidate.path()));
                } else {
                    delivered(candidate, delivered, done);
                }
                forsake(candidate, plan.otherNames.getOrDefault(candidate.path(), List.of()));
            } else if (results.get(i) instanceof Result.Failed failed && failed.code() == ErrorCode.SOURCE_CHANGED) {
                wave.fail(candidate, failed, whenChangingIsTriedAgain(candidate, attempts.took(candidate.path())));
            } else if (results.get(i) instanceof Result.Failed failed) {
                wave.fail(candidate, failed);
            }
        }
    }

    private Operation put(Candidate candidate, @Nullable Base base) {
        FileState source = candidate.present();
        if (source.linkTarget() != null) {
            return new Operation.PutSymlink(candidate.path(), source.linkTarget(), source.attributes());
        }
        if (source.type().isNode()) {
            return new Operation.PutNode(candidate.path(), source.type(), source.device(), source.attributes());
        }
        return new Operation.PutFile(
                candidate.path(),
                source.size(),
                scope.root().content(candidate.path(), source),
                base,
                partialOf(candidate),
                isGivenUpToHoldStill(candidate));
    }

    /** It was given its chances to hold still, and the policy says to send it as it is. */
    private boolean isGivenUpToHoldStill(Candidate candidate) {
        return scope.served().policy().unstable() == Unstable.PUBLISH
                && candidate.item().attempts() >= TRIES_TO_HOLD_STILL - 1;
    }

    private Instant whenChangingIsTriedAgain(Candidate candidate, Duration took) {
        return BackOff.ofChangingFile(
                scope.served().policy().retry(), scope.clock(), candidate.item().attempts(), took);
    }

    /** The target has something that may never have been on the source: the item stays, as old as it is. */
    private void deliveredAsRead(Candidate candidate, Result.Done done, Duration took) {
        WorkItem item = candidate.item();
        FileState delivered = done.delivered() == null ? candidate.present() : done.delivered();
        String reason = "it was changed while it was read, and sent as it was read; it is looked at again";
        wave.record().put(new ManifestEntry(candidate.path(), delivered, done.hash(), Evidence.SENT, true));
        wave.record()
                .deliver(new Delivery(
                        item,
                        candidate.path(),
                        Outcome.TRANSFERRED_UNSTABLE,
                        null,
                        done.bytes(),
                        done.hash(),
                        reason,
                        null));
        wave.record()
                .fail(new Failure(
                        item, "read", ErrorCode.SOURCE_CHANGED, reason, whenChangingIsTriedAgain(candidate, took)));
        wave.directories().touchParentOf(candidate.path());
    }

    /**
     * What was sent is a new file on the target: its other names are those of the old one until they are linked anew. Where
     * they cannot be, each is sent if it differs, and that is the end of it.
     */
    private void forsake(Candidate candidate, List<ManifestEntry> otherNames) {
        if (otherNames.isEmpty()) {
            return;
        }
        List<RelativePath> paths = otherNames.stream().map(ManifestEntry::path).toList();
        stores.queue().alsoLookAt(scope.lease(), candidate.item(), paths, ChangeKind.PATH);
        if (!scope.served().refusesLinks(candidate.present().identity())) {
            otherNames.forEach(other -> wave.record().put(ManifestEntry.unknown(other.path(), other.state())));
        }
    }

    private void delivered(Candidate candidate, FileState delivered, Result.Done done) {
        wave.transferred(candidate.item(), candidate.path(), delivered, done, candidate.replaced());
        wave.record().close(candidate.item(), candidate.lookedAt());
        wave.directories().touchParentOf(candidate.path());
    }

    @Nullable
    PartialKey partialOf(Candidate candidate) {
        return EarlierVersions.partialOf(candidate, scope.session().capabilities());
    }
}
