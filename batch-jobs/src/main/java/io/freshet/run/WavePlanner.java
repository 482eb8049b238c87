package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Delivery;
import io.freshet.journal.Evidence;
import io.freshet.journal.Failure;
import io.freshet.journal.Lane;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Move;
import io.freshet.journal.Outcome;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.target.TargetEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides by looking what each claimed item needs: nothing, a rename, content, attributes or a removal.
 *
 * <p>What an event said does not matter here; the source's state right now, the manifest and the filter do. Used by one
 * thread, for one wave.
 */
final class WavePlanner {
    /** Files from this size on go by the bulk lane. */
    static final long LARGE_FILE = 16L << 20;

    private static final long NANOS = 1_000_000_000L;

    private final Stores stores;
    private final RunScope scope;
    private final WaveRecord record;
    private final SourceHashes hashes;
    private final EarlierVersions versions;
    private final Moves moves;
    private final DriftGuard drift;
    private final WavePlan plan = new WavePlan();
    private final List<Candidate> suspects = new ArrayList<>();
    private final List<Candidate> newDirectories = new ArrayList<>();
    private final List<WorkItem> behindMissingMount = new ArrayList<>();
    /** What of the target is in the way of something below it. */
    private final Set<RelativePath> notYetDirectories = new LinkedHashSet<>();

    /** One of the items that wait for such a path to become a directory. */
    private @Nullable WorkItem waitsForDirectory;

    /** The directories of items for which nothing is delivered. */
    private final Set<RelativePath> undelivered = new HashSet<>();

    WavePlanner(Stores stores, RunScope scope, WaveRecord record, DriftGuard drift) {
        this.stores = stores;
        this.scope = scope;
        this.record = record;
        this.hashes = new SourceHashes(scope);
        this.versions = new EarlierVersions(stores, record);
        this.moves = new Moves(stores, scope);
        this.drift = drift;
    }

    /** Looks at every item; what needs nothing is closed in the record at once. */
    WavePlan plan(Collection<WorkItem> items) {
        Set<RelativePath> interesting = new LinkedHashSet<>();
        for (WorkItem item : items) {
            interesting.add(item.path());
            interesting.addAll(item.path().ancestors());
            if (item.movedFrom() != null) {
                interesting.add(item.movedFrom());
            }
        }
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), interesting);
        List<Candidate> unknown = new ArrayList<>();
        for (WorkItem item : items) {
            if (scope.isBehindMissingMount(item.path())) {
                behindMissingMount.add(item);
                continue;
            }
            Instant lookedAt = scope.clock().instant();
            try {
                Optional<FileState> source = scope.root().lstat(item.path());
                Candidate candidate = new Candidate(item, lookedAt, source.orElse(null), held.get(item.path()), null);
                boolean mayBeThere = scope.state().adopting() && candidate.held() == null && source.isPresent();
                if (mayBeThere && !isExcluded(candidate)) {
                    unknown.add(candidate);
                } else {
                    decide(candidate, held);
                }
            } catch (FreshetException e) {
                fail(item, "read", e.code(), e.getMessage() + "");
            }
        }
        adopt(unknown, held);
        decideSuspects();
        seekLostMoves();
        lookAtWhatIsNotYetADirectory();
        lookBelowNewDirectories();
        new NewTrees(stores, scope).gather(plan);
        new DueRemovals(stores, scope, record, plan.removals).sort(behindMissingMount);
        lookAtParents();
        return plan;
    }

    private boolean isExcluded(Candidate candidate) {
        boolean directory = candidate.source() != null
                ? candidate.source().isDirectory()
                : candidate.held() != null && candidate.held().isDirectory();
        return scope.isExcluded(candidate.path(), directory);
    }

    private void decide(Candidate candidate, Map<RelativePath, ManifestEntry> held) {
        FileState source = candidate.source();
        if (isExcluded(candidate)) {
            decideExcluded(candidate);
        } else if (source == null) {
            decideAbsent(candidate);
        } else if (!scope.served().takes(source.type())) {
            unsupported(candidate);
        } else if (isBelowNoDirectory(candidate, held)) {
            fail(
                    candidate.item(),
                    "deliver",
                    ErrorCode.PARENT_MISSING,
                    "target '" + scope.served().name() + "': what is above '" + candidate.path()
                            + "' is no directory there yet; it is delivered when that is one");
        } else if (moves.isProven(candidate, held)) {
            plan.renames.add(candidate);
        } else {
            decidePresent(candidate);
        }
    }

    /**
     * What the source has as a directory may still be a file or a symlink on the target. Through the symlink all below it
     * would be delivered to another place.
     */
    private boolean isBelowNoDirectory(Candidate candidate, Map<RelativePath, ManifestEntry> held) {
        boolean found = false;
        for (RelativePath above : candidate.path().ancestors()) {
            ManifestEntry entry = held.get(above);
            if (entry != null && !entry.isDirectory()) {
                notYetDirectories.add(above);
                found = true;
            }
        }
        if (found && waitsForDirectory == null) {
            waitsForDirectory = candidate.item();
        }
        return found;
    }

    private void lookAtWhatIsNotYetADirectory() {
        if (waitsForDirectory != null) {
            stores.queue().alsoLookAt(scope.lease(), waitsForDirectory, notYetDirectories, ChangeKind.PATH);
        }
    }

    /** Excluded is not deletable, unless the rules say so: hidden from the target, but not protected there. */
    private void decideExcluded(Candidate candidate) {
        ManifestEntry held = candidate.held();
        if (held != null && held.supported() && !scope.isProtected(held)) {
            plan.removals.add(candidate);
        } else {
            excluded(candidate);
        }
    }

    private void excluded(Candidate candidate) {
        record.countExcluded();
        close(candidate);
    }

    private void decideAbsent(Candidate candidate) {
        ManifestEntry held = candidate.held();
        if (held == null || candidate.path().isRoot()) {
            unchanged(candidate);
        } else if (!held.supported()) {
            record.remove(candidate.path());
            unchanged(candidate);
        } else if (scope.isProtected(held)) {
            excluded(candidate);
        } else {
            plan.removals.add(candidate);
        }
    }

    private void decidePresent(Candidate candidate) {
        FileState source = candidate.present();
        Difference difference = Difference.between(source, candidate.held());
        boolean alike = difference == Difference.NONE || difference == Difference.SUSPECT;
        if (alike && drift.isDoubted(candidate.item())) {
            difference = source.isDirectory() ? Difference.ATTRIBUTES : Difference.CONTENT;
        }
        // Not before the directory is there, or the walk's end would be taken for the item's.
        boolean walk =
                source.isDirectory() && candidate.item().kind() != ChangeKind.PATH && difference != Difference.TYPE;
        if (walk) {
            plan.walks.add(candidate);
        }
        switch (difference) {
            case NONE -> {
                if (walk) {
                    lookAtParentOf(candidate);
                } else {
                    unchanged(candidate);
                }
            }
            case TYPE -> plan.removals.add(candidate);
            case ATTRIBUTES -> (source.isDirectory() ? plan.directories : plan.attributes).add(candidate);
            case SUSPECT -> suspects.add(candidate);
            case CONTENT -> {
                if (!source.isDirectory()) {
                    send(candidate);
                } else if (walk || candidate.item().walked()) {
                    plan.directories.add(candidate);
                } else {
                    newDirectories.add(candidate);
                }
            }
        }
    }

    /**
     * The target has nothing below a directory that it lacks, and nobody may have asked for what is there: a directory that
     * came back is the only thing about which something has changed.
     */
    private void lookBelowNewDirectories() {
        Map<RelativePath, WorkItem> widened = stores.queue()
                .widen(
                        scope.lease(),
                        newDirectories.stream().map(Candidate::item).toList());
        for (Candidate candidate : newDirectories) {
            WorkItem item = widened.get(candidate.path());
            if (item != null) {
                plan.directories.add(candidate.of(item));
                plan.walks.add(candidate.of(item));
            }
        }
    }

    /** What was moved without a hint gets one: the next wave claims both ends of the rename before it does anything there. */
    private void seekLostMoves() {
        List<List<Candidate>> news = List.of(plan.contents, plan.forBulk, plan.directories, newDirectories);
        NavigableMap<RelativePath, FileState> strangers = new TreeMap<>();
        news.forEach(candidates -> candidates.stream()
                .filter(WavePlanner::mayHaveBeenElsewhere)
                .forEach(candidate -> strangers.put(candidate.path(), candidate.present())));
        List<Move> lost = moves.lost(strangers);
        if (lost.isEmpty()) {
            return;
        }
        stores.hints().add(scope.lease(), lost);
        Set<RelativePath> moved = lost.stream().map(Move::to).collect(Collectors.toSet());
        Predicate<Candidate> waits = candidate -> moved.contains(candidate.path())
                || candidate.path().ancestors().stream().anyMatch(moved::contains);
        news.forEach(candidates -> candidates.removeIf(waits));
        plan.walks.removeIf(waits);
    }

    private static boolean mayHaveBeenElsewhere(Candidate candidate) {
        ManifestEntry held = candidate.held();
        WorkItem item = candidate.item();
        return item.movedFrom() == null
                && item.attempts() == 0
                && candidate.replaced() == null
                && (held == null
                        || (!held.isDirectory()
                                && !held.state()
                                        .identity()
                                        .equals(candidate.present().identity())));
    }

    private void send(Candidate candidate) {
        (isForBulk(candidate) ? plan.forBulk : plan.contents).add(candidate);
    }

    /** The express lane neither sends nor reads a large file, unless it is the only one at work. */
    private boolean isForBulk(Candidate candidate) {
        FileState source = candidate.present();
        return scope.lane() == Lane.EXPRESS
                && source.isFile()
                && source.size() >= LARGE_FILE
                && !scope.isForExpeditedOnly();
    }

    /** Something happened to these files that may have left their content alone. */
    private void decideSuspects() {
        Set<RelativePath> sentByBlocks = versions.sentByBlocks(scope.session().capabilities(), suspects);
        for (Candidate candidate : suspects) {
            try {
                if (isForBulk(candidate) || sentByBlocks.contains(candidate.path())) {
                    send(candidate);
                } else {
                    decideByContent(candidate);
                }
            } catch (FreshetException e) {
                fail(candidate.item(), "read", e.code(), e.getMessage() + "");
            }
        }
    }

    private void decideByContent(Candidate candidate) {
        FileState source = candidate.present();
        ManifestEntry held = candidate.held();
        if (held == null || !hashes.isSame(candidate.path(), source, held)) {
            send(candidate);
        } else if (source.attributes().equals(held.state().attributes())) {
            record.put(new ManifestEntry(candidate.path(), source, held.hash(), held.evidence(), true));
            unchanged(candidate);
        } else {
            plan.attributes.add(candidate);
        }
    }

    /** A target that held things before we came is looked at, and what is equal there is not sent again. */
    private void adopt(List<Candidate> unknown, Map<RelativePath, ManifestEntry> held) {
        if (unknown.isEmpty()) {
            return;
        }
        List<Optional<TargetEntry>> looks = new AdoptionLooks(scope)
                .at(unknown.stream().map(Candidate::path).toList());
        for (int i = 0; i < looks.size(); i++) {
            Candidate candidate = unknown.get(i);
            Optional<TargetEntry> found = looks.get(i);
            if (found.isEmpty()) {
                decide(candidate, held);
            } else if (isEqual(candidate.present(), found.get())) {
                adoptOne(candidate, found.get());
            } else {
                decide(candidate.replacing("replaced something that was not delivered by us"), held);
            }
        }
    }

    private static boolean isEqual(FileState source, TargetEntry found) {
        if (source.type() != found.type()) {
            return false;
        }
        return switch (source.type()) {
            case DIRECTORY -> true;
            case SYMLINK -> source.linkTarget() != null && source.linkTarget().equals(found.linkTarget());
            case FILE ->
                source.size() == found.size()
                        && Math.floorDiv(source.mtimeNanos(), NANOS) == Math.floorDiv(found.mtimeNanos(), NANOS);
            default -> false;
        };
    }

    private void adoptOne(Candidate candidate, TargetEntry found) {
        FileState source = candidate.present();
        // What a target tells of a path says nothing of its extended attributes.
        boolean sameAttributes = source.mode() == found.mode()
                && source.uid() == found.uid()
                && source.gid() == found.gid()
                && scope.served().fidelity().extended().isEmpty();
        if (source.isDirectory()) {
            decidePresent(candidate);
        } else if (source.isFile() && !sameAttributes) {
            plan.attributes.add(candidate);
        } else {
            record.put(new ManifestEntry(candidate.path(), source, null, Evidence.ADOPTED, true));
            record.deliver(
                    new Delivery(candidate.item(), candidate.path(), Outcome.ADOPTED, null, 0, null, null, null));
            close(candidate);
        }
    }

    /** What came and went again, or is not replicated, has changed nothing on the target but the time of its directory. */
    private void lookAtParents() {
        stores.manifest().find(scope.target(), undelivered).forEach((path, held) -> {
            try {
                boolean differs = scope.root()
                        .lstat(path)
                        .filter(state -> Difference.between(state, held) == Difference.ATTRIBUTES)
                        .isPresent();
                if (differs) {
                    plan.parents.add(path);
                }
            } catch (FreshetException e) {
                // Its own item tells of that.
            }
        });
    }

    private void unsupported(Candidate candidate) {
        FileState source = candidate.present();
        ManifestEntry held = candidate.held();
        if (held != null && held.supported()) {
            plan.removals.add(candidate);
            return;
        }
        if (held == null || held.state().type() != source.type()) {
            record.put(new ManifestEntry(candidate.path(), source, null, Evidence.SENT, false));
            record.deliver(new Delivery(
                    candidate.item(),
                    candidate.path(),
                    Outcome.UNSUPPORTED,
                    null,
                    0,
                    null,
                    "a "
                            + source.type()
                                    .name()
                                    .toLowerCase(java.util.Locale.ROOT)
                                    .replace('_', ' ') + " is not replicated",
                    ErrorCode.UNSUPPORTED));
        }
        close(candidate);
    }

    private void unchanged(Candidate candidate) {
        record.countUnchanged();
        close(candidate);
    }

    private void close(Candidate candidate) {
        record.close(candidate.item(), candidate.lookedAt());
        lookAtParentOf(candidate);
    }

    private void lookAtParentOf(Candidate candidate) {
        if (!candidate.path().isRoot()) {
            undelivered.add(candidate.path().parent());
        }
    }

    private void fail(WorkItem item, String phase, ErrorCode code, String message) {
        record.fail(new Failure(
                item,
                phase,
                code,
                message,
                BackOff.ofItem(scope.served().policy().retry(), scope.clock(), code, item.attempts())));
    }
}
