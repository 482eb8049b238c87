package io.freshet.watch;

import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.journal.RescanOrder;
import io.freshet.journal.RescanReason;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the journal: paths with the strongest kind that was asked for each, bounded in bytes, and the barriers
 * that wait behind them. Thread-safe.
 *
 * <p>It is taken as a whole, so that order inside it does not matter: a barrier is reached when everything that was taken
 * with it is in the journal. 128 paths directly in one directory become {@code DIR} of it. Above the bound, everything
 * becomes {@code TREE} of its top-level directory and, if that is still too much, a rescan of the root.
 */
final class DirtySet {
    static final int MOST_PATHS_IN_DIRECTORY = 128;
    /** What an entry takes beside the bytes of its path: map nodes, objects, references. */
    static final int ENTRY_OVERHEAD = 256;

    private final long bound;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private Contents contents = new Contents();
    private boolean ended;

    DirtySet(long bound) {
        this.bound = bound;
    }

    /** What was taken: changes, the rescans to open behind them, and the barriers that both reach. */
    record Taken(List<Dirty> dirty, List<Wanted> rescans, List<Barrier> barriers) {}

    /** A rescan that waits to be opened. */
    record Wanted(RelativePath path, RescanReason reason, long noticedNanos) {
        RescanOrder order(long nowNanos) {
            return new RescanOrder(path, reason, Duration.ofNanos(Math.max(0, nowNanos - noticedNanos)));
        }
    }

    /** One path that waits. */
    record Dirty(
            RelativePath path,
            ChangeKind kind,
            @Nullable RelativePath movedFrom,
            boolean writing,
            Detector detector,
            long noticedNanos) {
        /** Something to look at as soon as may be, whoever it came from. */
        static Dirty of(RelativePath path, ChangeKind kind, Detector detector, long noticedNanos) {
            return new Dirty(path, kind, null, false, detector, noticedNanos);
        }

        Change change(long nowNanos) {
            return new Change(
                    path, kind, movedFrom, writing, detector, Duration.ofNanos(Math.max(0, nowNanos - noticedNanos)));
        }
    }

    void add(Dirty dirty) {
        lock.lock();
        try {
            contents.add(dirty);
            if (contents.bytes > bound) {
                contents = contents.foldedToTopLevel();
                if (contents.bytes > bound / 2) {
                    contents = contents.foldedToRescan();
                }
            }
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a rescan, which is opened behind everything that is added before. */
    void add(Wanted rescan) {
        lock.lock();
        try {
            contents.add(rescan);
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Adds a barrier behind everything that was added before. */
    void add(Barrier barrier) {
        lock.lock();
        try {
            contents.barriers.add(barrier);
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something and takes all of it; empty only after {@link #end}. */
    Taken take() throws InterruptedException {
        lock.lock();
        try {
            while (!ended && contents.isEmpty()) {
                notEmpty.await();
            }
            Taken taken = new Taken(
                    new ArrayList<>(contents.entries.values()), List.copyOf(contents.rescans), contents.barriers);
            contents = new Contents();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Lets {@link #take} no longer wait. */
    void end() {
        lock.lock();
        try {
            ended = true;
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return contents.entries.size();
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return contents.bytes;
        } finally {
            lock.unlock();
        }
    }

    private static final class Contents {
        private final Map<RelativePath, Dirty> entries = new LinkedHashMap<>();
        private final Map<RelativePath, List<RelativePath>> pathsByDirectory = new LinkedHashMap<>();
        private List<Wanted> rescans = new ArrayList<>();
        private List<Barrier> barriers = new ArrayList<>();
        private long bytes;
        private int trees;

        boolean isEmpty() {
            return entries.isEmpty() && rescans.isEmpty() && barriers.isEmpty();
        }

        void add(Wanted rescan) {
            if (rescans.stream().noneMatch(one -> one.reason == rescan.reason && rescan.path.isAtOrBelow(one.path))) {
                rescans.add(rescan);
            }
        }

        void add(Dirty dirty) {
            RelativePath path = dirty.path();
            if (trees > 0 && isInTree(path)) {
                return;
            }
            Dirty present = entries.get(path);
            if (present != null) {
                strengthen(present, dirty);
                return;
            }
            if (dirty.kind() == ChangeKind.PATH && !path.isRoot() && isListed(path.parent())) {
                return;
            }
            put(dirty);
            if (dirty.kind() == ChangeKind.PATH && !path.isRoot()) {
                List<RelativePath> siblings = pathsByDirectory.computeIfAbsent(path.parent(), p -> new ArrayList<>());
                siblings.add(path);
                if (siblings.size() >= MOST_PATHS_IN_DIRECTORY) {
                    foldDirectory(path.parent(), siblings, dirty.detector());
                }
            }
        }

        private boolean isInTree(RelativePath path) {
            for (RelativePath at = path; ; at = at.parent()) {
                Dirty entry = entries.get(at);
                if (entry != null && entry.kind() == ChangeKind.TREE) {
                    return true;
                }
                if (at.isRoot()) {
                    return false;
                }
            }
        }

        private boolean isListed(RelativePath directory) {
            Dirty entry = entries.get(directory);
            return entry != null && entry.kind() == ChangeKind.DIR;
        }

        private void put(Dirty dirty) {
            entries.put(dirty.path(), dirty);
            bytes += cost(dirty);
            if (dirty.kind() == ChangeKind.TREE) {
                trees++;
            }
        }

        private void strengthen(Dirty present, Dirty dirty) {
            ChangeKind kind = dirty.kind().compareTo(present.kind()) > 0 ? dirty.kind() : present.kind();
            RelativePath movedFrom = dirty.movedFrom() != null ? dirty.movedFrom() : present.movedFrom();
            bytes -= cost(present);
            trees -= present.kind() == ChangeKind.TREE ? 1 : 0;
            put(new Dirty(
                    present.path(), kind, movedFrom, dirty.writing(), present.detector(), present.noticedNanos()));
        }

        private void foldDirectory(RelativePath directory, List<RelativePath> paths, Detector detector) {
            long noticed = Long.MAX_VALUE;
            for (RelativePath path : paths) {
                Dirty entry = entries.get(path);
                // A path that was strengthened meanwhile asks for more than a look at its directory.
                if (entry != null && entry.kind() == ChangeKind.PATH) {
                    entries.remove(path);
                    bytes -= cost(entry);
                    noticed = Math.min(noticed, entry.noticedNanos());
                }
            }
            pathsByDirectory.remove(directory);
            Dirty folded = Dirty.of(directory, ChangeKind.DIR, detector, noticed);
            Dirty present = entries.get(directory);
            if (present == null) {
                put(folded);
            } else {
                strengthen(present, folded);
            }
        }

        private static long cost(Dirty dirty) {
            RelativePath movedFrom = dirty.movedFrom();
            return (long) ENTRY_OVERHEAD + dirty.path().length() + (movedFrom == null ? 0 : movedFrom.length());
        }

        Contents foldedToTopLevel() {
            Contents folded = new Contents();
            folded.rescans = rescans;
            folded.barriers = barriers;
            for (Dirty entry : entries.values()) {
                RelativePath top = entry.path();
                while (top.depth() > 1) {
                    top = top.parent();
                }
                ChangeKind kind = entry.path().depth() > 1 ? ChangeKind.TREE : entry.kind();
                folded.add(Dirty.of(top, kind, Detector.OVERFLOW, entry.noticedNanos()));
            }
            return folded;
        }

        /** A rescan finds whatever was dirty, by comparing with what was there when every target was last asked to look. */
        Contents foldedToRescan() {
            Contents folded = new Contents();
            folded.rescans = rescans;
            folded.barriers = barriers;
            long noticed = entries.values().stream()
                    .mapToLong(Dirty::noticedNanos)
                    .min()
                    .orElseThrow();
            folded.add(new Wanted(RelativePath.ROOT, RescanReason.OVERFLOW, noticed));
            return folded;
        }
    }
}
