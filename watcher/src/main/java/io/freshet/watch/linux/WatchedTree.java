package io.freshet.watch.linux;

import io.freshet.path.RelativePath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which watch is on which directory, as a tree of names, so that a renamed directory takes those below it along.
 *
 * <p>Watches stay with the directory, not with its name; the tree is what events have told so far and may be behind what
 * is on the disk. Used by one thread.
 */
final class WatchedTree {
    private final Map<Integer, Node> byWatch = new HashMap<>();
    private @Nullable Node root;

    /** One watched directory. */
    static final class Node {
        private final int watch;
        private RelativePath name;
        private @Nullable Node parent;
        private @Nullable Map<RelativePath, Node> children;
        private int round;

        private Node(int watch, RelativePath name) {
            this.watch = watch;
            this.name = name;
        }

        int watch() {
            return watch;
        }

        private Collection<Node> children() {
            Map<RelativePath, Node> present = children;
            return present == null ? List.of() : present.values();
        }
    }

    int size() {
        return byWatch.size();
    }

    @Nullable
    Node find(int watch) {
        return byWatch.get(watch);
    }

    @Nullable
    Node child(Node directory, byte[] name) {
        Map<RelativePath, Node> children = directory.children;
        return children == null ? null : children.get(RelativePath.of(name));
    }

    boolean isRoot(Node node) {
        return node.equals(root);
    }

    /** Returns where a directory is, or null while it is moved away. */
    @Nullable
    RelativePath path(Node node) {
        Deque<RelativePath> names = new ArrayDeque<>();
        Node at = node;
        while (!isRoot(at)) {
            names.push(at.name);
            Node parent = at.parent;
            if (parent == null) {
                return null;
            }
            at = parent;
        }
        RelativePath path = RelativePath.ROOT;
        for (RelativePath name : names) {
            path = path.child(name.bytes());
        }
        return path;
    }

    /**
     * Records that the directory at {@code path} has this watch, wherever it was known before.
     *
     * @param displaced takes the watches of what was known at this path and is no longer there
     */
    void put(RelativePath path, int watch, int round, IntConsumer displaced) {
        Node node = byWatch.computeIfAbsent(watch, w -> new Node(w, RelativePath.of(path.name())));
        node.round = round;
        if (path.isRoot()) {
            root = node;
            return;
        }
        Node parent = at(path.parent());
        if (parent == null) {
            throw new IllegalStateException("'" + path + "' is watched before its parent");
        }
        RelativePath name = RelativePath.of(path.name());
        Node present = parent.children == null ? null : parent.children.get(name);
        if (node.equals(present)) {
            return;
        }
        detach(node);
        if (present != null) {
            drop(present, displaced);
        }
        attach(node, parent, name);
    }

    /** Returns what is watched at a path, or null. */
    @Nullable
    Node at(RelativePath path) {
        Deque<RelativePath> names = new ArrayDeque<>();
        for (RelativePath at = path; !at.isRoot(); at = at.parent()) {
            names.push(RelativePath.of(at.name()));
        }
        Node node = root;
        for (RelativePath name : names) {
            if (node == null || node.children == null) {
                return null;
            }
            node = node.children.get(name);
        }
        return node;
    }

    /** Takes a directory out of its place; it keeps its watches and those below it. */
    void detach(Node node) {
        Node parent = node.parent;
        if (parent != null && parent.children != null) {
            parent.children.remove(node.name, node);
            if (parent.children.isEmpty()) {
                parent.children = null;
            }
        }
        node.parent = null;
    }

    /** Puts a detached directory into a place that is free. */
    void attach(Node node, Node parent, RelativePath name) {
        node.name = name;
        node.parent = parent;
        Map<RelativePath, Node> children = parent.children;
        if (children == null) {
            children = new HashMap<>(4);
            parent.children = children;
        }
        children.put(name, node);
    }

    /** Forgets a directory and all below it; their watches are handed over to be removed. */
    void drop(Node node, IntConsumer removed) {
        detach(node);
        Deque<Node> rest = new ArrayDeque<>(List.of(node));
        while (!rest.isEmpty()) {
            Node next = rest.pop();
            next.children().forEach(rest::push);
            byWatch.remove(next.watch);
            removed.accept(next.watch);
        }
    }

    /** Forgets everything that was not put in this round. */
    void dropAllBut(int round, IntConsumer removed) {
        for (Node node : new ArrayList<>(byWatch.values())) {
            if (node.round != round && byWatch.containsKey(node.watch) && !hasCurrent(node, round)) {
                drop(node, removed);
            }
        }
    }

    private static boolean hasCurrent(Node node, int round) {
        for (Node child : node.children()) {
            if (child.round == round || hasCurrent(child, round)) {
                return true;
            }
        }
        return false;
    }
}
