package io.freshet.watch;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.ChangeWriter;
import io.freshet.journal.Detector;
import io.freshet.journal.RescanReason;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees every change of one source and hands it to the journal.
 *
 * <p>One thread reads events into a bounded set, another appends that set to the journal, a third compares the source with
 * its catalogue; none ever waits for another. At the start, and whenever the root comes back, marks are placed first and then
 * a rescan is opened, which finds what happened before.
 * Thread-safe. Use: construct, {@link #start}, {@link #close}; not reusable.
 */
public final class Watcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Watcher.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

    private final WatcherOptions options;
    private final EventReaders readers;
    private final Clock clock;
    private final DirtySet dirty;
    private final Barriers barriers;
    private final JournalFeed feed;
    private final Rescans rescans;
    private final Thread reading;
    private final Thread feeding;
    private final Thread rescanning;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong overflows = new AtomicLong();
    private volatile Phase phase;
    private volatile @Nullable EventReader reader;
    /** Whether something made it doubtful that the source's path leads to the root that is watched. */
    private volatile boolean inDoubt;

    private record Phase(
            WatcherState state, Instant since, @Nullable String trouble) {}

    /**
     * Makes a watcher that does nothing yet.
     *
     * @param writer used by this watcher only
     */
    public Watcher(WatcherOptions options, EventReaders readers, ChangeWriter writer, Clock clock) {
        this.options = options;
        this.readers = readers;
        this.clock = clock;
        this.phase = new Phase(WatcherState.STARTING, clock.instant(), null);
        this.dirty = new DirtySet(options.memory());
        this.barriers = new Barriers(options, clock, dirty);
        String name = options.root().toString();
        this.rescans =
                new Rescans(name, writer.catalogue(), RescanWalk.Slice.USUAL, clock, this::doubtRoot, this::leaseLost);
        this.feed = new JournalFeed(name, dirty, writer, rescans::wake, this::leaseLost);
        this.reading = new Thread(this::readUntilStopped, "watch " + name);
        this.feeding = new Thread(feed, "journal " + name);
        this.rescanning = new Thread(rescans, "rescan " + name);
    }

    /** Starts watching; returns at once, whether the root is there or not. */
    public void start() {
        feeding.start();
        rescanning.start();
        reading.start();
    }

    /**
     * Begins a wait until every change that happened before this call is in the journal.
     *
     * @return completes with the journal's head at that moment, or with a {@link FreshetException} that says why nobody can
     *     tell: events were lost, the root is gone, the watcher was stopped, or it took longer than the options allow
     */
    public CompletableFuture<Long> barrier() {
        WatcherState state = phase.state();
        if (state == WatcherState.WATCHING || state == WatcherState.STARTING) {
            return barriers.begin().reached();
        }
        return CompletableFuture.failedFuture(new FreshetException(ErrorCode.STOPPED, notWatching()));
    }

    /** Asks for a look at a path, as a person or a program may. */
    public void look(RelativePath path, ChangeKind kind) {
        dirty.add(DirtySet.Dirty.of(path, kind, Detector.REQUEST, System.nanoTime()));
    }

    /**
     * Opens a rescan of everything at and below a path.
     *
     * @return completes with the journal's head once the rescan is in the journal, or with a {@link FreshetException}
     */
    public CompletableFuture<Long> rescan(RelativePath path, RescanReason reason) {
        if (isStopping()) {
            return CompletableFuture.failedFuture(new FreshetException(ErrorCode.STOPPED, notWatching()));
        }
        dirty.add(new DirtySet.Wanted(path, reason, System.nanoTime()));
        Barrier opened = new Barrier(System.nanoTime(), clock.instant(), false, (barrier, error) -> {});
        dirty.add(opened);
        return opened.reached();
    }

    /** Returns whether all of its threads run. */
    public boolean isAlive() {
        return reading.isAlive() && feeding.isAlive() && rescanning.isAlive();
    }

    public WatcherStatus status() {
        Phase now = phase;
        EventReader current = reader;
        String trouble = Stream.of(now.trouble(), feed.trouble(), rescans.trouble())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return new WatcherStatus(
                now.state(),
                now.since(),
                current == null ? null : current.tier(),
                current == null ? "" : current.reason(),
                current == null ? "" : current.limits(),
                trouble != null ? trouble : barriers.trouble(),
                current == null ? List.of() : current.unwatched(),
                events.get(),
                overflows.get(),
                rescans.underWay(),
                rescans.unreadable(),
                dirty.size(),
                dirty.bytes(),
                barriers.last());
    }

    /** Stops all threads; what is in memory is journaled first if the database answers. */
    @Override
    public void close() {
        stop(WatcherState.STOPPED, null);
        join(rescanning);
        join(reading);
        feed.stop();
        join(feeding);
        barriers.failAll(ErrorCode.STOPPED, notWatching());
    }

    private void stop(WatcherState state, @Nullable String trouble) {
        if (phase.state() != WatcherState.LEASE_LOST) {
            enter(state, trouble);
        }
        stopping.countDown();
        rescans.stop();
        wakeReader();
    }

    private void doubtRoot() {
        inDoubt = true;
        wakeReader();
    }

    private void wakeReader() {
        EventReader current = reader;
        if (current != null) {
            current.wake();
        }
    }

    private void leaseLost(String message) {
        stop(WatcherState.LEASE_LOST, message);
        barriers.failAll(ErrorCode.LEASE_LOST, notWatching());
    }

    private void join(Thread thread) {
        try {
            thread.join(LONGEST_STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void enter(WatcherState state, @Nullable String trouble) {
        Phase before = phase;
        if (before.state() != state) {
            phase = new Phase(state, clock.instant(), trouble);
            log.info("source {}: {}{}", options.root(), state, trouble == null ? "" : ": " + trouble);
        } else {
            phase = new Phase(state, before.since(), trouble);
        }
    }

    private String notWatching() {
        Phase now = phase;
        return "source " + options.root() + " is not being watched (" + now.state()
                + (now.trouble() == null ? "" : ": " + now.trouble())
                + "); wait until it is, or look at the source's page";
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void readUntilStopped() {
        while (!isStopping()) {
            try (SourceRoot root = SourceRoot.open(options.root())) {
                Path elsewhere = options.barrierDirectory();
                OwnDirectory cookies = elsewhere == null ? OwnDirectory.in(root) : OwnDirectory.at(elsewhere);
                barriers.useDirectory(cookies);
                try (EventReader opened = readers.open(root, cookies, options)) {
                    reader = opened;
                    watch(root, opened, cookies);
                } finally {
                    reader = null;
                    rescans.leaveRoot();
                }
            } catch (FreshetException e) {
                lost(e.code(), String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                log.error("source {}: watching failed and begins anew", options.root(), e);
                lost(ErrorCode.SOURCE_UNREADABLE, "watching failed and begins anew: " + e);
            }
            awaitRetry();
        }
    }

    private void lost(ErrorCode code, String reason) {
        if (!isStopping()) {
            // A tier that cannot be had is no fault of the source.
            boolean gone = code != ErrorCode.CONFIGURATION_INVALID;
            if (gone && phase.state() != WatcherState.SOURCE_GONE) {
                // So that each target is held and says why, also where nothing else waits for it.
                look(RelativePath.ROOT, ChangeKind.PATH);
            }
            enter(gone ? WatcherState.SOURCE_GONE : WatcherState.STARTING, reason);
            barriers.failAll(ErrorCode.SOURCE_ROOT_SUSPECT, notWatching());
        }
    }

    private void awaitRetry() {
        try {
            boolean stopped = stopping.await(TICK.toMillis(), TimeUnit.MILLISECONDS);
            log.debug("source {}: {}", options.root(), stopped ? "stopped" : "tried again");
            barriers.failOverdue();
        } catch (InterruptedException e) {
            stopping.countDown();
            Thread.currentThread().interrupt();
        }
    }

    private void watch(SourceRoot root, EventReader opened, OwnDirectory own) {
        if (!isStopping()) {
            enter(WatcherState.STARTING, null);
        }
        Session session = new Session(root, opened);
        barriers.prepareDirectory();
        opened.begin(session);
        dirty.add(new DirtySet.Wanted(RelativePath.ROOT, RescanReason.START, System.nanoTime()));
        if (!opened.reportsCookies()) {
            barriers.beginOwnBehindScan();
        }
        rescans.useRoot(root, own);
        log.info("source {}: watched by {}: {}", options.root(), opened.tier(), opened.reason());
        if (!isStopping()) {
            enter(WatcherState.WATCHING, null);
        }
        barriers.issueAll(opened.reportsCookies());
        long nextOwn = System.nanoTime();
        long nextDoubt = nextOwn;
        while (!isStopping() && session.lost == null) {
            long now = System.nanoTime();
            if (now - nextOwn >= 0 || (inDoubt && now - nextDoubt >= 0)) {
                // The descriptor follows the directory wherever it goes; the configured path must still lead to it.
                inDoubt = false;
                root.requireStillThere();
                nextDoubt = now + TICK.toNanos();
            }
            if (now - nextOwn >= 0) {
                if (opened.reportsCookies()) {
                    barriers.beginOwn();
                }
                nextOwn = now + options.selfBarrier().toNanos();
            }
            barriers.failOverdue();
            opened.read(session, options.selfBarrier().compareTo(TICK) < 0 ? options.selfBarrier() : TICK);
        }
        String reason = session.lost;
        if (reason != null) {
            lost(ErrorCode.SOURCE_ROOT_SUSPECT, reason);
        }
    }

    /** What one reader tells, from its opening to its end. */
    private final class Session implements EventSink {
        private final SourceRoot root;
        private final EventReader from;
        private final Writers writers = new Writers();
        private @Nullable String lost;

        private Session(SourceRoot root, EventReader from) {
            this.root = root;
            this.from = from;
        }

        @Override
        public void changed(
                RelativePath path,
                ChangeKind kind,
                @Nullable RelativePath movedFrom,
                Writing writing,
                Detector detector) {
            if (path.isReserved()) {
                return;
            }
            RescanReason reason = kind == ChangeKind.TREE ? rescanReason(detector) : null;
            if (reason != null && (path.isRoot() || reason == RescanReason.SCAN)) {
                dirty.add(new DirtySet.Wanted(path, reason, System.nanoTime()));
                if (!from.reportsCookies() && path.isRoot()) {
                    barriers.beginOwnBehindScan();
                }
                return;
            }
            RelativePath hint = movedFrom == null || movedFrom.isReserved() ? null : movedFrom;
            boolean goesOn = writers.goesOn(path, writing);
            dirty.add(new DirtySet.Dirty(path, kind, hint, goesOn, detector, System.nanoTime()));
        }

        /** What no event tells of is found by comparing with the catalogue, once for all targets. */
        private static @Nullable RescanReason rescanReason(Detector detector) {
            return switch (detector) {
                case OVERFLOW -> RescanReason.OVERFLOW;
                case SCAN -> RescanReason.SCAN;
                default -> null;
            };
        }

        @Override
        public void cookie(String name) {
            // Nothing is told of what happens in a directory that came in the place of the one that is watched.
            root.requireStillThere();
            barriers.seen(name);
        }

        @Override
        public void cookiesWatched() {
            if (phase.state() == WatcherState.WATCHING) {
                barriers.issueAll(true);
            }
        }

        @Override
        public void overflowed(String reason) {
            overflows.incrementAndGet();
            log.warn("source {}: {}; everything is looked at again", options.root(), reason);
            barriers.failAll(
                    ErrorCode.STOPPED,
                    "events of source " + options.root() + " were lost (" + reason
                            + "), so that nobody can tell what is journaled; everything is looked at again: repeat");
        }

        @Override
        public void rootLost(String reason) {
            lost = reason;
        }

        @Override
        public void rootInDoubt() {
            inDoubt = true;
        }

        @Override
        public void counted(int read) {
            events.addAndGet(read);
        }
    }
}
