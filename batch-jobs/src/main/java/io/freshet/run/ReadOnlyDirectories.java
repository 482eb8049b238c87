package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.file.Attributes;
import io.freshet.file.FileState;
import io.freshet.journal.Intent;
import io.freshet.journal.ManifestEntry;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Directories in which their own owner may not write, made writable on the target for as long as a wave works in them: not even
 * a directory that is renamed to another one may be without that right. The superuser needs none of this.
 *
 * <p>That it is about to happen is intended like all else; at its end the wave gives them their attributes. Used by one thread,
 * for one wave.
 */
final class ReadOnlyDirectories {
    private static final int SEARCH = 0100;
    private static final int WRITE = 0200;
    private static final int ALL = 0700;

    private final Stores stores;
    private final RunScope scope;
    private final Wave wave;
    private final Map<RelativePath, Integer> known = new HashMap<>();
    private final NavigableMap<RelativePath, FileState> opened = new TreeMap<>();

    ReadOnlyDirectories(Stores stores, RunScope scope, Wave wave) {
        this.stores = stores;
        this.scope = scope;
        this.wave = wave;
    }

    /** Makes writable what operations need so. */
    void openFor(List<Operation> operations) {
        if (scope.session().capabilities().contains(Capability.CHANGE_OWNER)) {
            return;
        }
        Map<RelativePath, Integer> needed = new HashMap<>();
        operations.forEach(operation -> need(operation, needed));
        needed.entrySet()
                .removeIf(entry -> (known.getOrDefault(entry.getKey(), 0) & entry.getValue()) == entry.getValue());
        if (needed.isEmpty()) {
            return;
        }
        needed.forEach((path, bits) -> known.merge(path, bits, (one, other) -> one | other));
        NavigableMap<RelativePath, FileState> closed = new TreeMap<>();
        stores.manifest().find(scope.target(), needed.keySet()).forEach((path, held) -> {
            int bits = needed.getOrDefault(path, 0);
            if (held.isDirectory() && (held.state().mode() & bits) != bits) {
                closed.put(path, held.state());
            }
        });
        open(closed);
    }

    private static void need(Operation operation, Map<RelativePath, Integer> needed) {
        needIn(operation.path(), needed);
        if (operation instanceof Operation.Rename rename) {
            needIn(rename.from(), needed);
            if (!rename.from().isRoot()
                    && !rename.from().parent().equals(rename.path().parent())) {
                // Its entry ".." changes.
                add(needed, rename.from(), WRITE);
            }
        }
    }

    private static void needIn(RelativePath path, Map<RelativePath, Integer> needed) {
        if (path.isRoot()) {
            return;
        }
        add(needed, path.parent(), WRITE | SEARCH);
        path.parent().ancestors().forEach(ancestor -> add(needed, ancestor, SEARCH));
    }

    private static void add(Map<RelativePath, Integer> needed, RelativePath directory, int bits) {
        needed.merge(directory, bits, (one, other) -> one | other);
    }

    private void open(NavigableMap<RelativePath, FileState> closed) {
        if (closed.isEmpty()) {
            return;
        }
        List<Intent> intents = new ArrayList<>();
        List<Operation> operations = new ArrayList<>();
        closed.forEach((path, state) -> {
            intents.add(Intent.put(path, state));
            operations.add(new Operation.SetAttributes(
                    path, new Attributes(state.mode() | ALL, state.uid(), state.gid(), state.mtimeNanos())));
        });
        stores.deliveries().intend(scope.lease(), scope.run().number(), intents);
        wave.record().settleIntents(closed.keySet());
        opened.putAll(closed);
        closed.keySet().forEach(wave.directories()::add);
        // What cannot be opened is told of by what was to be done in it.
        scope.session().apply(operations, Monitor.NONE);
    }

    /**
     * Returns which operations were refused although their directory was opened: the other lane has finished it meanwhile. It
     * is open again then.
     */
    Set<Integer> closedMeanwhile(List<Operation> operations, List<Result> results) {
        Set<Integer> refused = new TreeSet<>();
        NavigableMap<RelativePath, FileState> again = new TreeMap<>();
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof Result.Failed failed && failed.code() == ErrorCode.PERMISSION_DENIED) {
                Map<RelativePath, Integer> needed = new HashMap<>();
                need(operations.get(i), needed);
                needed.keySet().retainAll(opened.keySet());
                if (!needed.isEmpty()) {
                    refused.add(i);
                    opened.forEach((path, state) -> {
                        if (needed.containsKey(path)) {
                            again.put(path, state);
                        }
                    });
                }
            }
        }
        open(again);
        return refused;
    }

    /** A directory that was opened so that it could be renamed has its new name, and is finished under that. */
    void renamed(RelativePath from, RelativePath to) {
        if (opened.containsKey(from)) {
            wave.directories().forget(from);
            wave.directories().add(to);
        }
    }

    /** A directory that was opened so that it could be renamed stays where it is: whoever looks there next finishes it. */
    void notRenamed(ManifestEntry old) {
        if (opened.containsKey(old.path())) {
            wave.directories().forget(old.path());
            wave.record().put(WaveDirectories.unfinished(old));
        }
    }
}
