package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Lane;
import io.freshet.journal.Run;
import io.freshet.journal.RunCause;
import io.freshet.journal.RunRequest;
import io.freshet.journal.RunState;
import io.freshet.journal.TargetId;
import io.freshet.journal.TargetVerification;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.transaction.TransactionException;

/**
 * The one way in which runs start: called by a lane's schedule, works until the run has ended.
 *
 * <p>A run that was broken off goes on under its number; what people asked for comes next; else a new run is opened if the
 * lane has something to do. Thread-safe; at most one run per lane, which the lane itself guards.
 */
public final class RunLauncher {
    private static final Logger LOG = LoggerFactory.getLogger(RunLauncher.class);
    /** How long a target rests after a person stopped a run, so that the stop means something. */
    private static final Duration REST_AFTER_STOP = Duration.ofMinutes(1);

    /** What to run: a run, whether it ran before, and to whose failed items it keeps. */
    private record Launch(Run run, boolean again, @Nullable Long failuresOf) {}

    private final Map<TargetId, ServedTarget> targets = new ConcurrentHashMap<>();
    private final Map<ServedTarget, Map<Lane, RunScope>> active = new ConcurrentHashMap<>();
    private final Stores stores;
    private final Connections connections;
    private final Preparation preparation;
    private final ReplicationJob replication;
    private final JobOperator operator;
    private final JobRepository repository;
    private final Clock clock;

    RunLauncher(
            Stores stores,
            Connections connections,
            Preparation preparation,
            ReplicationJob replication,
            JobOperator operator,
            JobRepository repository,
            Clock clock) {
        this.stores = stores;
        this.connections = connections;
        this.preparation = preparation;
        this.replication = replication;
        this.operator = operator;
        this.repository = repository;
        this.clock = clock;
    }

    void serve(ServedTarget served) {
        targets.put(served.id(), served);
        active.put(served, new ConcurrentHashMap<>());
    }

    /** Works in a lane until there is nothing to do; returns at once if somebody does already, or the target is not ours. */
    public void work(TargetId target, Lane lane) {
        ServedTarget served = targets.get(target);
        if (served == null || !served.enter(lane)) {
            return;
        }
        LogKeys.begin(served, lane);
        try {
            HeldLease held = served.liveLease();
            if (held != null && isReachable(served, lane, held)) {
                Optional<Launch> launch = next(served, lane, held);
                if (launch.isPresent()) {
                    execute(served, held, launch.get());
                } else if (lane == Lane.EXPRESS && stores.states().isUnchecked(served.id())) {
                    check(served, lane, held);
                }
            }
        } catch (FreshetException e) {
            LOG.warn(
                    "event=lane_failed target={} lane={} code={} message=\"{}\"",
                    served,
                    lane,
                    e.code(),
                    e.getMessage());
        } finally {
            served.leave(lane);
            LogKeys.end();
        }
    }

    /** A target that failed as a whole is probed without a run, until it answers. */
    private boolean isReachable(ServedTarget served, Lane lane, HeldLease held) {
        if (stores.states().get(served.id()).failingAttempts() == 0
                || connections.kept(served, lane, held.lease()) != null) {
            return true;
        }
        try {
            connections.connect(served, lane, held.lease());
            return true;
        } catch (FreshetException e) {
            failing(served, held, e);
            return false;
        }
    }

    /** Of a target that nothing is sent to nobody would notice that it is gone, or another. */
    private void check(ServedTarget served, Lane lane, HeldLease held) {
        try {
            preparation.check(served, lane, held.lease());
        } catch (FreshetException e) {
            connections.drop(served, lane);
            failing(served, held, e);
        }
    }

    private Optional<Launch> next(ServedTarget served, Lane lane, HeldLease held) {
        boolean open = served.isOpen(clock.instant());
        boolean sendsNow = !open && lane == Lane.EXPRESS && stores.queue().hasExpedited(served.id());
        if (!open && !sendsNow) {
            return Optional.empty();
        }
        Optional<Run> brokenOff = stores.runs().brokenOff(served.id(), lane);
        if (brokenOff.isPresent()) {
            Run run = brokenOff.get();
            stores.runs().restarted(held.lease(), run.number(), served.policyUsed());
            return Optional.of(new Launch(run, true, run.parentRun()));
        }
        if (sendsNow) {
            Run run = stores.runs().open(held.lease(), lane, RunCause.REQUEST, null, null, served.policyUsed());
            return Optional.of(new Launch(run, false, null));
        }
        Optional<Launch> requested = requested(served, lane, held);
        if (requested.isPresent()) {
            return requested;
        }
        boolean verifies = lane == Lane.BULK && stores.verifications().isWaiting(served.id());
        if (!verifies && !stores.queue().readyLanes(served.id()).contains(lane)) {
            return Optional.empty();
        }
        Run run = stores.runs()
                .open(
                        held.lease(),
                        lane,
                        verifies ? RunCause.VERIFY : served.isFiring() ? RunCause.SCHEDULE : RunCause.CHANGES,
                        verifies ? requester(served) : null,
                        null,
                        served.policyUsed());
        return Optional.of(new Launch(run, false, null));
    }

    private @Nullable String requester(ServedTarget served) {
        return stores.verifications()
                .open(served.id())
                .map(TargetVerification::requestedBy)
                .orElse(null);
    }

    private Optional<Launch> requested(ServedTarget served, Lane lane, HeldLease held) {
        for (RunRequest request : stores.runs().openRequests(served.id())) {
            Optional<Run> asked = stores.runs().find(served.id(), request.runNumber());
            if (request.action() == RunRequest.Action.STOP
                    || asked.isEmpty()
                    || asked.get().lane() != lane) {
                continue;
            }
            Run run = asked.get();
            if (request.action() == RunRequest.Action.RESTART) {
                stores.runs().restarted(held.lease(), run.number(), served.policyUsed());
                stores.runs().answer(held.lease(), request, "run " + run.number() + " goes on");
                boolean onlyFailures = run.state() == RunState.COMPLETED_WITH_FAILURES;
                return Optional.of(new Launch(run, true, onlyFailures ? Long.valueOf(run.number()) : run.parentRun()));
            }
            Run rerun = stores.runs()
                    .open(held.lease(), lane, RunCause.RERUN, request.requestedBy(), run.number(), served.policyUsed());
            stores.runs().answer(held.lease(), request, "run " + rerun.number() + " was started");
            return Optional.of(new Launch(rerun, false, run.number()));
        }
        return Optional.empty();
    }

    private void execute(ServedTarget served, HeldLease held, Launch launch) {
        Run run = launch.run();
        LogKeys.run(run.number());
        RunScope scope = new RunScope(served, held, run, launch.failuresOf(), stores.deliveries(), clock);
        Map<Lane, RunScope> lanes = active.getOrDefault(served, Map.of());
        lanes.put(run.lane(), scope);
        replication.begin(scope);
        LOG.info(
                "event=run_started target={} run={} lane={} again={}",
                served,
                run.number(),
                run.lane(),
                launch.again());
        try {
            JobParameters parameters = new JobParametersBuilder()
                    .addLong(ReplicationJob.TARGET, (long) served.id().value(), true)
                    .addLong(ReplicationJob.RUN, run.number(), true)
                    .addString("lane", run.lane().name(), false)
                    .toJobParameters();
            ended(scope, execute(launch, parameters, scope.recorder()));
        } catch (JobExecutionException | OptimisticLockingFailureException e) {
            throw new FreshetException(
                    ErrorCode.DATABASE_UNAVAILABLE,
                    "run " + run.number() + " on " + served
                            + " could not be launched, another process wrote of it just then; tried again: "
                            + e.getMessage(),
                    e);
        } finally {
            lanes.remove(run.lane());
            replication.end(scope);
            scope.close();
        }
    }

    private JobExecution execute(Launch launch, JobParameters parameters, WaveRecorder recorder)
            throws JobExecutionException {
        try {
            return launch.again() ? restart(parameters) : operator.start(replication.job(), parameters);
        } finally {
            recorder.await();
        }
    }

    /**
     * What Spring Batch has written of earlier executions decides nothing: the run is running, as the journal says, and its lease
     * is ours. A process that died leaves its execution as started; one that wakes after its lease has passed writes once more
     * what it thinks of its own, whichever that was; a database with a full disk takes some of an execution's end and not all.
     * Spring Batch would restart nothing of which any execution seems to run, to be complete or to be unknown.
     */
    private JobExecution restart(JobParameters parameters) throws JobExecutionException {
        JobExecution last = repository.getLastJobExecution(ReplicationJob.NAME, parameters);
        if (last == null) {
            return operator.start(replication.job(), parameters);
        }
        for (StepExecution step : last.getStepExecutions()) {
            if (step.getStatus() == BatchStatus.UNKNOWN || step.getStatus().isRunning()) {
                step.setStatus(BatchStatus.FAILED);
                step.setExitStatus(ExitStatus.FAILED);
                repository.update(step);
            }
        }
        for (JobExecution earlier : repository.getJobExecutions(last.getJobInstance())) {
            if (earlier.getStatus() != BatchStatus.FAILED && earlier.getStatus() != BatchStatus.STOPPED) {
                earlier.setStatus(BatchStatus.FAILED);
                earlier.setExitStatus(ExitStatus.FAILED);
                earlier.setEndTime(LocalDateTime.now(clock));
                repository.update(earlier);
            }
        }
        return operator.restart(last);
    }

    private void ended(RunScope scope, JobExecution execution) {
        ServedTarget served = scope.served();
        Run run = stores.runs().find(served.id(), scope.run().number()).orElseThrow();
        if (run.state() == RunState.RUNNING && scope.hasLiveLease()) {
            if (execution.getStatus() == BatchStatus.STOPPED) {
                stopped(scope);
            } else {
                FreshetException failure = failure(execution);
                connections.drop(served, scope.lane());
                stores.runs().ended(scope.lease(), run.number(), RunState.FAILED, failure.code(), failure.getMessage());
                failing(served, scope.held(), failure);
            }
        } else if (!scope.hasLiveLease()) {
            connections.drop(served, scope.lane());
        }
        LOG.info(
                "event=run_ended target={} run={} lane={} status={} failed={} held={}",
                served,
                run.number(),
                run.lane(),
                execution.getExitStatus().getExitCode(),
                run.failed(),
                run.held());
    }

    private void stopped(RunScope scope) {
        stores.runs().ended(scope.lease(), scope.run().number(), RunState.STOPPED, null, null);
        if (scope.isStoppedByPerson()) {
            stores.states()
                    .failing(
                            scope.lease(),
                            ErrorCode.STOPPED,
                            "a person stopped run " + scope.run().number()
                                    + "; goes on by itself after a minute, pause the target to keep it stopped",
                            clock.instant().plus(REST_AFTER_STOP));
        }
    }

    private static FreshetException failure(JobExecution execution) {
        List<Throwable> failures = execution.getAllFailureExceptions();
        for (Throwable failure : failures) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof FreshetException known) {
                    return known;
                }
                if (cause instanceof TransactionException || cause instanceof DataAccessResourceFailureException) {
                    return new FreshetException(
                            ErrorCode.DATABASE_UNAVAILABLE,
                            "the database went away during the run; work goes on when it is back: "
                                    + cause.getMessage(),
                            cause);
                }
            }
        }
        Throwable first = failures.isEmpty() ? null : failures.get(0);
        LOG.error("event=run_broken status={}", execution.getStatus(), first);
        return new FreshetException(
                ErrorCode.TARGET_FAILURE,
                "the run broke off: " + (first == null ? "for no known reason" : first),
                first);
    }

    private void failing(ServedTarget served, HeldLease held, FreshetException failure) {
        int attempts = stores.states().get(served.id()).failingAttempts();
        stores.states()
                .failing(held.lease(), failure.code(), failure.getMessage() + "", BackOff.ofTarget(clock, attempts));
        if (attempts == 0) {
            LOG.warn(
                    "event=target_failing target={} code={} message=\"{}\"",
                    served,
                    failure.code(),
                    failure.getMessage());
        }
    }

    /** Returns what runs here just now. */
    Collection<RunScope> underWay() {
        return active.values().stream()
                .flatMap(lanes -> lanes.values().stream())
                .toList();
    }

    /** Asks a run to stop at the next block; false if it is not running here. */
    boolean stop(ServedTarget served, long runNumber) {
        for (RunScope scope : active.getOrDefault(served, Map.of()).values()) {
            if (scope.run().number() == runNumber) {
                scope.stopByPerson();
                return true;
            }
        }
        return false;
    }

    /** Asks every run to stop at the next block. */
    void stopAll() {
        active.values().forEach(lanes -> lanes.values().forEach(RunScope::stop));
    }
}
