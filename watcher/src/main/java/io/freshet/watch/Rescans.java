package io.freshet.watch;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Catalogue;
import io.freshet.journal.Rescan;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that compares the source with its catalogue: one rescan after the other, the oldest first, while the root is
 * there and watched. Whatever interrupts it, it goes on from the saved position.
 */
final class Rescans implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Rescans.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** How far the host's clock is trusted where the file system's cannot be asked, for the account may not write there. */
    private static final Duration CLOCKS_DIFFER_BY = Duration.ofMinutes(1);

    private record Place(SourceRoot root, OwnDirectory own) {}

    private final String source;
    private final Catalogue catalogue;
    private final RescanWalk.Slice slice;
    private final Clock clock;
    private final Runnable onRootDoubtful;
    private final Consumer<String> onLeaseLost;
    private final Semaphore woken = new Semaphore(0);
    private volatile boolean stopped;
    private volatile @Nullable Place place;
    private volatile @Nullable String trouble;
    private volatile boolean underWay;
    private volatile @Nullable String unreadable;

    /** @param onRootDoubtful told when the source's path does not lead to the root that is to be walked */
    Rescans(
            String source,
            Catalogue catalogue,
            RescanWalk.Slice slice,
            Clock clock,
            Runnable onRootDoubtful,
            Consumer<String> onLeaseLost) {
        this.source = source;
        this.catalogue = catalogue;
        this.slice = slice;
        this.clock = clock;
        this.onRootDoubtful = onRootDoubtful;
        this.onLeaseLost = onLeaseLost;
    }

    /** Lets rescans walk a root, all of which is watched from now on. */
    void useRoot(SourceRoot root, OwnDirectory own) {
        place = new Place(root, own);
        woken.release();
    }

    /** Keeps rescans from walking: the root is about to be closed. */
    void leaveRoot() {
        place = null;
    }

    /** Tells that there may be a rescan to do. */
    void wake() {
        woken.release();
    }

    void stop() {
        stopped = true;
        woken.release();
    }

    /** Returns what keeps rescans from their work, or null. */
    @Nullable
    String trouble() {
        return trouble;
    }

    /** Returns what the last rescan of the whole source could not read, or null. */
    @Nullable
    String unreadable() {
        return unreadable;
    }

    boolean underWay() {
        return underWay;
    }

    @Override
    public void run() {
        Duration pause = FIRST_PAUSE;
        while (!stopped) {
            try {
                boolean idle = !rescanOne();
                trouble = null;
                pause = FIRST_PAUSE;
                if (idle) {
                    await(Duration.ofDays(1));
                }
            } catch (FreshetException e) {
                if (e.code() == ErrorCode.LEASE_LOST) {
                    onLeaseLost.accept(String.valueOf(e.getMessage()));
                    return;
                }
                if (e.code() != ErrorCode.STOPPED) {
                    interrupted(e);
                }
                if (e.code() == ErrorCode.SOURCE_ROOT_SUSPECT) {
                    onRootDoubtful.run();
                }
                pause = pauseAfter(pause);
            } catch (RuntimeException e) {
                log.error("source {}: a rescan failed and goes on from where it was", source, e);
                interrupted(e);
                pause = pauseAfter(pause);
            }
        }
    }

    private void interrupted(RuntimeException e) {
        if (trouble == null) {
            log.warn("source {}: a rescan was interrupted: {}", source, e.getMessage());
        }
        trouble = "a rescan was interrupted and goes on by itself: " + e.getMessage();
    }

    private Duration pauseAfter(Duration pause) {
        await(pause);
        Duration next = pause.multipliedBy(2);
        return next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
    }

    private void await(Duration longest) {
        try {
            if (woken.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                woken.drainPermits();
            }
        } catch (InterruptedException e) {
            stopped = true;
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether there was one. */
    private boolean rescanOne() {
        Place here = place;
        if (here == null) {
            return false;
        }
        Optional<Rescan> next = catalogue.next();
        if (next.isEmpty()) {
            return false;
        }
        underWay = true;
        try {
            long begun = System.nanoTime();
            RescanWalk walk = new RescanWalk(catalogue, next.get(), here.root, () -> time(here.own), slice);
            boolean finished = walk.run(() -> stopped || !here.equals(place));
            if (next.get().path().isRoot()) {
                unreadable = walk.unreadable();
            }
            log.info(
                    "source {}: rescan {} ({}) of '{}' {} after {} ms",
                    source,
                    next.get().id(),
                    next.get().reason(),
                    next.get().path(),
                    finished ? "finished" : "stopped",
                    (System.nanoTime() - begun) / 1_000_000);
            return true;
        } finally {
            underWay = false;
        }
    }

    private long time(OwnDirectory own) {
        try {
            return own.time();
        } catch (FreshetException e) {
            if (e.code() == ErrorCode.STOPPED) {
                throw e;
            }
            return ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant().minus(CLOCKS_DIFFER_BY));
        }
    }
}
