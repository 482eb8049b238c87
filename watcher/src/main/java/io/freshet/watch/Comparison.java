package io.freshet.watch;

import io.freshet.failure.FreshetException;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.journal.Catalogue;
import io.freshet.journal.CatalogueChanges;
import io.freshet.journal.CatalogueDirectory;
import io.freshet.journal.CatalogueEntry;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.posix.SourceRoot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Some listings beside what the catalogue knows of them: which looks to ask for, and what to write down. Everything is read
 * from the catalogue first, for all listings together, so that the cost is some queries for a slice. Used by one thread.
 */
final class Comparison {
    private final Catalogue catalogue;
    private final SourceRoot root;
    private final Detector detector;
    private final CatalogueChanges changes = new CatalogueChanges();
    private final Map<RelativePath, CatalogueDirectory> directories;
    private final Map<Long, Map<RelativePath, CatalogueEntry>> known = new HashMap<>();
    private final Map<FileIdentity, List<CatalogueEntry>> places;
    private final Map<RelativePath, CatalogueDirectory> inTheWay;
    private final Map<RelativePath, UUID> digests = new HashMap<>();
    private final Deque<Long> keys = new ArrayDeque<>();

    /** @param firstEver whether this is within the first rescan of a source, so that nothing can have come from elsewhere */
    Comparison(Catalogue catalogue, SourceRoot root, Detector detector, List<Listing> listings, boolean firstEver) {
        this.catalogue = catalogue;
        this.root = root;
        this.detector = detector;
        directories =
                catalogue.directories(listings.stream().map(Listing::directory).toList());
        boolean everythingIsNew =
                firstEver || listings.stream().anyMatch(one -> one.directory().isRoot() && isNew(one.directory()));
        List<Listing> different = different(listings);
        List<Long> read = different.stream()
                .map(listing -> directories.get(listing.directory()))
                .filter(directory -> directory != null)
                .map(CatalogueDirectory::id)
                .toList();
        catalogue.entries(read).forEach((directory, entries) -> {
            Map<RelativePath, CatalogueEntry> byPath = new LinkedHashMap<>();
            entries.forEach(entry -> byPath.put(entry.path(), entry));
            known.put(directory, byPath);
        });
        Set<FileIdentity> strangers = new HashSet<>();
        List<RelativePath> strangeDirectories = new ArrayList<>();
        for (Listing listing : different) {
            for (DirectoryEntry entry : listing.entries()) {
                CatalogueEntry then = knownAt(listing, entry.path());
                if (isStranger(listing, entry, then)) {
                    if (entry.state().identity().provesSameness()) {
                        strangers.add(Catalogue.anywhere(entry.state().identity()));
                    }
                    if (entry.state().isDirectory()
                            || (then != null && then.state().isDirectory())) {
                        strangeDirectories.add(entry.path());
                    }
                }
            }
        }
        places = everythingIsNew ? Map.of() : catalogue.places(strangers);
        inTheWay = everythingIsNew ? Map.of() : catalogue.directories(strangeDirectories);
    }

    private List<Listing> different(List<Listing> listings) {
        List<Listing> different = new ArrayList<>();
        for (Listing listing : listings) {
            UUID digest = listing.digest();
            CatalogueDirectory directory = directories.get(listing.directory());
            if (digest != null) {
                digests.put(listing.directory(), digest);
            }
            if (directory == null || digest == null || !digest.equals(directory.digest())) {
                different.add(listing);
            }
        }
        return different;
    }

    private @Nullable CatalogueEntry knownAt(Listing listing, RelativePath path) {
        CatalogueDirectory directory = directories.get(listing.directory());
        return directory == null
                ? null
                : known.getOrDefault(directory.id(), Map.of()).get(path);
    }

    /** The root is where it is, whichever directory that is now. */
    private static boolean isStranger(Listing listing, DirectoryEntry entry, @Nullable CatalogueEntry then) {
        return !entry.path().equals(listing.directory())
                && (then == null || !Listing.isSameObject(entry.state(), then.state()));
    }

    CatalogueChanges changes() {
        return changes;
    }

    /** Returns whether a directory was never listed before. */
    boolean isNew(RelativePath directory) {
        return !directories.containsKey(directory);
    }

    /** Asks for a look at a directory and at what is directly in it. */
    void lookAtEntries(RelativePath directory) {
        journal(directory, ChangeKind.DIR, null);
    }

    /** Asks for a look at everything at and below a directory. */
    void lookBelow(RelativePath directory) {
        journal(directory, ChangeKind.TREE, null);
    }

    /** @param covered whether a look below a directory above was asked for already, or will be */
    void compare(Listing listing, boolean covered) {
        CatalogueDirectory directory = directories.get(listing.directory());
        UUID digest = digests.get(listing.directory());
        changes.counted(listing.entries().size());
        if (directory != null && digest != null && digest.equals(directory.digest())) {
            return;
        }
        long key = directory == null ? newKey() : directory.id();
        Set<RelativePath> seen = new HashSet<>();
        Map<DirectoryEntry, CatalogueEntry> moved = new LinkedHashMap<>();
        List<DirectoryEntry> strangers = new ArrayList<>();
        for (DirectoryEntry entry : listing.entries()) {
            seen.add(entry.path());
            CatalogueEntry then = knownAt(listing, entry.path());
            if (isStranger(listing, entry, then)) {
                strangers.add(entry);
            } else if (then == null || then.racy() || then.gone() || !Listing.isSame(entry.state(), then.state())) {
                if (then != null) {
                    changes.forget(then);
                }
                changes.put(key, entry.path(), entry.state(), listing.isRacy(entry.state()));
                if (!covered) {
                    // Targets may hold there what came by an event and went unseen: no catalogue knows of that.
                    journal(entry.path(), entry.state().isDirectory() ? ChangeKind.DIR : ChangeKind.PATH, null);
                }
            }
        }
        for (DirectoryEntry stranger : strangers) {
            CatalogueEntry from = origin(stranger);
            if (from != null) {
                moved.put(stranger, from);
            }
            makeWay(stranger.path());
        }
        for (DirectoryEntry stranger : strangers) {
            CatalogueEntry then = knownAt(listing, stranger.path());
            if (then != null) {
                changes.forget(then);
            }
            changes.put(key, stranger.path(), stranger.state(), listing.isRacy(stranger.state()));
            CatalogueEntry from = moved.get(stranger);
            if (from != null) {
                move(from, stranger);
            } else if (!covered && !stranger.state().isDirectory()) {
                // A new directory is journaled as a whole when it is listed.
                journal(stranger.path(), ChangeKind.PATH, null);
            }
        }
        if (directory != null) {
            Set<CatalogueEntry> elsewhere = new HashSet<>(moved.values());
            known.getOrDefault(directory.id(), Map.of()).values().stream()
                    .filter(entry -> !seen.contains(entry.path()) && !elsewhere.contains(entry) && !entry.gone())
                    .forEach(changes::gone);
        }
        changes.listed(key, listing.directory(), digest, directory == null);
    }

    /** Whatever was known at and below the path is not about what is there now. */
    private void makeWay(RelativePath path) {
        if (inTheWay.containsKey(path)) {
            changes.displace(path, newKey());
        }
    }

    private void move(CatalogueEntry from, DirectoryEntry to) {
        boolean directory = to.state().isDirectory();
        changes.forget(from);
        if (directory && !from.displaced()) {
            changes.move(from.path(), to.path());
        }
        // The new name first, as events have it: what is told of as gone before may be gone from a target by then.
        journal(to.path(), directory ? ChangeKind.TREE : ChangeKind.PATH, from.path());
        journal(from.path(), ChangeKind.PATH, null);
    }

    /** Returns where the object was, if it is known to have been somewhere where it is not any more. */
    private @Nullable CatalogueEntry origin(DirectoryEntry stranger) {
        FileState now = stranger.state();
        if (!now.identity().provesSameness()) {
            return null;
        }
        for (CatalogueEntry place : places.getOrDefault(Catalogue.anywhere(now.identity()), List.of())) {
            FileState then = place.state();
            boolean unchanged =
                    now.isDirectory() || (now.size() == then.size() && now.mtimeNanos() == then.mtimeNanos());
            if (now.type() == then.type()
                    && unchanged
                    && !place.path().equals(stranger.path())
                    && !isAt(place.path(), now)) {
                return place;
            }
        }
        return null;
    }

    private boolean isAt(RelativePath path, FileState object) {
        try {
            return root.lstat(path)
                    .map(there -> Listing.isSameObject(there, object))
                    .orElse(false);
        } catch (FreshetException e) {
            return true; // nobody can tell: then nothing is said of a move
        }
    }

    private void journal(RelativePath path, ChangeKind kind, @Nullable RelativePath movedFrom) {
        changes.journal(new Change(path, kind, movedFrom, false, detector, Duration.ZERO));
    }

    private long newKey() {
        if (keys.isEmpty()) {
            keys.addAll(catalogue.newKeys(Math.max(16, directories.size())));
        }
        return keys.remove();
    }
}
