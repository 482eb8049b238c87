package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Delivery;
import io.freshet.journal.Evidence;
import io.freshet.journal.Failure;
import io.freshet.journal.Intent;
import io.freshet.journal.Lane;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Move;
import io.freshet.journal.Outcome;
import io.freshet.journal.Shortage;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.policy.Verify;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One recovery unit of a run: a set of claimed items looked at, intended, delivered in the order directories, renames,
 * content, deletions, directory metadata, made durable, and recorded in one transaction.
 *
 * <p>Whatever interrupts it leaves every path whole and every item in the queue; at most this wave is done again. Used by
 * one thread.
 */
final class Wave {
    /** What a target answers that does not link what it holds: across its own mounts, for want of rights or of ability. */
    private static final Set<ErrorCode> REFUSALS =
            EnumSet.of(ErrorCode.UNSUPPORTED, ErrorCode.PERMISSION_DENIED, ErrorCode.TARGET_FAILURE);

    private static final long LONGEST_NANOS = 5_000_000_000L;

    /** Fewer are written sooner than a thread is worth. */
    private static final int FEWEST_TO_RECORD_BESIDE = 500;

    private final Stores stores;
    private final RunScope scope;
    private final List<RelativePath> claimed;
    private final Removals removals;
    private final HardLinks hardLinks;
    private final EarlierVersions versions;
    private final WaveRecord record = new WaveRecord();
    private final long startedAt = System.nanoTime();
    private final WaveDirectories directories;
    private final ReadOnlyDirectories readOnly;
    private final WaveContents contents;
    private final DriftGuard drift;
    private final Rewrites rewrites;
    private @Nullable FreshetException fatal;

    /** @param claimed the claims under which this wave works; the run's recorder may take some over */
    Wave(Stores stores, RunScope scope, SourceGuard guard, List<RelativePath> claimed) {
        this.stores = stores;
        this.scope = scope;
        this.claimed = claimed;
        this.versions = new EarlierVersions(stores, record);
        this.hardLinks = new HardLinks(stores, scope, claimed);
        this.directories = new WaveDirectories(stores, scope, this);
        this.readOnly = new ReadOnlyDirectories(stores, scope, this);
        this.removals = new Removals(stores, scope, guard, this);
        this.contents = new WaveContents(stores, scope, this);
        this.drift = new DriftGuard(stores, scope, record);
        this.rewrites = new Rewrites(stores, scope, this);
    }

    /**
     * Delivers items whose paths the caller has claimed.
     *
     * @return the directories to walk, and whether anything at all was done
     * @throws FreshetException if the target as a whole cannot be served any more; what was durable is recorded
     */
    List<Candidate> run(Collection<WorkItem> items) {
        try {
            drift.begin(items);
            WavePlan plan = new WavePlanner(stores, scope, record, drift).plan(items);
            hardLinks.regroup(plan);
            drift.check(plan);
            rewrites.decide(plan);
            return carryOut(plan);
        } finally {
            hardLinks.release();
        }
    }

    private List<Candidate> carryOut(WavePlan plan) {
        stores.queue()
                .changeLane(
                        scope.lease(),
                        plan.forBulk.stream().map(Candidate::path).toList(),
                        Lane.BULK);
        if (!plan.changesNothing()) {
            plan.parents.forEach(directories::add);
            removals.decide(plan.removals);
            intend(plan);
            directories.make(sortedByPath(plan.directories));
            rename(plan.renames);
            new WaveTrees(scope, this).put(plan.trees);
            contents.put(plan);
            link(plan.links);
            setAttributes(plan.attributes);
            removals.carryOut();
            if (fatal == null || isSessionUsable(fatal)) {
                directories.finish();
            }
        }
        if (directories.areDurable() && (fatal == null || isSessionUsable(fatal))) {
            record(plan);
        }
        if (fatal != null) {
            throw fatal;
        }
        Set<RelativePath> failed = record.failedPaths();
        return plan.walks.stream().filter(walk -> !failed.contains(walk.path())).toList();
    }

    private void record(WavePlan plan) {
        boolean beside = record.size() >= FEWEST_TO_RECORD_BESIDE && record.rewritten() == 0 && plan.sendsOnly();
        // What was sent and is to be verified is found by its list.
        if (scope.served().shortage() != Shortage.NONE
                && scope.served().policy().verify() == Verify.IN_FLIGHT) {
            record.withoutList();
        }
        if (fatal == null && beside) {
            Set<RelativePath> concerned = record.paths();
            scope.recorder()
                    .writeBeside(
                            record, claimed.stream().filter(concerned::contains).collect(Collectors.toSet()));
        } else {
            scope.recorder().write(record);
        }
    }

    /** Returns how many items this wave settled one way or another. */
    int settled() {
        return record.settled();
    }

    /** Returns how many files were looked at but left for the next wave. */
    int leftOver() {
        return contents.leftOver();
    }

    private void intend(WavePlan plan) {
        List<Intent> intents = new ArrayList<>();
        plan.renames.forEach(
                candidate -> intents.add(Intent.rename(from(candidate), candidate.path(), candidate.present())));
        plan.links.forEach(link ->
                intents.add(Intent.put(link.candidate().path(), link.candidate().present())));
        plan.trees.forEach(
                tree -> intents.add(Intent.put(tree.path(), tree.directory().present())));
        for (List<Candidate> puts : List.of(plan.directories, plan.attributes)) {
            puts.forEach(candidate -> intents.add(Intent.put(candidate.path(), candidate.present())));
        }
        plan.contents.forEach(candidate ->
                intents.add(Intent.put(candidate.path(), candidate.present(), contents.partialOf(candidate))));
        removals.decided().forEach(candidate -> intents.add(Intent.remove(candidate.path())));
        stores.deliveries().intend(scope.lease(), scope.run().number(), intents);
        record.settleIntents(intents.stream().map(Intent::path).toList());
    }

    private void rename(List<Candidate> renames) {
        List<Candidate> inOrder = renames.stream()
                .sorted((one, other) ->
                        Long.compare(one.item().seq(), other.item().seq()))
                .toList();
        List<Operation> operations = new ArrayList<>();
        for (Candidate candidate : inOrder) {
            operations.add(new Operation.Rename(from(candidate), candidate.path()));
        }
        Set<RelativePath> olds = new LinkedHashSet<>();
        inOrder.forEach(candidate -> olds.add(from(candidate)));
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), olds);
        List<Result> results = apply(operations);
        for (int i = 0; i < results.size(); i++) {
            Candidate candidate = inOrder.get(i);
            ManifestEntry old = held.get(from(candidate));
            if (results.get(i) instanceof Result.Done && old != null) {
                renamed(candidate, old);
            } else if (results.get(i) instanceof Result.Failed failed) {
                if (old != null) {
                    readOnly.notRenamed(old);
                }
                if (failed.code() != ErrorCode.PARENT_MISSING && !failed.code().concernsWholeTarget()) {
                    // The hint is of no use; without it the next look copies.
                    record.forgetHint(new Move(from(candidate), candidate.path(), false));
                }
                fail(candidate, failed);
            }
        }
    }

    private void renamed(Candidate candidate, ManifestEntry old) {
        RelativePath from = from(candidate);
        FileState source = candidate.present();
        boolean sameAttributes = source.attributes().equals(old.state().attributes());
        rewrites.done(candidate);
        FileState delivered = sameAttributes ? source : old.state();
        record.move(from, new ManifestEntry(candidate.path(), delivered, old.hash(), old.evidence(), true));
        record.put(new ManifestEntry(candidate.path(), delivered, old.hash(), old.evidence(), true));
        record.deliver(
                new Delivery(candidate.item(), candidate.path(), Outcome.RENAMED, from, 0, old.hash(), null, null));
        if (sameAttributes && candidate.item().kind() == ChangeKind.PATH) {
            record.close(candidate.item(), candidate.lookedAt());
        }
        directories.touchParentOf(from);
        directories.touchParentOf(candidate.path());
        readOnly.renamed(from, candidate.path());
    }

    private static RelativePath from(Candidate candidate) {
        RelativePath from = candidate.item().movedFrom();
        if (from == null) {
            throw new IllegalStateException(candidate.path() + " was not moved");
        }
        return from;
    }

    private void link(List<WavePlan.Link> links) {
        List<Operation> operations = new ArrayList<>();
        for (WavePlan.Link link : links) {
            operations.add(
                    new Operation.Link(link.existing().path(), link.candidate().path()));
        }
        List<Result> results = apply(operations);
        for (int i = 0; i < results.size(); i++) {
            Candidate candidate = links.get(i).candidate();
            ManifestEntry existing = links.get(i).existing();
            if (results.get(i) instanceof Result.Failed failed) {
                if (REFUSALS.contains(failed.code())) {
                    scope.served().refuseLinks(candidate.present().identity());
                    // It is sent whole instead, and nothing speaks for doing that later.
                    failNow(candidate, failed);
                } else {
                    fail(candidate, failed);
                }
            } else {
                String reason = "another name of " + existing.path();
                rewrites.done(candidate);
                record.put(new ManifestEntry(
                        candidate.path(), candidate.present(), existing.hash(), existing.evidence(), true));
                record.deliver(new Delivery(
                        candidate.item(), candidate.path(), Outcome.LINKED, null, 0, existing.hash(), reason, null));
                record.close(candidate.item(), candidate.lookedAt());
                directories.touchParentOf(candidate.path());
            }
        }
    }

    /** The target has got an entry, because of an item that may be about a directory above it. */
    void transferred(WorkItem item, RelativePath path, FileState delivered, Result.Done done, @Nullable String reason) {
        record.put(new ManifestEntry(path, delivered, done.hash(), Evidence.SENT, true));
        record.deliver(new Delivery(
                item, path, Outcome.TRANSFERRED, null, done.bytes(), done.hash(), reason(reason, done), null));
    }

    private static @Nullable String reason(@Nullable String reason, Result result) {
        String remark = result instanceof Result.Done done ? done.remark() : null;
        return reason == null || remark == null ? (reason == null ? remark : reason) : reason + "; " + remark;
    }

    private void setAttributes(List<Candidate> candidates) {
        List<Operation> operations = new ArrayList<>();
        for (Candidate candidate : candidates) {
            operations.add(new Operation.SetAttributes(
                    candidate.path(), candidate.present().attributes()));
        }
        List<Result> results = apply(operations);
        Map<FileIdentity, List<ManifestEntry>> names = names(candidates);
        for (int i = 0; i < results.size(); i++) {
            Candidate candidate = candidates.get(i);
            ManifestEntry held = candidate.held();
            if (results.get(i) instanceof Result.Failed failed) {
                fail(candidate, failed);
            } else {
                record.put(new ManifestEntry(
                        candidate.path(),
                        candidate.present(),
                        held == null ? null : held.hash(),
                        held == null ? Evidence.ADOPTED : held.evidence(),
                        true));
                record.deliver(new Delivery(
                        candidate.item(),
                        candidate.path(),
                        held == null ? Outcome.ADOPTED : Outcome.METADATA,
                        null,
                        0,
                        null,
                        reason(null, results.get(i)),
                        null));
                record.close(candidate.item(), candidate.lookedAt());
                lookAtOtherNames(candidate, names);
            }
        }
    }

    private Map<FileIdentity, List<ManifestEntry>> names(List<Candidate> candidates) {
        Set<FileIdentity> several = new LinkedHashSet<>();
        for (Candidate candidate : candidates) {
            FileState source = candidate.present();
            if (source.links() > 1 && source.identity().provesSameness()) {
                several.add(source.identity());
            }
        }
        return several.isEmpty() ? Map.of() : stores.manifest().names(scope.target(), several);
    }

    /** Whoever changed a file's attributes did that by one of its names: nobody tells of the others. */
    private void lookAtOtherNames(Candidate candidate, Map<FileIdentity, List<ManifestEntry>> names) {
        FileState source = candidate.present();
        List<RelativePath> others = names.getOrDefault(source.identity(), List.of()).stream()
                .filter(other -> !other.state().attributes().equals(source.attributes()))
                .map(ManifestEntry::path)
                .filter(path -> !path.equals(candidate.path()))
                .toList();
        if (!others.isEmpty()) {
            stores.queue().alsoLookAt(scope.lease(), candidate.item(), others, ChangeKind.PATH);
        }
    }

    /** Ends the wave: nothing more is begun, what is done is recorded if that is still possible. */
    void endWith(FreshetException reason) {
        if (fatal == null) {
            fatal = reason;
        }
    }

    WaveDirectories directories() {
        return directories;
    }

    DriftGuard drift() {
        return drift;
    }

    EarlierVersions versions() {
        return versions;
    }

    Rewrites rewrites() {
        return rewrites;
    }

    WaveRecord record() {
        return record;
    }

    /** Lets their owner write into the directories above paths at which something new is to be. */
    void openParents(List<RelativePath> paths) {
        readOnly.openFor(
                paths.stream().<Operation>map(Operation.MakeDirectory::new).toList());
    }

    /** Returns whether the target as a whole failed. */
    boolean isBroken() {
        return fatal != null;
    }

    /** Returns whether no more work should begin in this wave. */
    boolean isOver() {
        return fatal != null || scope.stopRequested() || System.nanoTime() - startedAt > LONGEST_NANOS;
    }

    /** Carries out operations unless the target as a whole failed; a failure of that kind ends the wave's deliveries. */
    List<Result> apply(List<Operation> operations) {
        return apply(operations, scope);
    }

    List<Result> apply(List<Operation> operations, Monitor monitor) {
        if (operations.isEmpty() || fatal != null) {
            return List.of();
        }
        readOnly.openFor(operations);
        List<Result> results = tryTwice(operations, monitor);
        for (Result result : results) {
            if (result instanceof Result.Failed failed) {
                endIfConcerned(failed);
            }
        }
        return results;
    }

    void endIfConcerned(Result.Failed failed) {
        if (failed.code().concernsWholeTarget()) {
            endWith(new FreshetException(failed.code(), failed.message()));
        }
    }

    private List<Result> tryTwice(List<Operation> operations, Monitor monitor) {
        List<Result> results = new ArrayList<>(scope.session().apply(operations, monitor));
        List<Integer> again = List.copyOf(readOnly.closedMeanwhile(operations, results));
        if (!again.isEmpty()) {
            List<Result> second =
                    scope.session().apply(again.stream().map(operations::get).toList(), monitor);
            for (int i = 0; i < again.size(); i++) {
                results.set(again.get(i), second.get(i));
            }
        }
        return results;
    }

    private static boolean isSessionUsable(FreshetException failure) {
        return switch (failure.code()) {
            case TARGET_FULL, TARGET_READ_ONLY, STOPPED, SOURCE_ROOT_SUSPECT -> true;
            default -> false;
        };
    }

    void fail(Candidate candidate, Result.Failed failed) {
        if (failed.code().concernsWholeTarget()) {
            return;
        }
        fail(
                candidate,
                failed,
                BackOff.ofItem(
                        scope.served().policy().retry(),
                        scope.clock(),
                        failed.code(),
                        candidate.item().attempts()));
    }

    /** It is to be tried again at once, in another way. */
    void failNow(Candidate candidate, Result.Failed failed) {
        if (!failed.code().concernsWholeTarget()) {
            fail(candidate, failed, scope.clock().instant());
        }
    }

    void fail(Candidate candidate, Result.Failed failed, Instant nextAttemptAt) {
        WorkItem item = candidate.item();
        record.fail(new Failure(item, failed.phase(), failed.code(), failed.message(), nextAttemptAt));
        if (failed.code() != ErrorCode.SOURCE_CHANGED && failed.code() != ErrorCode.PARENT_MISSING) {
            record.deliver(new Delivery(
                    item,
                    item.path(),
                    Outcome.FAILED,
                    null,
                    0,
                    null,
                    failed.phase() + ": " + failed.message(),
                    failed.code()));
        }
        if (failed.code() == ErrorCode.PARENT_MISSING) {
            removals.restoreParent(item);
        }
    }

    static List<Candidate> sortedByPath(List<Candidate> candidates) {
        return candidates.stream()
                .sorted((one, other) -> one.path().compareTo(other.path()))
                .toList();
    }
}
