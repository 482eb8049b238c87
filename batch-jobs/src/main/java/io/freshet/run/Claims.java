package io.freshet.run;

import io.freshet.path.RelativePath;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The paths of one target that are being worked on, by whichever lane.
 *
 * <p>At most one delivery per path is in flight, and an operation on a directory owns everything below it: it is refused
 * while anything there is claimed, and whatever comes below it is refused until it is released. Nothing but {@link
 * #release} ends a claim, whatever happens to the queue's rows meanwhile. Thread-safe.
 */
final class Claims {
    private enum Extent {
        ENTRY,
        SUBTREE
    }

    /** Less than every other name, so that a directory's first child in this order finds whatever is below it. */
    private static final byte[] LEAST_NAME = {1};

    private final NavigableMap<RelativePath, Extent> held = new TreeMap<>();

    /** Claims one path; false if it, or an operation on a directory above it, is under way. */
    synchronized boolean claimEntry(RelativePath path) {
        if (held.containsKey(path) || isBelowOwnedDirectory(path)) {
            return false;
        }
        held.put(path, Extent.ENTRY);
        return true;
    }

    /** Claims those of some paths that can be claimed; returns them, in the order given. */
    List<RelativePath> claimEntries(Collection<RelativePath> paths) {
        return paths.stream().filter(this::claimEntry).toList();
    }

    /** Claims a path and everything below it; false if any of that, or a directory above it, is claimed. */
    synchronized boolean claimSubtree(RelativePath path) {
        if (held.containsKey(path) || isBelowOwnedDirectory(path) || isAnythingBelow(path)) {
            return false;
        }
        held.put(path, Extent.SUBTREE);
        return true;
    }

    /** Extends the caller's own claim of a path to everything below it; false if something there is claimed. */
    synchronized boolean widen(RelativePath path) {
        if (isAnythingBelow(path)) {
            return false;
        }
        held.replace(path, Extent.SUBTREE);
        return true;
    }

    /** Gives up what is below the caller's own claim of a path, and keeps the path. */
    synchronized void narrow(RelativePath path) {
        held.replace(path, Extent.ENTRY);
    }

    /** Returns what is claimed below a directory now, and whether with everything below that. */
    synchronized Map<RelativePath, Boolean> below(RelativePath directory) {
        Map<RelativePath, Boolean> below = new HashMap<>();
        for (Map.Entry<RelativePath, Extent> claim :
                held.tailMap(directory.child(LEAST_NAME), true).entrySet()) {
            if (!claim.getKey().isAtOrBelow(directory)) {
                break;
            }
            below.put(claim.getKey(), claim.getValue() == Extent.SUBTREE);
        }
        return below;
    }

    /** Ends a claim, after the target's last reply about it. */
    synchronized void release(RelativePath path) {
        held.remove(path);
    }

    private boolean isBelowOwnedDirectory(RelativePath path) {
        return path.ancestors().stream().anyMatch(above -> held.get(above) == Extent.SUBTREE);
    }

    private boolean isAnythingBelow(RelativePath path) {
        RelativePath first = held.ceilingKey(path.child(LEAST_NAME));
        return first != null && first.isAtOrBelow(path);
    }
}
