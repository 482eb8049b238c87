package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.Delivery;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Holds.HeldPath;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Move;
import io.freshet.journal.Outcome;
import io.freshet.journal.Postponement;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes from the removals of a wave those that are not due: what a missing mount hides, what a rename will carry away, and
 * what may still be found to have been moved. Used by one thread, for one wave.
 */
final class DueRemovals {
    /** So many removals are worth finding out first whether they are moves. */
    private static final int MANY = 100;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Duration FIRST_LOOK = Duration.ofMillis(200);
    /** Less than a run lingers, so that the run which found it sees it through. */
    private static final Duration LAST_LOOKS = Duration.ofMillis(1500);

    private final Stores stores;
    private final RunScope scope;
    private final WaveRecord record;
    private final List<Candidate> removals;

    /** @param removals what the wave would delete; what is not due is taken from it */
    DueRemovals(Stores stores, RunScope scope, WaveRecord record, List<Candidate> removals) {
        this.stores = stores;
        this.scope = scope;
        this.record = record;
        this.removals = removals;
    }

    /**
     * Takes away what is not due.
     *
     * @param behindMissingMount items that cannot be decided because of the mounts that are missing
     */
    void sort(Collection<WorkItem> behindMissingMount) {
        holdWhatIsBehindMissingMounts(behindMissingMount);
        if (!removals.isEmpty()) {
            leaveWhatIsMoved();
            postponeWhatMayBeMoved();
        }
    }

    /** A directory is not deleted either with what was mounted in it, unless a person says so. */
    private void holdWhatIsBehindMissingMounts(Collection<WorkItem> behind) {
        Map<RelativePath, String> missing = scope.missingMounts();
        List<WorkItem> items = new ArrayList<>(behind);
        removals.removeIf(candidate -> {
            boolean around = missing.keySet().stream().anyMatch(mount -> mount.isAtOrBelow(candidate.path()));
            if (around) {
                items.add(candidate.item());
            }
            return around;
        });
        if (items.isEmpty()) {
            return;
        }
        String subject = MountGuard.subject(missing);
        stores.holds()
                .hold(
                        scope.lease(),
                        HoldReason.MOUNT_MISSING,
                        "what was mounted below the source is not there any more (" + subject.replace("\n", "; ")
                                + "); mount it again, or approve the hold to go on with what is there now",
                        subject,
                        scope.run().number(),
                        items.stream()
                                .map(item -> new HeldPath(item.path(), item.seq(), 0))
                                .toList());
        items.forEach(item -> record.deliver(new Delivery(
                item,
                item.path(),
                Outcome.HELD,
                null,
                0,
                null,
                "it waits for a decision: what was mounted there is missing",
                null)));
    }

    /** What an unfinished rename will carry away must not be deleted before it; it is looked at again after that. */
    private void leaveWhatIsMoved() {
        List<Move> moves = stores.hints()
                .awaitingMove(
                        scope.target(),
                        removals.stream().map(Candidate::path).toList(),
                        removals.stream()
                                .filter(DueRemovals::holdsDirectory)
                                .map(Candidate::path)
                                .toList());
        if (moves.isEmpty()) {
            return;
        }
        Set<RelativePath> ends = new HashSet<>();
        moves.forEach(move -> ends.addAll(List.of(move.from(), move.to())));
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), ends);
        Set<RelativePath> carriedAway = new HashSet<>();
        Set<RelativePath> aboveThem = new HashSet<>();
        for (Move move : moves) {
            if (willCarryAway(held.get(move.from()), move.to(), held.get(move.to()))) {
                carriedAway.add(move.from());
                aboveThem.addAll(move.from().ancestors());
            }
        }
        removals.removeIf(candidate -> carriedAway.contains(candidate.path())
                || aboveThem.contains(candidate.path())
                || candidate.path().ancestors().stream().anyMatch(carriedAway::contains));
    }

    /**
     * Two hints that name each other's path must not wait for each other: only what has the object at its new path waits
     * for nobody, unless something of another type has to go from there first.
     */
    private boolean willCarryAway(@Nullable ManifestEntry held, RelativePath to, @Nullable ManifestEntry inTheWay) {
        try {
            return held != null
                    && scope.root()
                            .lstat(to)
                            .filter(now -> now.identity().equals(held.state().identity()))
                            .filter(now -> inTheWay == null || inTheWay.state().type() == now.type())
                            .isPresent();
        } catch (FreshetException e) {
            return false;
        }
    }

    /**
     * The hint of a rename may be lost while something that is as old is still looked through; what it finds then has the
     * hint again (rule 41).
     */
    private void postponeWhatMayBeMoved() {
        boolean many = removals.size() > MANY;
        Instant now = scope.clock().instant();
        List<Candidate> patient = removals.stream()
                .filter(candidate -> many || holdsDirectory(candidate) || isPostponed(candidate))
                .filter(candidate -> waited(candidate, now).compareTo(LONGEST_WAIT) < 0)
                .toList();
        if (patient.isEmpty()) {
            return;
        }
        Optional<Long> unexpanded = stores.hints()
                .oldestUnexpanded(
                        scope.target(), removals.stream().map(Candidate::path).toList());
        if (unexpanded.isEmpty()) {
            return;
        }
        Set<Candidate> waiting = new HashSet<>(patient);
        removals.removeIf(candidate -> {
            boolean waits = waiting.contains(candidate) && candidate.item().firstSeq() >= unexpanded.get();
            if (waits) {
                postpone(candidate, now);
            }
            return waits;
        });
    }

    private void postpone(Candidate candidate, Instant now) {
        Duration waited = waited(candidate, now);
        Duration wait = waited.compareTo(FIRST_LOOK) < 0 ? FIRST_LOOK : waited;
        record.postpone(
                new Postponement(
                        candidate.item(),
                        Objects.requireNonNullElse(candidate.item().postponedAt(), now),
                        wait.compareTo(LAST_LOOKS) < 0 ? wait : LAST_LOOKS,
                        "its deletion waits, for a minute at most, until older changes are looked through: it may have been moved"));
    }

    /** How long a removal has waited; a clock that was set back does not prolong that. */
    private static Duration waited(Candidate candidate, Instant now) {
        Instant since = candidate.item().postponedAt();
        return since == null ? Duration.ZERO : Duration.between(since, now).abs();
    }

    /** One of many, of which this wave may have taken up a few. */
    private static boolean isPostponed(Candidate candidate) {
        return candidate.item().postponedAt() != null;
    }

    private static boolean holdsDirectory(Candidate candidate) {
        ManifestEntry held = candidate.held();
        return held != null && held.isDirectory();
    }
}
