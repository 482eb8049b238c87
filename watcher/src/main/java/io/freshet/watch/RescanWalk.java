package io.freshet.watch;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Catalogue;
import io.freshet.journal.CatalogueChanges;
import io.freshet.journal.Rescan;
import io.freshet.journal.RescanReason;
import io.freshet.path.RelativePath;
import io.freshet.posix.SourceRoot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One rescan, from its saved position to its end, in slices: each lists some directories, compares them with the catalogue,
 * and journals what differs together with the new position. What is gone is journaled last, when it is known that it did
 * not turn up elsewhere.
 *
 * <p>Directories are visited parents first, each directory's children in byte order, so that a position is one path. Memory
 * depends on the slice, the depth and the largest single directory, not on the tree. Used by one thread.
 */
final class RescanWalk {
    /**
     * How much is done in one transaction.
     *
     * @param entries after which no further directory is listed
     */
    record Slice(int entries, int directories) {
        static final Slice USUAL = new Slice(10_000, 1_000);
    }

    private record Unreadable(RelativePath directory, String message) {}

    private final Catalogue catalogue;
    private final Rescan rescan;
    private final SourceRoot root;
    private final LongSupplier time;
    private final Slice size;
    private final Listings listings;
    private final List<Unreadable> unreadable = new ArrayList<>();
    private @Nullable String firstUnreadable;
    private int countUnreadable;
    private @Nullable RelativePath position;
    /** The directory that somebody asked about: its own state is compared with that of its siblings, by other rescans. */
    private @Nullable RelativePath asked;

    private @Nullable RelativePath covered;
    /** Whether the look below the covered directory is older than something that was compared in it. */
    private boolean coveredTooEarly;

    private boolean coverIsCommitted;

    /** @param time the clock of the source's file system, see {@link io.freshet.posix.OwnDirectory#time} */
    RescanWalk(Catalogue catalogue, Rescan rescan, SourceRoot root, LongSupplier time, Slice size) {
        this.catalogue = catalogue;
        this.rescan = rescan;
        this.root = root;
        this.time = time;
        this.size = size;
        this.listings = new Listings(root);
        this.covered = rescan.covered();
        this.coverIsCommitted = covered != null;
        this.coveredTooEarly = covered != null;
    }

    /**
     * Does slices until the rescan is finished or somebody asks to stop.
     *
     * @return whether it is finished
     * @throws FreshetException with {@code SOURCE_ROOT_SUSPECT} if the source's path does not lead to the root any more;
     *     nothing is journaled as gone then
     */
    boolean run(BooleanSupplier stop) {
        try {
            return walk(stop);
        } finally {
            listings.close();
        }
    }

    private boolean walk(BooleanSupplier stop) {
        root.requireStillThere();
        resume();
        while (listings.hasNext()) {
            if (stop.getAsBoolean()) {
                return false;
            }
            slice();
        }
        endCover();
        do {
            if (stop.getAsBoolean()) {
                return false;
            }
            root.requireStillThere();
        } while (!catalogue.sweep(rescan, size.directories));
        catalogue.finish(rescan);
        return true;
    }

    /** Returns what could not be read so far, or null. */
    @Nullable
    String unreadable() {
        return firstUnreadable == null
                ? null
                : countUnreadable + (countUnreadable == 1 ? " directory" : " directories")
                        + " could not be read by the last rescan, the first: " + firstUnreadable;
    }

    /** Rebuilds the way to the saved position: at each level, what comes after it. */
    private void resume() {
        position = rescan.position();
        if (position == null || !position.isAtOrBelow(rescan.path())) {
            listings.descend(List.of(new Listing.Directory(rescan.path(), false)));
            asked = rescan.reason() == RescanReason.REQUEST ? rescan.path() : null;
            return;
        }
        List<RelativePath> way = new ArrayList<>();
        for (RelativePath at = position; !at.equals(rescan.path()); at = at.parent()) {
            way.add(0, at);
        }
        RelativePath directory = rescan.path();
        for (RelativePath next : way) {
            RelativePath after = next;
            listings.descend(list(directory).stream()
                    .filter(child -> child.path().compareTo(after) > 0)
                    .toList());
            directory = next;
        }
        listings.descend(list(position));
        unreadable.clear();
    }

    private void slice() {
        long now = time.getAsLong();
        List<Listing> looked = new ArrayList<>();
        int entries = 0;
        while (entries < size.entries && looked.size() < size.directories && listings.hasNext()) {
            Listings.Look next = listings.next(now);
            Optional<Listing> listed = readable(next.directory(), next.listing());
            position = next.directory();
            if (listed.isPresent()) {
                looked.add(listed.get());
                entries += listed.get().entries().size();
                listings.descend(listed.get().directories());
            }
        }
        int compared = 0;
        do {
            compared += compare(looked.subList(compared, looked.size()));
        } while (compared < looked.size());
    }

    /** Compares listings up to the first that moves directories, as the catalogue is another one then; returns how many. */
    private int compare(List<Listing> looked) {
        boolean firstEver = covered != null && covered.isRoot();
        Comparison comparison = new Comparison(catalogue, root, rescan.reason().detector(), looked, firstEver);
        if (asked != null) {
            comparison.lookAtEntries(asked);
            asked = null;
        }
        CatalogueChanges changes = comparison.changes();
        int compared = 0;
        while (compared < looked.size() && !changes.movesDirectories()) {
            Listing listing = looked.get(compared++);
            RelativePath directory = listing.directory();
            if (covered != null && !directory.isAtOrBelow(covered)) {
                if (coveredTooEarly) {
                    comparison.lookBelow(covered);
                }
                covered = null;
            }
            if (covered != null) {
                coveredTooEarly |= coverIsCommitted;
            } else if (comparison.isNew(directory)) {
                comparison.lookBelow(directory);
                covered = directory;
                coverIsCommitted = false;
                coveredTooEarly = false;
            }
            comparison.compare(listing, covered != null);
        }
        RelativePath last = position;
        if (compared < looked.size()) {
            last = looked.get(compared - 1).directory();
        } else {
            unreadable.forEach(one -> {
                changes.unreadable(one.message);
                firstUnreadable = firstUnreadable == null ? one.message : firstUnreadable;
                countUnreadable++;
                comparison.lookBelow(one.directory);
            });
            unreadable.clear();
        }
        if (last != null) {
            changes.walkedTo(last, covered);
        }
        catalogue.record(rescan, changes);
        coverIsCommitted = covered != null;
        return compared;
    }

    /** What was compared after the look was asked for may have changed in between: only a later look is one at what stands. */
    private void endCover() {
        RelativePath last = position;
        if (covered != null && coveredTooEarly && last != null) {
            Comparison comparison =
                    new Comparison(catalogue, root, rescan.reason().detector(), List.of(), true);
            comparison.lookBelow(covered);
            comparison.changes().walkedTo(last, null);
            catalogue.record(rescan, comparison.changes());
        }
        covered = null;
    }

    /** The directories in one that was passed; when it cannot be read any more, that is told of when it is compared again. */
    private List<Listing.Directory> list(RelativePath directory) {
        return readable(directory, () -> Listings.look(root, directory, 0))
                .map(Listing::directories)
                .orElse(List.of());
    }

    /** A directory that is gone is missed in the one above it; one that cannot be read keeps what is known of it. */
    private Optional<Listing> readable(RelativePath directory, Supplier<Optional<Listing>> look) {
        try {
            return look.get();
        } catch (FreshetException e) {
            if (e.code() == ErrorCode.STOPPED) {
                throw e;
            }
            unreadable.add(new Unreadable(directory, String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }
}
