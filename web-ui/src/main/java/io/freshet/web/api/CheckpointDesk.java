package io.freshet.web.api;

import io.freshet.journal.Barriers;
import io.freshet.journal.Checkpoint;
import io.freshet.journal.Completeness;
import io.freshet.journal.NotificationKind;
import io.freshet.journal.Notifications;
import io.freshet.web.action.CheckpointActions;
import io.freshet.web.action.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * For many askers on one thread: creates a checkpoint once the watcher has answered its barrier, and waits until one is
 * recorded as complete. Looks every quarter of a second, and when the watcher answers; with nobody waiting it does nothing.
 * Recording is the business of those who serve the targets, and needs nobody here.
 */
public final class CheckpointDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointDesk.class);
    private static final long STEP_MILLIS = 250;
    private static final int MOST_WAITS = 500;

    private final Barriers barriers;
    private final CheckpointActions actions;
    private final Queue<Asked<?>> open = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "checkpoints");
        made.setDaemon(true);
        return made;
    });
    private final Notifications.Subscription subscription;
    private final ScheduledFuture<?> ticks;

    CheckpointDesk(Barriers barriers, CheckpointActions actions, Notifications notifications) {
        this.barriers = barriers;
        this.actions = actions;
        this.subscription = notifications.subscribe(NotificationKind.BARRIER, () -> {
            if (!open.isEmpty()) {
                thread.execute(this::look);
            }
        });
        this.ticks = thread.scheduleWithFixedDelay(this::look, STEP_MILLIS, STEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Creates a checkpoint, or returns the one that is there; fails, and creates none, if the watcher does not answer. */
    public CompletableFuture<Checkpoint> create(CheckpointActions.Wanted wanted, Duration timeout) {
        Checkpoint existing = actions.existing(wanted).orElse(null);
        if (existing != null) {
            return CompletableFuture.completedFuture(existing);
        }
        refuseTooMany();
        return begin(new Creation(wanted, barriers.ask(wanted.source()), deadline(timeout)));
    }

    /** Waits until a checkpoint is recorded as complete, a person has to act, or time is up. */
    CompletableFuture<WaitAnswer> await(String source, String label, Duration timeout) {
        refuseTooMany();
        return begin(new Wait(source, label, deadline(timeout)));
    }

    private void refuseTooMany() {
        if (open.size() >= MOST_WAITS) {
            throw RefusedException.conflict("Too many wait already", "Try again when some of them have ended.");
        }
    }

    private static long deadline(Duration timeout) {
        return System.nanoTime() + timeout.toNanos();
    }

    private <T> CompletableFuture<T> begin(Asked<T> asked) {
        open.add(asked);
        thread.execute(this::look);
        return asked.answer;
    }

    private void look() {
        for (Asked<?> asked : List.copyOf(open)) {
            try {
                if (asked.look()) {
                    open.remove(asked);
                }
            } catch (DataAccessException e) {
                LOG.debug("A checkpoint could not be looked at", e);
                if (asked.isLate()) {
                    fail(asked, e);
                }
            } catch (RuntimeException e) {
                fail(asked, e);
            }
        }
    }

    private void fail(Asked<?> asked, RuntimeException why) {
        open.remove(asked);
        asked.answer.completeExceptionally(why);
        asked.leave();
    }

    @Override
    public void close() {
        subscription.close();
        ticks.cancel(true);
        thread.shutdownNow();
        open.forEach(asked -> asked.answer.completeExceptionally(
                RefusedException.conflict("Freshet is stopping", "Ask again when it is back.")));
    }

    /** Something that is answered later. */
    private abstract static class Asked<T> {
        final CompletableFuture<T> answer = new CompletableFuture<>();
        private final long deadline;

        Asked(long deadline) {
            this.deadline = deadline;
        }

        boolean isLate() {
            return System.nanoTime() - deadline >= 0;
        }

        /** Answers if it can; returns whether it did. */
        abstract boolean look();

        /** Takes back what was asked of others. */
        void leave() {}
    }

    /** A checkpoint whose barrier is under way. */
    private final class Creation extends Asked<Checkpoint> {
        private final CheckpointActions.Wanted wanted;
        private final UUID barrier;

        Creation(CheckpointActions.Wanted wanted, UUID barrier, long deadline) {
            super(deadline);
            this.wanted = wanted;
            this.barrier = barrier;
        }

        @Override
        boolean look() {
            Barriers.Answer answered =
                    barriers.answers(List.of(barrier)).stream().findFirst().orElse(null);
            Long seq = answered == null ? null : answered.seq();
            if (seq != null) {
                Checkpoint created = actions.create(wanted, seq);
                leave();
                answer.complete(created);
                return true;
            }
            if (answered != null || isLate()) {
                throw RefusedException.conflict(
                        "The checkpoint was not created",
                        answered != null
                                ? String.valueOf(answered.failure())
                                : "The watcher did not say in time what has changed. Is it running? `freshet status` tells.");
            }
            return false;
        }

        @Override
        void leave() {
            try {
                barriers.withdraw(barrier);
            } catch (DataAccessException e) {
                LOG.warn("A barrier could not be withdrawn: {}", e.getMessage());
            }
        }
    }

    /** Somebody who waits for a checkpoint. */
    private final class Wait extends Asked<WaitAnswer> {
        private final String source;
        private final String label;

        Wait(String source, String label, long deadline) {
            super(deadline);
            this.source = source;
            this.label = label;
        }

        @Override
        boolean look() {
            Checkpoint checkpoint = actions.find(label, source);
            WaitAnswer.Outcome outcome = outcome(checkpoint);
            if (outcome == WaitAnswer.Outcome.TIMED_OUT && !isLate()) {
                return false;
            }
            answer.complete(WaitAnswer.of(outcome, sentence(outcome), progress(checkpoint)));
            return true;
        }

        private WaitAnswer.Outcome outcome(Checkpoint checkpoint) {
            WaitAnswer.Outcome outcome = WaitAnswer.Outcome.COMPLETE;
            for (Checkpoint.AtTarget target : checkpoint.targets()) {
                outcome = outcome.or(
                        switch (target.state()) {
                            case COMPLETE -> WaitAnswer.Outcome.COMPLETE;
                            case WAITING -> WaitAnswer.Outcome.TIMED_OUT;
                            case FAILED -> WaitAnswer.Outcome.FAILED;
                            case HELD -> WaitAnswer.Outcome.HELD;
                        });
            }
            return outcome;
        }

        private static String sentence(WaitAnswer.Outcome outcome) {
            return switch (outcome) {
                case COMPLETE ->
                    "Every change observed up to the checkpoint has arrived, at that state or newer, and that is recorded.";
                case HELD -> "A hold has to be decided first. `freshet holds` shows it.";
                case FAILED -> "Some targets need a person; trying again will not help.";
                case TIMED_OUT, NOT_OBSERVED ->
                    "Not everything has arrived yet; it goes on, and is recorded, by itself.";
            };
        }

        private static List<WaitAnswer.AtTarget> progress(Checkpoint checkpoint) {
            List<WaitAnswer.AtTarget> progress = new ArrayList<>();
            for (Checkpoint.AtTarget target : checkpoint.targets()) {
                Completeness.Arrival arrival = new Completeness.Arrival(
                        target.target(),
                        target.state(),
                        target.remaining(),
                        target.waitingFor(),
                        target.held(),
                        target.failures());
                progress.add(new WaitAnswer.AtTarget(checkpoint.source(), checkpoint.seq(), arrival));
            }
            return progress;
        }
    }
}
