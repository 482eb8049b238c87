package io.freshet.watch;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileIdentity;
import io.freshet.journal.Catalogue;
import io.freshet.journal.CatalogueChanges;
import io.freshet.journal.CatalogueDirectory;
import io.freshet.journal.CatalogueEntry;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.ChangeWriter;
import io.freshet.journal.Rescan;
import io.freshet.journal.RescanOrder;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * A journal that can be away, refuse changes, or belong to somebody else. A rescan is in it as a {@code TREE}: it will look
 * at all that; nothing is known to its catalogue, and none of them is ever done. Thread-safe.
 */
public final class JournalInMemory implements ChangeWriter {
    private final List<Change> changes = new ArrayList<>();
    private final List<Duration> observed = new ArrayList<>();
    private boolean away;
    private boolean lost;
    private int refusals;
    private Predicate<Change> refused = change -> false;

    @Override
    public synchronized long append(List<Change> batch, List<RescanOrder> rescans) {
        if (away) {
            refusals++;
            throw new FreshetException(ErrorCode.DATABASE_UNAVAILABLE, "the journal is away for a test");
        }
        if (lost) {
            throw new FreshetException(ErrorCode.LEASE_LOST, "another watcher has the source for a test");
        }
        if ((batch.isEmpty() && rescans.isEmpty()) || batch.stream().anyMatch(refused)) {
            throw new FreshetException(ErrorCode.DATABASE_REFUSED, "refused for a test");
        }
        changes.addAll(batch);
        rescans.forEach(order -> changes.add(new Change(
                order.path(), ChangeKind.TREE, null, false, order.reason().detector(), order.age())));
        return changes.size();
    }

    @Override
    public synchronized void observed(Duration age) {
        observed.add(age);
    }

    @Override
    public synchronized long head() {
        return changes.size();
    }

    @Override
    public Catalogue catalogue() {
        return new Catalogue() {
            @Override
            public Optional<Rescan> next() {
                return Optional.empty();
            }

            @Override
            public Map<RelativePath, CatalogueDirectory> directories(Collection<RelativePath> paths) {
                return Map.of();
            }

            @Override
            public Map<Long, List<CatalogueEntry>> entries(Collection<Long> directories) {
                return Map.of();
            }

            @Override
            public Map<FileIdentity, List<CatalogueEntry>> places(Collection<FileIdentity> objects) {
                return Map.of();
            }

            @Override
            public List<Long> newKeys(int count) {
                return LongStream.range(0, count).boxed().toList();
            }

            @Override
            public void record(Rescan rescan, CatalogueChanges found) {}

            @Override
            public boolean sweep(Rescan rescan, int limit) {
                return true;
            }

            @Override
            public void finish(Rescan rescan) {}
        };
    }

    public synchronized void away(boolean isAway) {
        away = isAway;
    }

    public synchronized void lost() {
        lost = true;
    }

    public synchronized void refuse(Predicate<Change> which) {
        refused = which;
    }

    public synchronized int refusals() {
        return refusals;
    }

    public synchronized List<Duration> observations() {
        return List.copyOf(observed);
    }

    /** Returns the changes after a head, up to another. */
    public synchronized List<Change> between(long after, long upTo) {
        return List.copyOf(changes.subList((int) after, (int) upTo));
    }

    public synchronized List<Change> all() {
        return List.copyOf(changes);
    }

    /** Returns whether a look at what is asked for meets the path. */
    public static boolean covers(List<Change> changes, RelativePath path) {
        return changes.stream().anyMatch(change -> switch (change.kind()) {
            case PATH -> change.path().equals(path);
            case DIR ->
                change.path().equals(path) || (!path.isRoot() && change.path().equals(path.parent()));
            case TREE -> path.isAtOrBelow(change.path());
        });
    }

    public static boolean has(List<Change> changes, ChangeKind kind, RelativePath path) {
        return changes.stream()
                .anyMatch(change -> change.kind() == kind && change.path().equals(path));
    }
}
