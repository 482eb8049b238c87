package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Delivery;
import io.freshet.journal.Evidence;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Outcome;
import io.freshet.path.RelativePath;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The directories of one wave: made first, and given their attributes and flushed last, after everything that was published
 * or removed in them. Used by one thread.
 */
final class WaveDirectories {
    private final Stores stores;
    private final RunScope scope;
    private final Wave wave;
    private final Map<RelativePath, Candidate> made = new HashMap<>();
    /** Directories in which something was published or removed: their times and their durability come last. */
    private final Set<RelativePath> touched = new TreeSet<>();

    private boolean durable = true;

    WaveDirectories(Stores stores, RunScope scope, Wave wave) {
        this.stores = stores;
        this.scope = scope;
        this.wave = wave;
    }

    /** Takes note of a directory that is to be finished. */
    void add(RelativePath directory) {
        touched.add(directory);
    }

    /** Returns whether what the wave did is on the target's disk, as far as it was asked to be. */
    boolean areDurable() {
        return durable;
    }

    /** Makes directories, parents before children. */
    void make(List<Candidate> sorted) {
        List<Operation> operations = new ArrayList<>();
        for (Candidate candidate : sorted) {
            // The root is there; so is a directory of which only attributes differ.
            operations.add(new Operation.MakeDirectory(candidate.path()));
        }
        List<Result> results = wave.apply(operations);
        for (int i = 0; i < results.size(); i++) {
            Candidate candidate = sorted.get(i);
            if (results.get(i) instanceof Result.Failed failed) {
                wave.fail(candidate, failed);
            } else {
                made.put(candidate.path(), candidate);
                if (candidate.held() == null) {
                    wave.record()
                            .put(new ManifestEntry(
                                    candidate.path(), unfinished(candidate.present()), null, Evidence.SENT, true));
                }
                touchParentOf(candidate.path());
                touched.add(candidate.path());
            }
        }
    }

    /** What is known of a directory whose attributes are not those that it was given. */
    static ManifestEntry unfinished(ManifestEntry entry) {
        return new ManifestEntry(entry.path(), unfinished(entry.state()), null, entry.evidence(), true);
    }

    /** Without its attributes: it is on the target and has to go from there, even if it goes from the source before them. */
    private static FileState unfinished(FileState directory) {
        return new FileState(
                directory.type(),
                directory.size(),
                0,
                directory.ctimeNanos(),
                directory.mode(),
                directory.uid(),
                directory.gid(),
                directory.links(),
                directory.identity(),
                null);
    }

    /**
     * Sets the final attributes of every directory that was made, changed or published into, children before parents, and
     * flushes it. Only what was flushed may be acknowledged, so a failure here makes the wave worth nothing.
     */
    void finish() {
        if (touched.isEmpty()) {
            return;
        }
        if (!scope.hasLiveLease()) {
            durable = false;
            return;
        }
        List<RelativePath> directories = new ArrayList<>(touched);
        directories.sort((one, other) -> other.compareTo(one));
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), directories);
        DirectoryTurns turns = scope.served().directoryTurns();
        turns.take(directories);
        try {
            finish(directories, held);
        } finally {
            turns.giveBack(directories);
        }
    }

    private void finish(List<RelativePath> directories, Map<RelativePath, ManifestEntry> held) {
        Map<RelativePath, FileState> states = new HashMap<>();
        List<Operation> operations = new ArrayList<>();
        for (RelativePath directory : directories) {
            // Also where the other lane is just making it: what was published into it has changed its time again.
            Optional<FileState> state = scope.root().lstat(directory).filter(FileState::isDirectory);
            ManifestEntry entry = held.get(directory);
            if (state.isPresent()) {
                states.put(directory, state.get());
                operations.add(
                        new Operation.SetAttributes(directory, state.get().attributes()));
            } else if (entry != null) {
                // The source may have it elsewhere by now, and its rename must not take it for finished.
                wave.record().put(unfinished(entry));
            }
            operations.add(new Operation.SyncDirectory(directory));
        }
        // A stop is not obeyed here: it would make what was published worth nothing.
        List<Result> results = scope.session().apply(operations, Monitor.NONE);
        for (int i = 0; i < results.size(); i++) {
            finishDirectory(operations.get(i), results.get(i), states, held);
        }
    }

    private void finishDirectory(
            Operation operation,
            Result result,
            Map<RelativePath, FileState> states,
            Map<RelativePath, ManifestEntry> held) {
        Candidate candidate = made.get(operation.path());
        if (operation instanceof Operation.SyncDirectory) {
            if (result instanceof Result.Failed failed && meansNotDurable(failed)) {
                durable = false;
                wave.endWith(new FreshetException(failed.code(), failed.message()));
            }
            return;
        }
        FileState state = states.get(operation.path());
        if (result instanceof Result.Failed failed) {
            if (candidate != null) {
                wave.fail(candidate, failed);
            }
        } else if (state != null) {
            if (candidate != null || held.containsKey(operation.path())) {
                wave.record().put(new ManifestEntry(operation.path(), state, null, Evidence.SENT, true));
            }
            if (candidate != null) {
                boolean isNew = held.get(operation.path()) == null;
                wave.record()
                        .deliver(new Delivery(
                                candidate.item(),
                                operation.path(),
                                isNew ? Outcome.TRANSFERRED : Outcome.METADATA,
                                null,
                                0,
                                null,
                                remark(result),
                                null));
                if (candidate.item().kind() == ChangeKind.PATH) {
                    wave.record().close(candidate.item(), candidate.lookedAt());
                }
            }
        }
    }

    private static @Nullable String remark(Result result) {
        return result instanceof Result.Done done ? done.remark() : null;
    }

    /** A directory that is gone meanwhile, or that this target cannot flush, does not void what was done elsewhere. */
    private static boolean meansNotDurable(Result.Failed failed) {
        return failed.code().concernsWholeTarget() || failed.code() == ErrorCode.TARGET_FAILURE;
    }

    /** Takes note that a path's directory was changed. */
    void touchParentOf(RelativePath path) {
        if (!path.isRoot()) {
            touched.add(path.parent());
        }
    }

    /** Takes note that a directory is gone, and needs no finishing. */
    void forget(RelativePath path) {
        touched.remove(path);
    }
}
