package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;

import io.freshet.file.FileState;
import io.freshet.journal.Change;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.posix.SourceRoot;
import io.freshet.posix.Tree;
import io.freshet.watch.JournalInMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Random changes of a source in {@code src} of a tree, few names for many objects, and what is not what it was after them. */
final class RandomChanges {
    private final Tree tree;
    private final SourceRoot root;
    private final Random random;

    RandomChanges(Tree tree, SourceRoot root, Random random) {
        this.tree = tree;
        this.root = root;
        this.random = random;
    }

    void disturb() {
        List<RelativePath> directories = new ArrayList<>(List.of(RelativePath.ROOT));
        List<RelativePath> files = new ArrayList<>();
        look().forEach((path, state) -> (state.isDirectory() ? directories : files).add(path));
        RelativePath directory = directories.get(random.nextInt(directories.size()));
        RelativePath name = directory.child(new byte[] {(byte) ('a' + random.nextInt(8))});
        RelativePath other = directories.get(random.nextInt(directories.size()));
        boolean free = root.lstat(name).isEmpty();
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                if (free || root.lstat(name).orElseThrow().isFile()) {
                    tree.file(in(name), "x".repeat(random.nextInt(50)));
                }
            }
            case 2, 3 -> {
                if (free && name.depth() < 7) {
                    tree.directory(in(name).toString());
                }
            }
            case 4 -> {
                if (free && !other.isRoot() && !name.isAtOrBelow(other)) {
                    tree.rename(in(other), in(name));
                }
            }
            case 5 -> {
                if (!files.isEmpty()) {
                    RelativePath file = files.get(random.nextInt(files.size()));
                    if (random.nextBoolean()) {
                        tree.remove(in(file));
                    } else if (free || root.lstat(name).orElseThrow().isFile()) {
                        tree.rename(in(file), in(name));
                    }
                }
            }
            default -> {
                if (!other.isRoot() && random.nextInt(4) == 0) {
                    tree.removeTree(in(other));
                } else {
                    tree.mode(in(other), 0700 | random.nextInt(64));
                }
            }
        }
    }

    private static RelativePath in(RelativePath path) {
        return path.moved(RelativePath.ROOT, path("src"));
    }

    /** Returns everything there is but for the root. */
    Map<RelativePath, FileState> look() {
        Map<RelativePath, FileState> found = new TreeMap<>();
        look(RelativePath.ROOT, found);
        return found;
    }

    private void look(RelativePath directory, Map<RelativePath, FileState> into) {
        for (DirectoryEntry entry : root.list(directory).orElse(List.of())) {
            into.put(entry.path(), entry.state());
            if (entry.state().isDirectory()) {
                look(entry.path(), into);
            }
        }
    }

    /** Returns the paths at which two looks differ. */
    static Set<RelativePath> differences(Map<RelativePath, FileState> before, Map<RelativePath, FileState> after) {
        Set<RelativePath> paths = new TreeSet<>(before.keySet());
        paths.addAll(after.keySet());
        paths.removeIf(path -> !differ(before.get(path), after.get(path)));
        return paths;
    }

    /** A directory's own size and times follow from what is in it. */
    private static boolean differ(FileState before, FileState after) {
        if (before != null && after != null && before.isDirectory() && after.isDirectory()) {
            return !before.identity().equals(after.identity()) || before.mode() != after.mode();
        }
        return !Objects.equals(before, after);
    }

    /** What is gone is also explained by a look at an ancestor that is gone. */
    static boolean coversOrExplains(List<Change> changes, Map<RelativePath, FileState> after, RelativePath path) {
        RelativePath at = path;
        while (!at.isRoot()) {
            if (JournalInMemory.covers(changes, at)) {
                return true;
            }
            FileState parent = after.get(at.parent());
            if (at.parent().isRoot() || (parent != null && parent.isDirectory())) {
                return false;
            }
            at = at.parent();
        }
        return false;
    }
}
