package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Lane;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Move;
import io.freshet.journal.WorkItem;
import io.freshet.journal.WorkQueue;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The expansion of a DIR or TREE item in slices: each lists some directories of the source, compares them with the
 * manifest, queues the paths that differ, and saves its position, all in one transaction.
 *
 * <p>Directories are visited parents first, each directory's children in byte order, so that a position is one path. Memory
 * depends on the slice and the depth, not on the tree. Used by one thread.
 */
final class TreeWalk {
    private static final int QUEUE_FULL = 20_000;
    private static final int ENTRIES_PER_SLICE = 10_000;
    private static final int DIRECTORIES_PER_SLICE = 1_000;

    private record Listed(RelativePath directory, List<DirectoryEntry> entries) {
        /** Returns the directories in it, in order, without those that an operation owns with all below them. */
        List<RelativePath> directories(RunScope scope, Map<RelativePath, Boolean> inFlight) {
            return entries.stream()
                    .filter(entry -> entry.state().isDirectory())
                    .map(DirectoryEntry::path)
                    .filter(path -> !scope.isExcluded(path, true) && !inFlight.getOrDefault(path, false))
                    .sorted()
                    .toList();
        }
    }

    private final Stores stores;
    private final RunScope scope;
    private final WorkItem walk;
    private final Deque<Iterator<RelativePath>> pending = new ArrayDeque<>();
    private final List<RelativePath> unreadable = new ArrayList<>();
    /**
     * What is being delivered below, or may not be decided, as of before the slice: the manifest does not tell yet what it leaves on the target, so
     * it is looked at once more whatever the comparison says; with everything below where an operation owns that.
     */
    private Map<RelativePath, Boolean> inFlight = Map.of();
    /**
     * Directories that are queued each with all below it: those that were moved here without a hint, as renames, and new ones
     * that go to the target whole.
     */
    private final Set<RelativePath> apart = new HashSet<>();

    private @Nullable RelativePath position;

    TreeWalk(Stores stores, RunScope scope, WorkItem walk) {
        this.stores = stores;
        this.scope = scope;
        this.walk = walk;
    }

    /**
     * Does slices until the walk is complete, the lane has enough to do, or somebody asks to stop. A walk that a person asked for
     * outside of windows does one at a time, however much waits: the next follows when what this one found was delivered.
     */
    void advance() {
        resume();
        if (scope.isForExpeditedOnly()) {
            slice();
            return;
        }
        boolean complete = false;
        while (!complete
                && !scope.stopRequested()
                && !stores.queue().holdsAtLeast(scope.target(), Lane.BULK, QUEUE_FULL)) {
            complete = slice();
        }
    }

    /** Rebuilds the way to the saved position: at each level, what comes after it. */
    private void resume() {
        position = walk.walkPosition();
        if (position == null || !position.isAtOrBelow(walk.path())) {
            pending.push(List.of(walk.path()).iterator());
            return;
        }
        List<RelativePath> way = new ArrayList<>();
        for (RelativePath at = position; !at.equals(walk.path()); at = at.parent()) {
            way.add(0, at);
        }
        RelativePath directory = walk.path();
        for (RelativePath next : way) {
            RelativePath after = next;
            pending.push(subdirectories(directory).stream()
                    .filter(child -> child.compareTo(after) > 0)
                    .iterator());
            directory = next;
        }
        pending.push(subdirectories(position).iterator());
    }

    private List<RelativePath> subdirectories(RelativePath directory) {
        return list(directory)
                .map(listed -> listed.directories(scope, inFlight))
                .orElse(List.of());
    }

    /** Returns whether the walk is complete. */
    private boolean slice() {
        List<Listed> slice = new ArrayList<>();
        int entries = 0;
        inFlight = scope.served().claims().below(walk.path());
        // The directory under a mount that is gone is not what was mounted there; that waits as a whole.
        scope.missingMounts().keySet().forEach(missing -> inFlight.put(missing, true));
        while (entries < ENTRIES_PER_SLICE && slice.size() < DIRECTORIES_PER_SLICE) {
            RelativePath directory = nextDirectory();
            if (directory == null) {
                break;
            }
            Optional<Listed> listed = list(directory);
            position = directory;
            if (listed.isPresent()) {
                slice.add(listed.get());
                entries += listed.get().entries().size();
                if (walk.kind() == ChangeKind.TREE) {
                    pending.push(listed.get().directories(scope, inFlight).iterator());
                }
            }
        }
        boolean complete = !hasNextDirectory();
        stores.queue().advanceWalk(scope.lease(), walk, found(slice), complete ? null : position);
        unreadable.clear();
        return complete;
    }

    private @Nullable RelativePath nextDirectory() {
        while (hasNextDirectory()) {
            RelativePath next = pending.element().next();
            if (!isApart(next)) {
                return next;
            }
        }
        return null;
    }

    private boolean isApart(RelativePath path) {
        return !apart.isEmpty()
                && (apart.contains(path) || path.ancestors().stream().anyMatch(apart::contains));
    }

    private boolean hasNextDirectory() {
        while (!pending.isEmpty() && !pending.element().hasNext()) {
            pending.pop();
        }
        return !pending.isEmpty();
    }

    /** A directory that is gone has its own change; one that cannot be read becomes a walk of its own. */
    private Optional<Listed> list(RelativePath directory) {
        try {
            return scope.root().list(directory).map(entries -> new Listed(directory, entries));
        } catch (FreshetException e) {
            if (e.code() == ErrorCode.STOPPED) {
                throw e;
            }
            unreadable.add(directory);
            return Optional.empty();
        }
    }

    private WorkQueue.Found found(List<Listed> slice) {
        Set<RelativePath> paths = new HashSet<>();
        NavigableMap<RelativePath, FileState> strangers = new TreeMap<>();
        compare(slice, paths, strangers);
        Set<RelativePath> trees = new HashSet<>();
        Set<RelativePath> listed = slice.stream().map(Listed::directory).collect(Collectors.toSet());
        inFlight.forEach((path, owned) -> {
            if (listed.contains(path.parent())) {
                paths.remove(path);
                (owned ? trees : paths).add(path);
            }
        });
        strangers.keySet().removeAll(inFlight.keySet());
        List<Move> moves = new Moves(stores, scope).lost(strangers);
        List<RelativePath> carried = new ArrayList<>(
                moves.stream().filter(Move::isDirectory).map(Move::to).toList());
        carried.addAll(newTrees(strangers));
        apart.addAll(carried);
        paths.removeIf(this::isApart);
        trees.addAll(carried);
        List<RelativePath> failed =
                unreadable.stream().filter(path -> !isApart(path)).toList();
        return new WorkQueue.Found(paths, trees, moves, failed);
    }

    /** Returns the uppermost directories that the target lacks, if what is in them is enough to send them whole. */
    private List<RelativePath> newTrees(NavigableMap<RelativePath, FileState> strangers) {
        OptionalInt fewest = scope.session().fewestToPutWhole();
        List<RelativePath> trees = new ArrayList<>();
        int entries = 0;
        RelativePath tree = null;
        for (Map.Entry<RelativePath, FileState> stranger : strangers.entrySet()) {
            if (tree != null && stranger.getKey().isAtOrBelow(tree)) {
                entries++;
            } else if (stranger.getValue().isDirectory()) {
                tree = stranger.getKey();
                trees.add(tree);
            }
        }
        return fewest.isPresent() && entries >= fewest.getAsInt() ? trees : List.of();
    }

    /**
     * Compares what was listed with what the target has.
     *
     * @param found is given the paths that have to be looked at
     * @param strangers is given what of them the target does not have at all
     */
    private void compare(List<Listed> slice, Set<RelativePath> found, NavigableMap<RelativePath, FileState> strangers) {
        Map<RelativePath, List<ManifestEntry>> children = stores.manifest()
                .children(scope.target(), slice.stream().map(Listed::directory).toList());
        for (Listed listed : slice) {
            Map<RelativePath, ManifestEntry> held = new HashMap<>();
            children.getOrDefault(listed.directory(), List.of()).forEach(entry -> held.put(entry.path(), entry));
            Set<RelativePath> seen = new HashSet<>();
            for (DirectoryEntry entry : listed.entries()) {
                seen.add(entry.path());
                FileState state = entry.state();
                ManifestEntry there = held.get(entry.path());
                boolean excluded = scope.isExcluded(entry.path(), state.isDirectory());
                if (excluded ? isUnwanted(there) : isDifferent(state, there, scope.served())) {
                    found.add(entry.path());
                }
                if (!excluded && there == null) {
                    strangers.put(entry.path(), state);
                }
            }
            held.keySet().stream().filter(path -> !seen.contains(path)).forEach(found::add);
        }
    }

    private boolean isUnwanted(@Nullable ManifestEntry there) {
        return there != null && there.supported() && !scope.isProtected(there);
    }

    private static boolean isDifferent(FileState state, @Nullable ManifestEntry held, ServedTarget target) {
        boolean knownUnsupported =
                held != null && !held.supported() && held.state().type() == state.type() && !target.takes(state.type());
        return !knownUnsupported && Difference.between(state, held) != Difference.NONE;
    }
}
