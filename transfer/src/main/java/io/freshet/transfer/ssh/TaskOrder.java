package io.freshet.transfer.ssh;

import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Who must wait for whom: an operation waits for the earlier ones at the same path to end, and for those at an ancestor or
 * descendant to take effect. Unrelated operations never wait for each other.
 */
final class TaskOrder {
    private static final byte[] LEAST_NAME = {1};

    private final NavigableMap<RelativePath, List<Task>> underWay = new TreeMap<>();

    /** Takes in the next task of the list and makes it wait as it must. */
    void add(Task task) {
        for (RelativePath path : task.paths()) {
            for (Task earlier : underWay.getOrDefault(path, List.of())) {
                if (earlier != task) {
                    task.waitForEndOf(earlier);
                }
            }
            waitForAncestors(task, path);
            waitForDescendants(task, path);
        }
        for (RelativePath path : task.paths()) {
            underWay.computeIfAbsent(path, same -> new ArrayList<>(1)).add(task);
        }
    }

    /** Forgets a task that has ended. */
    void remove(Task task) {
        for (RelativePath path : task.paths()) {
            List<Task> same = underWay.get(path);
            if (same != null) {
                same.remove(task);
                if (same.isEmpty()) {
                    underWay.remove(path);
                }
            }
        }
    }

    private void waitForAncestors(Task task, RelativePath path) {
        RelativePath ancestor = path;
        while (!ancestor.isRoot()) {
            ancestor = ancestor.parent();
            underWay.getOrDefault(ancestor, List.of()).forEach(task::waitForEffectOf);
        }
    }

    private void waitForDescendants(Task task, RelativePath path) {
        // Paths are ordered by unsigned bytes: everything below one shares the prefix that ends in its slash, and so
        // stands
        // in one piece that starts at its least possible child.
        for (Map.Entry<RelativePath, List<Task>> entry :
                underWay.tailMap(path.child(LEAST_NAME), true).entrySet()) {
            if (!entry.getKey().isAtOrBelow(path)) {
                break;
            }
            entry.getValue().forEach(task::waitForEffectOf);
        }
    }
}
