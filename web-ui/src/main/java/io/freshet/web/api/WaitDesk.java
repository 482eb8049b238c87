package io.freshet.web.api;

import io.freshet.journal.Barriers;
import io.freshet.journal.Completeness;
import io.freshet.journal.NotificationKind;
import io.freshet.journal.Notifications;
import io.freshet.web.action.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Waits, for many askers on one thread, until everything that changed before the question has arrived.
 *
 * <p>A barrier dates the question: once the watcher answered with a sequence number, the wait ends when every asked target
 * is complete up to it, or when a person has to act first, or at its deadline. While somebody waits it looks every 100 ms,
 * and at once when the watcher or a run reports; with nobody waiting it does nothing. What is still on the way is counted
 * less often: counting takes the database long where there is much of it, and only tells how far things are.
 */
final class WaitDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WaitDesk.class);
    private static final long STEP_MILLIS = 100;
    private static final long COUNT_NANOS = 250_000_000L;
    private static final int MOST_WAITS = 500;

    private final Barriers barriers;
    private final Completeness completeness;
    private final Queue<Wait> open = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "waits");
        made.setDaemon(true);
        return made;
    });
    private final List<Notifications.Subscription> subscriptions = new ArrayList<>();
    private final ScheduledFuture<?> ticks;

    WaitDesk(Barriers barriers, Completeness completeness, Notifications notifications) {
        this.barriers = barriers;
        this.completeness = completeness;
        subscriptions.add(notifications.subscribe(NotificationKind.BARRIER, this::lookSoon));
        subscriptions.add(notifications.subscribe(NotificationKind.PROGRESS, this::lookSoon));
        this.ticks = thread.scheduleWithFixedDelay(this::look, STEP_MILLIS, STEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Begins to wait.
     *
     * @param scopes for each source that is asked about the path, empty for all of it, and its targets
     */
    CompletableFuture<WaitAnswer> await(List<Scope> scopes, Duration timeout) {
        if (open.size() >= MOST_WAITS) {
            throw RefusedException.conflict("Too many wait already", "Try again when some of them have ended.");
        }
        Map<UUID, Scope> asked = new LinkedHashMap<>();
        scopes.forEach(scope -> asked.put(barriers.ask(scope.source), scope));
        Wait wait = new Wait(asked, System.nanoTime() + timeout.toNanos(), new CompletableFuture<>());
        open.add(wait);
        return wait.answer;
    }

    private void lookSoon() {
        if (!open.isEmpty()) {
            thread.execute(this::look);
        }
    }

    private void look() {
        for (Wait wait : List.copyOf(open)) {
            try {
                WaitAnswer answer = answer(wait);
                if (answer != null) {
                    end(wait, answer);
                }
            } catch (DataAccessException e) {
                if (System.nanoTime() - wait.deadline > 0) {
                    end(
                            wait,
                            WaitAnswer.of(
                                    WaitAnswer.Outcome.TIMED_OUT,
                                    "The database did not answer in time.",
                                    wait.progress()));
                }
                LOG.debug("A wait could not be looked at", e);
            } catch (RuntimeException e) {
                open.remove(wait);
                wait.answer.completeExceptionally(e);
            }
        }
    }

    private void end(Wait wait, WaitAnswer answer) {
        open.remove(wait);
        wait.answer.complete(answer);
        try {
            wait.asked.keySet().forEach(barriers::withdraw);
        } catch (DataAccessException e) {
            LOG.warn("A barrier could not be withdrawn: {}", e.getMessage());
        }
    }

    private @Nullable WaitAnswer answer(Wait wait) {
        if (wait.seqs.size() < wait.asked.size()) {
            for (Barriers.Answer answer : barriers.answers(wait.asked.keySet())) {
                if (answer.seq() == null) {
                    return WaitAnswer.of(
                            WaitAnswer.Outcome.NOT_OBSERVED, String.valueOf(answer.failure()), wait.progress());
                }
                wait.seqs.put(answer.barrier(), answer.seq());
            }
        }
        boolean dated = wait.seqs.size() == wait.asked.size();
        if (dated && wait.mayCount(isComplete(wait))) {
            WaitAnswer answer = arrived(wait);
            if (answer != null) {
                return answer;
            }
        }
        if (System.nanoTime() - wait.deadline < 0) {
            return null;
        }
        return WaitAnswer.of(
                WaitAnswer.Outcome.TIMED_OUT,
                dated
                        ? "Not everything has arrived yet; it goes on by itself."
                        : "The watcher did not say in time what has changed. Is it running? `freshet status` tells.",
                wait.progress());
    }

    private boolean isComplete(Wait wait) {
        for (Map.Entry<UUID, Scope> asked : wait.asked.entrySet()) {
            long seq = Objects.requireNonNull(wait.seqs.get(asked.getKey()));
            if (!completeness.isComplete(seq, asked.getValue().path, asked.getValue().targets)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable WaitAnswer arrived(Wait wait) {
        List<WaitAnswer.AtTarget> progress = new ArrayList<>();
        wait.asked.forEach((barrier, scope) -> {
            long seq = Objects.requireNonNull(wait.seqs.get(barrier));
            completeness
                    .check(seq, scope.path, scope.targets)
                    .forEach(arrival -> progress.add(new WaitAnswer.AtTarget(scope.source, seq, arrival)));
        });
        wait.progress = progress;
        WaitAnswer.Outcome outcome = WaitAnswer.Outcome.COMPLETE;
        for (WaitAnswer.AtTarget target : progress) {
            switch (target.state()) {
                case COMPLETE -> {}
                case WAITING -> outcome = outcome.or(WaitAnswer.Outcome.TIMED_OUT);
                case HELD -> outcome = outcome.or(WaitAnswer.Outcome.HELD);
                case FAILED -> outcome = outcome.or(WaitAnswer.Outcome.FAILED);
            }
        }
        return switch (outcome) {
            case TIMED_OUT, NOT_OBSERVED -> null;
            case COMPLETE ->
                WaitAnswer.of(
                        outcome,
                        "Every change observed up to the question has arrived, at that state or newer.",
                        progress);
            case HELD -> WaitAnswer.of(outcome, "A hold has to be decided first. `freshet holds` shows it.", progress);
            case FAILED -> WaitAnswer.of(outcome, "Some paths need a person; trying again will not help.", progress);
        };
    }

    @Override
    public void close() {
        subscriptions.forEach(Notifications.Subscription::close);
        ticks.cancel(true);
        thread.shutdownNow();
        open.forEach(wait -> wait.answer.complete(
                WaitAnswer.of(WaitAnswer.Outcome.TIMED_OUT, "Freshet is stopping.", wait.progress())));
    }

    /** What is asked of one source. */
    record Scope(String source, String path, List<String> targets) {}

    /** One asker; its progress is written by the one thread of the desk. */
    private static final class Wait {
        private final Map<UUID, Scope> asked;
        private final long deadline;
        private final CompletableFuture<WaitAnswer> answer;
        private final Map<UUID, Long> seqs = new LinkedHashMap<>();
        private volatile List<WaitAnswer.AtTarget> progress = List.of();
        private long nextCount = System.nanoTime();

        private Wait(Map<UUID, Scope> asked, long deadline, CompletableFuture<WaitAnswer> answer) {
            this.asked = asked;
            this.deadline = deadline;
            this.answer = answer;
        }

        private List<WaitAnswer.AtTarget> progress() {
            return progress;
        }

        /** Returns whether it is time to count what remains: at once when nothing does. */
        private boolean mayCount(boolean complete) {
            long now = System.nanoTime();
            if (!complete && now - nextCount < 0 && now - deadline < 0) {
                return false;
            }
            nextCount = now + COUNT_NANOS;
            return true;
        }
    }
}
