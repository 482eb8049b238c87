package io.freshet.run;

import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Drifts.Listed;
import io.freshet.journal.Intent;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.policy.Drift;
import io.freshet.target.TargetEntry;
import io.freshet.target.TargetSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds out by a look at the target what became of operations that were intended and never acknowledged: their process was
 * killed, their connection broke, or the database was away.
 *
 * <p>A rename that happened is taken into the manifest. Of anything else that may have happened the manifest says from now
 * on that something is there, and nothing more: whatever the source has by then, the item that is still queued finds a
 * difference, and does it again. Thread-safe.
 */
final class Settlement {
    private static final int LOOKS_AT_ONCE = 2000;
    private static final long NANOS = 1_000_000_000L;

    private final Stores stores;

    Settlement(Stores stores) {
        this.stores = stores;
    }

    /**
     * Settles the open intents for these paths.
     *
     * @param which must not be in flight: either claimed by the caller, or nobody is delivering yet
     */
    void settle(RunScope scope, TargetSession session, Predicate<RelativePath> which) {
        List<Intent> open = stores.deliveries().openIntents(scope.target()).stream()
                .filter(intent -> which.test(intent.path()))
                .toList();
        if (open.isEmpty()) {
            return;
        }
        WaveRecord settled = new WaveRecord();
        renames(scope, session, ofKind(open, Intent.Kind.RENAME), settled);
        puts(scope, session, ofKind(open, Intent.Kind.PUT), settled);
        removals(scope, session, ofKind(open, Intent.Kind.REMOVE), settled);
        settled.settleIntents(open.stream().map(Intent::path).toList());
        stores.deliveries().record(scope.lease(), scope.run().number(), settled);
    }

    private static List<Intent> ofKind(List<Intent> intents, Intent.Kind kind) {
        return intents.stream().filter(intent -> intent.kind() == kind).toList();
    }

    /** It happened if the old path is gone and the new one is what the manifest has for the old. */
    private void renames(RunScope scope, TargetSession session, List<Intent> intents, WaveRecord settled) {
        List<RelativePath> olds =
                intents.stream().map(intent -> required(intent.movedFrom())).toList();
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), olds);
        List<Optional<TargetEntry>> oldLooks = session.look(olds);
        List<Optional<TargetEntry>> newLooks =
                session.look(intents.stream().map(Intent::path).toList());
        for (int i = 0; i < olds.size(); i++) {
            ManifestEntry entry = held.get(olds.get(i));
            Optional<TargetEntry> now = newLooks.get(i);
            if (entry != null
                    && oldLooks.get(i).isEmpty()
                    && now.isPresent()
                    && now.get().type() == entry.state().type()) {
                RelativePath path = intents.get(i).path();
                settled.move(
                        olds.get(i),
                        new ManifestEntry(path, entry.state(), entry.hash(), entry.evidence(), entry.supported()));
            }
        }
    }

    private static RelativePath required(@Nullable RelativePath from) {
        if (from == null) {
            throw new IllegalStateException("a rename has an old path");
        }
        return from;
    }

    /** What is on the target is ours to replace and to remove, unless it is what it was before. */
    private void puts(RunScope scope, TargetSession session, List<Intent> intents, WaveRecord settled) {
        List<RelativePath> paths = intents.stream().map(Intent::path).toList();
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), paths);
        List<Optional<TargetEntry>> looks = session.look(paths);
        DriftHolds holds = new DriftHolds(stores, scope, settled);
        for (int i = 0; i < paths.size(); i++) {
            Optional<TargetEntry> found = looks.get(i);
            ManifestEntry before = held.get(paths.get(i));
            boolean untouched = found.isPresent()
                    && before != null
                    && isLike(found.get(), before)
                    && hasMode(found.get(), before)
                    && !isLike(found.get(), intents.get(i));
            if (found.isPresent()
                    && before != null
                    && isSomebodyElses(found.get(), before, intents.get(i))
                    && scope.served().policy().drift() == Drift.HOLD) {
                hold(holds, scope, found.get());
            } else if (found.isPresent() && !untouched) {
                settled.put(DriftLook.unknown(found.get()));
            }
        }
        holds.write();
    }

    /** It is neither what was there nor what was to be there. */
    private static boolean isSomebodyElses(TargetEntry found, ManifestEntry before, Intent intent) {
        return !before.isUnknown()
                && !(found.type() == FileType.DIRECTORY && before.isDirectory())
                && !isLike(found, before)
                && !isLike(found, intent);
    }

    private void hold(DriftHolds holds, RunScope scope, TargetEntry found) {
        long cursor = stores.states().get(scope.target()).cursor();
        WorkItem item = WorkItem.found(
                found.path(), ChangeKind.PATH, cursor, scope.clock().instant(), scope.lane());
        List<Listed> before =
                stores.drifts().listed(scope.target(), List.of(found.path())).getOrDefault(found.path(), List.of());
        holds.hold(item, found.path(), 0, DriftLook.words(found), before);
    }

    private static boolean isLike(TargetEntry found, ManifestEntry entry) {
        FileState state = entry.state();
        return isLike(found, state.type(), state.size(), state.mtimeNanos());
    }

    /** A directory may have been made writable for a while. */
    private static boolean hasMode(TargetEntry found, ManifestEntry entry) {
        return !entry.isDirectory() || found.mode() == entry.state().mode();
    }

    private static boolean isLike(TargetEntry found, Intent intent) {
        return intent.type() != null && isLike(found, intent.type(), intent.size(), intent.mtimeNanos());
    }

    private static boolean isLike(TargetEntry found, FileType type, long size, long mtimeNanos) {
        return found.type() == type
                && (type != FileType.FILE || found.size() == size)
                && Math.floorDiv(found.mtimeNanos(), NANOS) == Math.floorDiv(mtimeNanos, NANOS);
    }

    /** What is gone may be back in the source, with all below it and looking as ever: everything there is looked at. */
    private void removals(RunScope scope, TargetSession session, List<Intent> intents, WaveRecord settled) {
        List<ManifestEntry> entries = new ArrayList<>();
        Set<RelativePath> directories = new HashSet<>();
        stores.manifest()
                .find(scope.target(), intents.stream().map(Intent::path).toList())
                .forEach((path, entry) -> {
                    entries.add(entry);
                    if (entry.isDirectory()) {
                        directories.add(path);
                        entries.addAll(stores.manifest().below(scope.target(), path));
                    }
                });
        stores.queue().widenThere(scope.lease(), directories);
        for (int from = 0; from < entries.size(); from += LOOKS_AT_ONCE) {
            List<ManifestEntry> some = entries.subList(from, Math.min(entries.size(), from + LOOKS_AT_ONCE));
            List<Optional<TargetEntry>> looks =
                    session.look(some.stream().map(ManifestEntry::path).toList());
            for (int i = 0; i < some.size(); i++) {
                if (looks.get(i).isEmpty() && some.get(i).supported()) {
                    settled.put(ManifestEntry.unknown(
                            some.get(i).path(), some.get(i).state()));
                }
            }
        }
    }
}
