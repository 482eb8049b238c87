package io.freshet.watch;

import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.posix.SourceRoot;
import io.freshet.posix.Tree;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Random changes of a tree: files and directories made, written, linked, renamed also onto each other, and removed. */
final class Churn {
    private final Tree tree;
    private final Random random;
    private int made;

    Churn(Tree tree, Random random) {
        this.tree = tree;
        this.random = random;
    }

    void step(int times) {
        for (int i = 0; i < times; i++) {
            try (SourceRoot root = SourceRoot.open(tree.root())) {
                change(look(root));
            }
        }
    }

    private void change(Map<RelativePath, FileState> now) {
        List<RelativePath> directories = new ArrayList<>(List.of(RelativePath.ROOT));
        List<RelativePath> files = new ArrayList<>();
        now.forEach((path, state) -> (state.isDirectory() ? directories : files).add(path));
        RelativePath into = one(directories).child(("n" + made++).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        RelativePath directory = one(directories);
        int what = random.nextInt(10);
        if (what < 3 || files.isEmpty()) {
            tree.file(into, "");
        } else if (what < 5 || directory.isRoot()) {
            tree.directory(into.toString());
        } else if (what == 5) {
            tree.file(one(files), "changed " + made);
        } else if (what == 6) {
            tree.rename(one(files), random.nextBoolean() ? into : one(files));
        } else if (what == 7 && !into.isAtOrBelow(directory)) {
            tree.rename(directory, into);
        } else if (what == 8) {
            RelativePath other = one(directories);
            if (!other.isRoot() && !other.isAtOrBelow(directory) && !directory.isAtOrBelow(other)) {
                // A swap; a rename in which a name stays and its object is another one.
                tree.rename(directory, into.isAtOrBelow(directory) || into.isAtOrBelow(other) ? root(into) : into);
                RelativePath between = into.isAtOrBelow(directory) || into.isAtOrBelow(other) ? root(into) : into;
                tree.rename(other, directory);
                tree.rename(between, other);
            }
        } else if (random.nextInt(3) == 0) {
            tree.removeTree(directory);
        } else {
            tree.hardLink(one(files), into);
        }
    }

    private static RelativePath root(RelativePath path) {
        return RelativePath.of(path.name());
    }

    private RelativePath one(List<RelativePath> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Everything there is, but for the root. */
    Map<RelativePath, FileState> look(SourceRoot root) {
        Map<RelativePath, FileState> found = new HashMap<>();
        Deque<RelativePath> pending = new ArrayDeque<>(List.of(RelativePath.ROOT));
        while (!pending.isEmpty()) {
            for (DirectoryEntry entry : root.list(pending.pop()).orElse(List.of())) {
                found.put(entry.path(), entry.state());
                if (entry.state().isDirectory()) {
                    pending.push(entry.path());
                }
            }
        }
        return found;
    }

    /** The paths that are not what they were; of what vanished with its directory, the directory only. */
    Set<RelativePath> differences(Map<RelativePath, FileState> before, Map<RelativePath, FileState> after) {
        Set<RelativePath> differences = new HashSet<>();
        after.forEach((path, state) -> {
            if (!state.equals(before.get(path))) {
                differences.add(path);
            }
        });
        before.keySet().stream()
                .filter(path -> !after.containsKey(path))
                .filter(path -> path.parent().isRoot() || after.containsKey(path.parent()))
                .forEach(differences::add);
        return differences;
    }
}
