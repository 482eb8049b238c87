package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Delivery;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Holds.HeldPath;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Outcome;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Policy;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The deletions of one wave: counted against the limit before the first, held if it would be crossed, and carried out last,
 * children before parents, after the source's root was checked once more.
 */
final class Removals {
    private static final int AT_ONCE = 5000;

    /** An entry to remove and the candidate it belongs to. */
    private record Step(Candidate candidate, ManifestEntry entry) {}

    private final Stores stores;
    private final RunScope scope;
    private final SourceGuard guard;
    private final Wave wave;
    private final List<Candidate> decided = new ArrayList<>();
    private final Set<RelativePath> restored = new HashSet<>();
    /** What was changed on the target, and the directories that lead to it. */
    private final Set<RelativePath> kept = new HashSet<>();

    Removals(Stores stores, RunScope scope, SourceGuard guard, Wave wave) {
        this.stores = stores;
        this.scope = scope;
        this.guard = guard;
        this.wave = wave;
    }

    /** Sorts out what may be deleted in this wave; the rest is held, or left for a later wave. */
    void decide(List<Candidate> candidates) {
        List<Candidate> possible = new ArrayList<>();
        Set<RelativePath> directories = new HashSet<>();
        for (Candidate candidate : candidates) {
            boolean directory = held(candidate).isDirectory();
            if (!directory || scope.served().claims().widen(candidate.path())) {
                possible.add(candidate);
            }
            if (directory) {
                directories.add(candidate.path());
            }
        }
        if (possible.isEmpty()) {
            return;
        }
        stores.holds().expire(scope.lease());
        Map<RelativePath, Long> below = stores.manifest().count(scope.target(), directories);
        List<HeldPath> unapproved = new ArrayList<>();
        List<Candidate> doubtful = new ArrayList<>();
        Map<RelativePath, HeldPath> approvals = stores.holds()
                .approved(
                        scope.target(),
                        HoldReason.DELETIONS_OVER_LIMIT,
                        possible.stream().map(Candidate::path).toList());
        for (Candidate candidate : possible) {
            HeldPath asked =
                    new HeldPath(candidate.path(), candidate.item().seq(), below.getOrDefault(candidate.path(), 1L));
            HeldPath approved = approvals.get(candidate.path());
            if (approved != null && asked.seq() <= approved.seq() && asked.manifestRows() <= approved.manifestRows()) {
                decided.add(candidate);
                wave.record().approveRemovals(asked.manifestRows());
            } else {
                unapproved.add(asked);
                doubtful.add(candidate);
            }
        }
        if (mustHold(unapproved)) {
            hold(doubtful, unapproved);
        } else {
            decided.addAll(doubtful);
        }
        lookBelowIfBroughtBack(below);
    }

    /** What comes back before its deletion has ended may lack something below that looks as ever. */
    private void lookBelowIfBroughtBack(Map<RelativePath, Long> below) {
        Map<RelativePath, WorkItem> widened = stores.queue()
                .widen(
                        scope.lease(),
                        decided.stream()
                                .filter(candidate -> below.getOrDefault(candidate.path(), 1L) > 1)
                                .map(Candidate::item)
                                .toList());
        decided.replaceAll(candidate -> candidate.of(widened.getOrDefault(candidate.path(), candidate.item())));
    }

    private boolean mustHold(List<HeldPath> unapproved) {
        if (unapproved.isEmpty() || scope.isEmptySourceApproved()) {
            return false;
        }
        if (stores.holds().isOpen(scope.target(), HoldReason.DELETIONS_OVER_LIMIT)) {
            return true;
        }
        Policy policy = scope.served().policy();
        long vanished = stores.deliveries().vanishedInLastDay(scope.target());
        long vanishing = unapproved.stream().mapToLong(HeldPath::manifestRows).sum();
        long holds = stores.states().get(scope.target()).manifestRows();
        if (policy.maxDeletes().isExceededBy(vanished + vanishing, holds + vanished)) {
            return true;
        }
        if (policy.maxDeletesPerRun().equals(DeletionLimit.NONE)) {
            return false;
        }
        long vanishedInRun =
                stores.deliveries().vanishedInRun(scope.target(), scope.run().number());
        return policy.maxDeletesPerRun().isExceededBy(vanishedInRun + vanishing, holds + vanishedInRun);
    }

    private void hold(List<Candidate> candidates, List<HeldPath> paths) {
        Policy policy = scope.served().policy();
        long entries = paths.stream().mapToLong(HeldPath::manifestRows).sum();
        stores.holds()
                .hold(
                        scope.lease(),
                        HoldReason.DELETIONS_OVER_LIMIT,
                        "deletions on " + scope.served().name() + " passed the limit of " + limits(policy) + " (last: "
                                + entries + " entries); approve the hold to delete them, or put the files back",
                        null,
                        scope.run().number(),
                        paths);
        for (Candidate candidate : candidates) {
            wave.record()
                    .deliver(new Delivery(
                            candidate.item(),
                            candidate.path(),
                            Outcome.HELD,
                            null,
                            0,
                            null,
                            "its deletion waits for approval: over the limit",
                            null));
        }
    }

    private static String limits(Policy policy) {
        DeletionLimit ofDay = policy.maxDeletes();
        DeletionLimit ofRun = policy.maxDeletesPerRun();
        String day = ofDay.count() + " entries and " + ofDay.percent() + " % within 24 hours";
        String run = ofRun.count() + " entries and " + ofRun.percent() + " % in one run";
        return ofRun.equals(DeletionLimit.NONE) ? day : ofDay.equals(DeletionLimit.NONE) ? run : day + ", or of " + run;
    }

    /** Returns the items whose deletion may go on. */
    List<Candidate> decided() {
        return decided;
    }

    /** Deletes, in chunks; what does not fit into the wave's time is left for the next. */
    void carryOut() {
        if (decided.isEmpty() || wave.isOver()) {
            return;
        }
        try {
            guard.checkBeforeDeletions(scope);
        } catch (FreshetException e) {
            wave.endWith(e);
            return;
        }
        List<Step> chunk = new ArrayList<>();
        for (Candidate candidate : decided) {
            if (isBack(candidate)) {
                continue;
            }
            Set<RelativePath> staying = Set.of();
            if (held(candidate).isDirectory()) {
                List<ManifestEntry> below = stores.manifest().below(scope.target(), candidate.path());
                staying = staying(candidate, below);
                for (ManifestEntry entry : below) {
                    if (staying.contains(entry.path())) {
                        continue;
                    }
                    chunk.add(new Step(candidate, entry));
                    if (chunk.size() >= AT_ONCE) {
                        remove(chunk);
                        if (wave.isOver()) {
                            return;
                        }
                    }
                }
            }
            if (!staying.contains(candidate.path())) {
                chunk.add(new Step(candidate, held(candidate)));
            } else {
                wave.record().countExcluded();
                wave.record().close(candidate.item(), candidate.lookedAt());
            }
        }
        remove(chunk);
    }

    /** As in rsync, what is protected stays, and with it the directories that lead to it. */
    private Set<RelativePath> staying(Candidate candidate, List<ManifestEntry> below) {
        Set<RelativePath> staying = new HashSet<>();
        for (ManifestEntry entry : below) {
            if (scope.isProtected(entry)) {
                for (RelativePath at = entry.path(); !at.equals(candidate.path()); at = at.parent()) {
                    staying.add(at);
                }
                staying.add(candidate.path());
            }
        }
        return staying;
    }

    /** Every deletion looks again: what came back meanwhile is an ordinary item of a later wave. */
    private boolean isBack(Candidate candidate) {
        Optional<FileState> now = scope.root().lstat(candidate.path());
        return now.isPresent()
                && !scope.isExcluded(candidate.path(), now.get().isDirectory())
                && (candidate.source() == null
                        || now.get().type() == held(candidate).state().type());
    }

    private void remove(List<Step> chunk) {
        keepWhatWasChanged(chunk);
        List<Step> steps = new ArrayList<>();
        List<Operation> operations = new ArrayList<>();
        for (Step step : chunk) {
            RelativePath path = step.entry().path();
            if (kept.contains(path)) {
                if (path.equals(step.candidate().path())) {
                    stays(step.candidate());
                }
            } else if (!step.entry().supported()) {
                wave.record().remove(path);
            } else {
                steps.add(step);
                operations.add(
                        step.entry().isDirectory()
                                ? new Operation.RemoveDirectory(path)
                                : new Operation.RemoveFile(path));
            }
        }
        chunk.clear();
        Set<RelativePath> failed = new HashSet<>();
        List<Result> results = wave.apply(operations);
        for (int i = 0; i < results.size(); i++) {
            Candidate candidate = steps.get(i).candidate();
            if (results.get(i) instanceof Result.Done) {
                removed(steps.get(i));
            } else if (results.get(i) instanceof Result.Failed failure && failed.add(candidate.path())) {
                wave.fail(candidate, failure);
            }
        }
    }

    /** What lies below a directory that goes is looked at as any other path, and what is held keeps the directories above it. */
    private void keepWhatWasChanged(List<Step> chunk) {
        Map<WorkItem, List<ManifestEntry>> below = new LinkedHashMap<>();
        for (Step step : chunk) {
            if (step.entry().supported()
                    && !step.entry().path().equals(step.candidate().path())) {
                below.computeIfAbsent(step.candidate().item(), item -> new ArrayList<>())
                        .add(step.entry());
            }
        }
        wave.drift().keep(below).forEach((item, stay) -> {
            for (RelativePath path : stay) {
                for (RelativePath at = path; !at.equals(item.path()); at = at.parent()) {
                    kept.add(at);
                }
                kept.add(item.path());
            }
        });
    }

    /** What is held in a directory waits by itself, and has it looked at again; something else cannot take its place yet. */
    private void stays(Candidate candidate) {
        if (candidate.source() == null) {
            wave.record().close(candidate.item(), candidate.lookedAt());
        } else {
            wave.fail(
                    candidate,
                    new Result.Failed(
                            ErrorCode.TARGET_CONFLICT,
                            "delete",
                            "target '" + scope.served().name() + "': something in '" + candidate.path()
                                    + "' was changed there, and waits for a decision; decide the hold"));
        }
    }

    private void removed(Step step) {
        Candidate candidate = step.candidate();
        RelativePath path = step.entry().path();
        wave.record().remove(path);
        wave.versions().gone(step.entry());
        wave.record().deliver(new Delivery(candidate.item(), path, Outcome.DELETED, null, 0, null, null, null));
        wave.directories().forget(path);
        wave.directories().touchParentOf(path);
        if (path.equals(candidate.path()) && candidate.source() == null) {
            wave.record().close(candidate.item(), candidate.lookedAt());
        }
    }

    /**
     * A directory that has to be on the target is not there. Unless it is still to be delivered, somebody removed it: then
     * nothing below it is there either, and all of it is delivered again.
     */
    void restoreParent(WorkItem item) {
        RelativePath parent = item.path().parent();
        if (!restored.add(parent)) {
            return;
        }
        ManifestEntry held =
                stores.manifest().find(scope.target(), List.of(parent)).get(parent);
        if (held != null && scope.session().look(parent).isPresent()) {
            // The other lane has made it meanwhile.
            return;
        }
        if (held != null && !parent.isRoot()) {
            stores.manifest()
                    .below(scope.target(), parent)
                    .forEach(entry -> wave.record().remove(entry.path()));
            wave.record().remove(parent);
            wave.directories().forget(parent);
        }
        stores.queue()
                .alsoLookAt(scope.lease(), item, List.of(parent), held == null ? ChangeKind.PATH : ChangeKind.TREE);
    }

    private static ManifestEntry held(Candidate candidate) {
        ManifestEntry held = candidate.held();
        if (held == null) {
            throw new IllegalStateException("the target holds nothing at " + candidate.path());
        }
        return held;
    }
}
