package io.freshet.app.server;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Journal;
import io.freshet.journal.NotificationKind;
import io.freshet.journal.Notifications;
import io.freshet.journal.RescanReason;
import io.freshet.journal.SourceId;
import io.freshet.journal.SourceStatus;
import io.freshet.journal.WatcherLeases;
import io.freshet.journal.WatcherRecords;
import io.freshet.journal.Wording;
import io.freshet.path.RelativePath;
import io.freshet.run.SourceDefinition;
import io.freshet.watch.EventReaders;
import io.freshet.watch.UnwatchedSubtree;
import io.freshet.watch.Watcher;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.WatcherState;
import io.freshet.watch.WatcherStatus;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The watchers of all sources of one server: starts and stops them, puts to them the questions that the database holds,
 * and records what they tell of themselves.
 *
 * <p>Of several nodes one watches a source, and the others stand by. Where its lease has run out whoever sees the source takes
 * over, and compares everything, as at any start; what the node before still has, or reads when it wakes, the journal refuses.
 *
 * <p>One thread of its own does the talking to the database. Use: construct, {@link #start}, {@link #close}.
 */
final class SourceWatchers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceWatchers.class);
    /** A notification may get lost with its connection; then this is how long a question waits. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    /** A report that says nothing new is repeated so often, to show that somebody is alive. */
    private static final Duration REPORT_AT_LEAST_EVERY = Duration.ofSeconds(10);

    private static final Duration STOP_AT_MOST = Duration.ofSeconds(5);
    /** As long as pages take an observation for one of now. */
    private static final Duration OBSERVATION_LASTS = Duration.ofMinutes(2);

    private final Map<SourceId, SourceDefinition> sources = new LinkedHashMap<>();
    /** Those that are this node's to watch. */
    private final Map<SourceId, Watcher> watchers = new ConcurrentHashMap<>();

    private final Journal journal;
    private final WatcherLeases leases;
    private final WatcherRecords records;
    private final Notifications notifications;
    private final EventReaders readers;
    private final String node;
    private final Duration lease;
    private final Clock clock;
    private final ScheduledExecutorService desk =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "watchers"));
    /** Only used by the desk. */
    private final Map<SourceId, WatcherRecords.Report> told = new HashMap<>();

    private final Map<UUID, CompletableFuture<Long>> underWay = new HashMap<>();
    private volatile boolean started;
    private volatile boolean closing;
    private long toldAt = System.nanoTime();
    private Notifications.@Nullable Subscription subscription;
    private @Nullable ScheduledFuture<?> looking;
    private final Map<SourceId, ScheduledFuture<?>> rescanning = new HashMap<>();

    SourceWatchers(
            Journal journal,
            WatcherLeases leases,
            WatcherRecords records,
            Notifications notifications,
            EventReaders readers,
            String node,
            Duration lease,
            Clock clock) {
        this.journal = journal;
        this.leases = leases;
        this.records = records;
        this.notifications = notifications;
        this.readers = readers;
        this.node = node;
        this.lease = lease;
        this.clock = clock;
    }

    /**
     * Takes over the journals of these sources, but for those that another node watches, and begins to watch them; returns when
     * all marks are placed.
     */
    void start(Map<SourceId, SourceDefinition> all) {
        sources.putAll(all);
        for (SourceId source : sources.keySet()) {
            if (leases.hold(source, node, lease)) {
                take(source);
            } else {
                LOG.info("event=watcher-stands-by source={}", source.value());
            }
        }
        subscription = notifications.subscribe(NotificationKind.BARRIER, this::lookSoon);
        looking = desk.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        watchers.values().forEach(SourceWatchers::awaitStarted);
        started = true;
        lookSoon();
    }

    private void take(SourceId source) {
        SourceDefinition definition = Objects.requireNonNull(sources.get(source));
        Watcher watcher = new Watcher(WatcherOptions.of(definition.path()), readers, journal.openWriter(source), clock);
        watchers.put(source, watcher);
        watcher.start();
        schedule(source, watcher, definition.rescanEvery());
    }

    private void giveUp(SourceId source, Watcher watcher) {
        LOG.warn(
                "event=watcher-gives-way source={} state={}",
                source.value(),
                watcher.status().state());
        Optional.ofNullable(rescanning.remove(source)).ifPresent(rescans -> rescans.cancel(false));
        watcher.close();
        watchers.remove(source);
        told.remove(source);
    }

    private void keepLeases() {
        for (Map.Entry<SourceId, SourceDefinition> one : sources.entrySet()) {
            SourceId source = one.getKey();
            Watcher watcher = watchers.get(source);
            if (watcher == null) {
                if (Files.isDirectory(one.getValue().path()) && leases.hold(source, node, lease)) {
                    take(source);
                }
            } else if (!keep(source, watcher)) {
                giveUp(source, watcher);
            }
        }
    }

    /** A source that is not seen here is told of, and left to whoever sees it. */
    private boolean keep(SourceId source, Watcher watcher) {
        return switch (watcher.status().state()) {
            case LEASE_LOST -> false;
            case SOURCE_GONE -> !leases.isAnothers(source, node);
            default -> leases.hold(source, node, lease);
        };
    }

    /** Returns whether {@link #start} is over. */
    boolean haveStarted() {
        return started;
    }

    /** Returns whether the threads of all watchers run; those that gave way to another node's have ended rightly. */
    boolean areAlive() {
        return !desk.isShutdown()
                && watchers.values().stream()
                        .allMatch(
                                watcher -> watcher.isAlive() || watcher.status().state() == WatcherState.LEASE_LOST);
    }

    /** Returns how many sources are to be observed here; not before all {@link #haveStarted}. */
    int sources() {
        return watchers.size();
    }

    /** Returns how many sources are another node's to observe. */
    int standingBy() {
        return sources.size() - watchers.size();
    }

    /** Returns how many of the sources are observed: their changes are journaled, as proven by a barrier not long ago. */
    long observed() {
        Instant lately = clock.instant().minus(OBSERVATION_LASTS);
        return watchers.values().stream()
                .map(Watcher::status)
                .filter(status -> status.state() == WatcherState.WATCHING)
                .filter(status ->
                        status.lastBarrier() != null && status.lastBarrier().isAfter(lately))
                .count();
    }

    /** Each rescan begins this long after the one before was asked for; the first of all is that of the start. */
    private void schedule(SourceId source, Watcher watcher, @Nullable Duration every) {
        if (every != null) {
            rescanning.put(
                    source,
                    desk.scheduleAtFixedRate(
                            () -> rescanSoon(watcher), every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private static void rescanSoon(Watcher watcher) {
        CompletableFuture<Void> opened = watcher.rescan(RelativePath.ROOT, RescanReason.SCHEDULE)
                .thenAccept(head -> LOG.debug("event=rescan-opened seq={}", head));
        if (opened.isCompletedExceptionally()) {
            LOG.debug("event=rescan-not-opened reason=stopped");
        }
    }

    /** A barrier is reached once all marks are placed; it fails at once where the source is gone. */
    private static void awaitStarted(Watcher watcher) {
        while (watcher.status().state() == WatcherState.STARTING) {
            try {
                watcher.barrier().join();
            } catch (CompletionException notYet) {
                LOG.debug("event=watcher-not-started reason=\"{}\"", notYet.getMessage());
            }
        }
    }

    private void lookSoon() {
        try {
            desk.execute(this::look);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("event=question-ignored reason=stopped");
        }
    }

    /** Whatever goes wrong here is tried again soon: it must not end the schedule. */
    private void look() {
        try {
            if (!closing) {
                keepLeases();
            }
            for (WatcherRecords.Question question : records.openQuestions(watchers.keySet())) {
                underWay.computeIfAbsent(question.barrier(), barrier -> put(question));
            }
            for (WatcherRecords.RescanRequest request : records.rescanRequests(watchers.keySet())) {
                underWay.computeIfAbsent(request.id(), id -> rescan(request));
            }
            report();
        } catch (RuntimeException failure) {
            LOG.warn("event=watchers-cannot-report reason=\"{}\"", failure.getMessage());
        }
    }

    private CompletableFuture<Long> put(WatcherRecords.Question question) {
        Watcher watcher = watchers.get(question.source());
        CompletableFuture<Long> reached = watcher == null
                ? CompletableFuture.failedFuture(new IllegalStateException("this source is not watched here"))
                : watcher.barrier();
        return reached.whenComplete((head, error) -> {
            try {
                desk.execute(() -> answer(question.barrier(), head, error));
            } catch (RejectedExecutionException stopped) {
                LOG.debug("event=answer-dropped barrier={}", question.barrier());
            }
        });
    }

    /** What people ask for is compared with the catalogue, and every target's manifest as well: hence the TREE. */
    private CompletableFuture<Long> rescan(WatcherRecords.RescanRequest request) {
        Watcher watcher = Objects.requireNonNull(watchers.get(request.source()));
        watcher.look(request.path(), ChangeKind.TREE);
        CompletableFuture<Long> opened = watcher.rescan(request.path(), RescanReason.REQUEST);
        return opened.whenComplete((head, error) -> {
            try {
                desk.execute(() -> granted(request.id(), error));
            } catch (RejectedExecutionException stopped) {
                LOG.debug("event=rescan-asked-again-later request={}", request.id());
            }
        });
    }

    /** A wish that could not be journaled stays, and is taken up again. */
    private void granted(UUID request, @Nullable Throwable error) {
        try {
            if (error == null) {
                records.granted(request);
            }
        } catch (RuntimeException failure) {
            LOG.warn("event=rescan-not-granted request={} reason=\"{}\"", request, failure.getMessage());
        } finally {
            underWay.remove(request);
        }
    }

    private void answer(UUID barrier, @Nullable Long head, @Nullable Throwable error) {
        try {
            Throwable cause = error instanceof CompletionException ? error.getCause() : error;
            if (head != null) {
                records.answer(barrier, head);
            } else if (cause instanceof FreshetException failure && failure.code() == ErrorCode.LEASE_LOST) {
                LOG.debug("event=question-left-to-another-node barrier={}", barrier);
            } else {
                records.refuse(barrier, cause == null ? "unknown" : String.valueOf(cause.getMessage()));
            }
        } catch (RuntimeException failure) {
            LOG.warn("event=barrier-not-answered barrier={} reason=\"{}\"", barrier, failure.getMessage());
        } finally {
            // If the answer was not written, the question is still open and will be put again.
            underWay.remove(barrier);
        }
    }

    private void report() {
        boolean isTimeTo = System.nanoTime() - toldAt > REPORT_AT_LEAST_EVERY.toNanos();
        watchers.forEach((source, watcher) -> {
            if (watcher.status().state() == WatcherState.LEASE_LOST) {
                return;
            }
            WatcherRecords.Report report = report(source, watcher.status());
            if (isTimeTo || !report.equals(told.get(source))) {
                records.report(report);
                told.put(source, report);
            }
        });
        if (isTimeTo) {
            toldAt = System.nanoTime();
            records.forgetAbandonedQuestions();
        }
    }

    private WatcherRecords.Report report(SourceId source, WatcherStatus status) {
        String detail = status.trouble();
        if (detail == null && !status.unwatched().isEmpty()) {
            UnwatchedSubtree first = status.unwatched().get(0);
            int count = status.unwatched().size();
            detail = Wording.count(count, "subtree") + (count == 1 ? " is" : " are")
                    + " scanned instead of watched: "
                    + Wording.path(first.path().toString()) + ": " + first.reason()
                    + (count == 1 ? "" : "; …");
        }
        if (detail == null) {
            detail = status.unreadable();
        }
        return new WatcherRecords.Report(
                source,
                node,
                status.tier() == null ? "" : status.tier().name(),
                status.tierReason(),
                status.limits(),
                status.state().name(),
                detail,
                status.events(),
                status.overflows(),
                status.rescanning(),
                status.dirtyPaths(),
                status.dirtyBytes(),
                status.unwatched().stream()
                        .map(one -> new SourceStatus.Unwatched(one.path().toString(), one.reason()))
                        .toList());
    }

    private void end() {
        rescanning.values().forEach(schedule -> schedule.cancel(false));
        watchers.values().forEach(Watcher::close); // one may have begun a moment ago
        look();
        try {
            watchers.keySet().forEach(source -> leases.release(source, node));
        } catch (FreshetException | DataAccessException failure) {
            LOG.debug("event=watcher-leases-not-released", failure);
        }
    }

    /** Stops watching; what was seen is journaled first, if the database answers. */
    @Override
    public void close() {
        closing = true;
        if (subscription != null) {
            subscription.close();
        }
        if (looking != null) {
            looking.cancel(false);
        }
        watchers.values().forEach(Watcher::close);
        try {
            desk.execute(this::end);
            desk.shutdown();
            boolean ended = desk.awaitTermination(STOP_AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info("event=watchers-stopped sources={} clean={}", watchers.size(), ended);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        desk.shutdownNow();
    }
}
