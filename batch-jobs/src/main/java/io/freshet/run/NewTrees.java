package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.journal.ChangeKind;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.target.NewDirectory;
import io.freshet.target.TargetEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Finds out which new directories of a wave go to the target whole, and with what: as much as one wave may cost, without
 * queueing what is in them first. What is large, is known under several names or is neither file, directory nor symlink is
 * left to be looked at by itself (docs/adr/0013-whole-directories.md).
 *
 * <p>Used by one thread, for one wave.
 */
final class NewTrees {
    private static final int MOST_ENTRIES = 5_000;
    private static final long MOST_BYTES = 128L << 20;

    private final RunScope scope;
    private final Moves moves;
    private final LoopGuard loops;
    private int entriesLeft = MOST_ENTRIES;
    private long bytesLeft = MOST_BYTES;
    private boolean full;
    private final List<NewTree> trees = new ArrayList<>();

    NewTrees(Stores stores, RunScope scope) {
        this.scope = scope;
        this.moves = new Moves(stores, scope);
        this.loops = new LoopGuard(stores);
    }

    /** Takes from the plan's directories those that go whole; those for which this wave has no room wait for the next. */
    void gather(WavePlan plan) {
        OptionalInt fewest = scope.session().fewestToPutWhole();
        if (fewest.isEmpty()) {
            return;
        }
        Set<RelativePath> walked = paths(plan.walks);
        Set<RelativePath> waiting = new HashSet<>();
        for (Candidate candidate : plan.directories) {
            if (isNew(candidate) && walked.contains(candidate.path()) && !take(candidate)) {
                waiting.add(candidate.path());
            }
        }
        if (MOST_ENTRIES - entriesLeft < fewest.getAsInt()) {
            trees.forEach(this::giveUp);
            return;
        }
        leaveWhatIsThere();
        Set<RelativePath> taken = paths(trees.stream().map(NewTree::directory).toList());
        taken.addAll(waiting);
        plan.trees.addAll(trees);
        plan.directories.removeIf(candidate -> taken.contains(candidate.path()));
        plan.walks.removeIf(candidate -> taken.contains(candidate.path()));
    }

    private static Set<RelativePath> paths(Collection<Candidate> candidates) {
        return candidates.stream().map(Candidate::path).collect(Collectors.toCollection(HashSet::new));
    }

    /** The target may have something there that we did not put there: that is filled. */
    private void leaveWhatIsThere() {
        Iterator<Optional<TargetEntry>> looks =
                scope.session().look(trees.stream().map(NewTree::path).toList()).iterator();
        trees.removeIf(tree -> {
            boolean there = looks.next().isPresent();
            if (there) {
                giveUp(tree);
            }
            return there;
        });
    }

    /** It is walked instead. */
    private void giveUp(NewTree tree) {
        scope.served().claims().narrow(tree.path());
    }

    /** Returns whether this wave can deal with a directory, whole or by a walk; else it waits for the next. */
    private boolean take(Candidate candidate) {
        if (isFull()) {
            return false;
        }
        Optional<List<DirectoryEntry>> listed = list(candidate.path());
        if (listed.isEmpty() || listed.get().size() >= MOST_ENTRIES) {
            return true;
        }
        if (listed.get().size() >= entriesLeft) {
            full = true;
            return false;
        }
        takeWhole(candidate, listed.get());
        return true;
    }

    private boolean isNew(Candidate candidate) {
        return candidate.held() == null
                && candidate.replaced() == null
                && candidate.item().kind() == ChangeKind.TREE
                && candidate.item().walkPosition() == null
                && candidate.item().attempts() == 0
                && !candidate.path().isRoot()
                && scope.missingMounts().keySet().stream().noneMatch(mount -> mount.isAtOrBelow(candidate.path()));
    }

    private boolean isFull() {
        return full || entriesLeft <= 0 || bytesLeft <= 0;
    }

    private void takeWhole(Candidate candidate, List<DirectoryEntry> listed) {
        if (!scope.served().claims().widen(candidate.path())) {
            return;
        }
        int entriesBefore = entriesLeft;
        long bytesBefore = bytesLeft;
        NewTree tree = new NewTree(candidate, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        fill(tree, listed);
        if (moves.lost(subdirectories(tree)).isEmpty()) {
            trees.add(tree);
        } else {
            entriesLeft = entriesBefore;
            bytesLeft = bytesBefore;
            giveUp(tree);
        }
    }

    private void fill(NewTree tree, List<DirectoryEntry> listed) {
        Deque<DirectoryEntry> pending = new ArrayDeque<>();
        take(tree, new DirectoryEntry(tree.path(), tree.directory().present()), listed, pending);
        while (!pending.isEmpty()) {
            DirectoryEntry directory = pending.remove();
            Optional<List<DirectoryEntry>> entries = isFull() ? Optional.empty() : list(directory.path());
            if (entries.filter(some -> some.size() < entriesLeft).isPresent()) {
                take(tree, directory, entries.get(), pending);
            } else {
                tree.laterTrees().add(directory.path());
            }
        }
    }

    private void take(
            NewTree tree, DirectoryEntry directory, List<DirectoryEntry> listed, Deque<DirectoryEntry> pending) {
        add(tree, directory);
        for (DirectoryEntry entry : listed) {
            FileState state = entry.state();
            if (scope.isExcluded(entry.path(), state.isDirectory())) {
                continue;
            }
            if (state.isDirectory()) {
                pending.add(entry);
            } else if (goesWith(state)) {
                add(tree, entry);
            } else {
                tree.laterPaths().add(entry.path());
            }
        }
    }

    private void add(NewTree tree, DirectoryEntry entry) {
        tree.entries().add(entry);
        entriesLeft--;
        bytesLeft -= entry.state().isFile() ? entry.state().size() : 0;
    }

    private static boolean goesWith(FileState state) {
        boolean smallFile = state.isFile() && state.links() == 1 && state.size() <= NewDirectory.LARGEST_FILE;
        return smallFile || state.linkTarget() != null;
    }

    /** What cannot be listed just now is looked at by itself. */
    private Optional<List<DirectoryEntry>> list(RelativePath directory) {
        loops.check(scope, List.of(directory));
        try {
            return scope.root().list(directory);
        } catch (FreshetException e) {
            if (e.code() == ErrorCode.STOPPED) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static NavigableMap<RelativePath, FileState> subdirectories(NewTree tree) {
        NavigableMap<RelativePath, FileState> directories = new TreeMap<>();
        tree.entries().stream()
                .filter(entry -> entry.state().isDirectory() && !entry.path().equals(tree.path()))
                .forEach(entry -> directories.put(entry.path(), entry.state()));
        return directories;
    }
}
