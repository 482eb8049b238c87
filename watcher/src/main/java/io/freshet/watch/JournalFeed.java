package io.freshet.watch;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.ChangeWriter;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that takes what is dirty and appends it to the journal, as soon as there is something and the previous append
 * has returned and was begun {@link #PACE} ago: what changes without end merges meanwhile.
 *
 * <p>While the database is away it tries the same changes again for ever; the reader goes on meanwhile. Changes that the
 * journal refuses are halved down to the one, which is replaced by its directory.
 */
final class JournalFeed implements Runnable {
    /** Changes in one append, at most; bounds a transaction. */
    static final int LARGEST_BATCH = 10_000;

    /** Between the beginnings of two appends, at least; as long as a disk takes for one. */
    static final Duration PACE = Duration.ofMillis(5);

    private static final Logger log = LoggerFactory.getLogger(JournalFeed.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final String source;
    private final DirtySet dirty;
    private final ChangeWriter writer;
    private final Runnable onRescan;
    private final Consumer<String> onLeaseLost;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable String trouble;

    /** @param onRescan told when rescans have been opened */
    JournalFeed(String source, DirtySet dirty, ChangeWriter writer, Runnable onRescan, Consumer<String> onLeaseLost) {
        this.source = source;
        this.dirty = dirty;
        this.writer = writer;
        this.onRescan = onRescan;
        this.onLeaseLost = onLeaseLost;
    }

    /** Returns what keeps changes from the journal, or null. */
    @Nullable
    String trouble() {
        return trouble;
    }

    /** Ends it: what is in memory is still appended if the database takes it at the first try. */
    void stop() {
        stopped.countDown();
        dirty.end();
    }

    @Override
    public void run() {
        try {
            while (true) {
                boolean last = dirty.isEnded();
                DirtySet.Taken taken = dirty.take();
                long begun = System.nanoTime();
                record(taken);
                if (last) {
                    return;
                }
                keepPace(begun);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (FreshetException e) {
            if (e.code() == ErrorCode.LEASE_LOST) {
                log.warn("source {}: {}", source, e.getMessage());
                onLeaseLost.accept(e.getMessage());
            } else {
                log.warn("source {}: stopped with changes in memory; the next start looks at everything", source, e);
            }
        }
    }

    private void keepPace(long begun) throws InterruptedException {
        long left = PACE.toNanos() - (System.nanoTime() - begun);
        if (left > 0 && stopped.await(left, TimeUnit.NANOSECONDS)) {
            log.debug("source {}: stopping", source);
        }
    }

    private void record(DirtySet.Taken taken) throws InterruptedException {
        try {
            List<DirtySet.Dirty> all = taken.dirty();
            for (int from = 0; from < all.size(); from += LARGEST_BATCH) {
                append(all.subList(from, Math.min(all.size(), from + LARGEST_BATCH)));
            }
            if (!taken.rescans().isEmpty()) {
                open(taken.rescans());
            }
            long head = writer.head();
            for (Barrier barrier : taken.barriers()) {
                reached(barrier, head);
            }
        } catch (FreshetException | InterruptedException e) {
            for (Barrier barrier : taken.barriers()) {
                boolean lost = e instanceof FreshetException failure && failure.code() == ErrorCode.LEASE_LOST;
                barrier.fail(
                        lost ? ErrorCode.LEASE_LOST : ErrorCode.STOPPED,
                        "the changes before this barrier were not journaled: " + e.getMessage());
            }
            throw e;
        }
    }

    private void reached(Barrier barrier, long head) {
        if (barrier.isOwn()) {
            try {
                writer.observed(Duration.ofNanos(System.nanoTime() - barrier.begunNanos()));
            } catch (FreshetException e) {
                if (e.code() == ErrorCode.LEASE_LOST) {
                    throw e;
                }
                log.warn(
                        "source {}: the time of the last observation could not be recorded: {}",
                        source,
                        e.getMessage());
            }
        }
        barrier.succeed(head);
    }

    private void open(List<DirtySet.Wanted> rescans) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                long now = System.nanoTime();
                writer.append(
                        List.of(), rescans.stream().map(one -> one.order(now)).toList());
                trouble = null;
                onRescan.run();
                return;
            } catch (FreshetException e) {
                if (e.code() == ErrorCode.LEASE_LOST) {
                    throw e;
                }
                pauseOrStop(rescans.size(), pause, e);
                pause = longer(pause);
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private void append(List<DirtySet.Dirty> batch) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                long now = System.nanoTime();
                List<Change> changes =
                        batch.stream().map(entry -> entry.change(now)).toList();
                writer.append(changes);
                trouble = null;
                return;
            } catch (FreshetException e) {
                if (e.code() == ErrorCode.LEASE_LOST) {
                    throw e;
                }
                if (e.code() == ErrorCode.DATABASE_REFUSED && appendDivided(batch, e)) {
                    return;
                }
                pauseOrStop(batch.size(), pause, e);
                pause = longer(pause);
            }
        }
    }

    private void pauseOrStop(int size, Duration pause, FreshetException e) throws InterruptedException {
        String message = size + " changes wait for the journal: " + e.getMessage();
        if (trouble == null) {
            log.warn("source {}: {}", source, message);
        }
        trouble = message;
        if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            throw e;
        }
    }

    /** One row that the journal cannot hold must not keep back the others. */
    private boolean appendDivided(List<DirtySet.Dirty> batch, FreshetException e) throws InterruptedException {
        int half = batch.size() / 2;
        if (half > 0) {
            append(batch.subList(0, half));
            append(batch.subList(half, batch.size()));
            return true;
        }
        DirtySet.Dirty refused = batch.get(0);
        if (refused.path().isRoot()) {
            return false;
        }
        log.error("source {}: the journal refuses '{}'; its directory is looked at instead", source, refused.path(), e);
        RelativePath parent = refused.path().parent();
        ChangeKind kind = refused.kind() == ChangeKind.PATH ? ChangeKind.DIR : ChangeKind.TREE;
        append(List.of(DirtySet.Dirty.of(parent, kind, refused.detector(), refused.noticedNanos())));
        return true;
    }
}
