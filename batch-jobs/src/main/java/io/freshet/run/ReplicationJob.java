package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Run;
import io.freshet.journal.RunCause;
import io.freshet.journal.RunState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.batch.infrastructure.support.transaction.ResourcelessTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The Spring Batch job of a run: prepare, drain, verify where the policy or a request says so, report.
 *
 * <p>No step holds a database transaction while it works: a resourceless transaction manager drives them, and what they
 * write they commit themselves. A run whose items failed ends its job as failed with exit code {@value
 * #WITH_FAILURES}, so that it can be restarted. Thread-safe.
 */
final class ReplicationJob {
    static final String NAME = "replicate";
    static final String TARGET = "target";
    static final String RUN = "run";
    static final String WITH_FAILURES = "COMPLETED_WITH_FAILURES";

    /** How a step ends that is not followed by the report at once. */
    private static final String TO_VERIFY = "COMPLETED_TO_VERIFY";

    private record Key(long target, long run) {}

    private final Map<Key, RunScope> scopes = new ConcurrentHashMap<>();
    private final Stores stores;
    private final Preparation preparation;
    private final Drain drain;
    private final Verification verification;
    private final FullVerification fullVerification;
    private final Job job;

    ReplicationJob(
            JobRepository repository,
            Stores stores,
            Preparation preparation,
            Drain drain,
            Verification verification,
            FullVerification fullVerification) {
        this.stores = stores;
        this.preparation = preparation;
        this.drain = drain;
        this.verification = verification;
        this.fullVerification = fullVerification;
        Step draining = step("drain", repository, this::drain);
        Step verify = step("verify", repository, this::verify);
        Step report = step("report", repository, this::report);
        this.job = new JobBuilder(NAME, repository)
                .start(step("prepare", repository, this::prepare))
                .next(draining)
                .on(TO_VERIFY)
                .to(verify)
                .from(draining)
                .on(ExitStatus.COMPLETED.getExitCode())
                .to(report)
                .from(draining)
                .on("*")
                .fail()
                .from(verify)
                .on(ExitStatus.COMPLETED.getExitCode())
                .to(report)
                .from(verify)
                .on("*")
                .fail()
                .from(report)
                .on(WITH_FAILURES)
                .fail()
                .from(report)
                .on("*")
                .end()
                .end()
                .build();
    }

    private static Step step(String name, JobRepository repository, Tasklet tasklet) {
        return new StepBuilder(name, repository)
                .tasklet(withoutConnection(tasklet), new ResourcelessTransactionManager())
                .allowStartIfComplete(true)
                .build();
    }

    /**
     * Spring Batch has a transaction around each step, if one of no resource: within it a connection that was read from stays taken
     * until the step ends (Spring's {@code DataSourceUtils}), also while bytes move. So it is put aside meanwhile, as Spring does
     * where one transaction suspends another.
     */
    private static Tasklet withoutConnection(Tasklet tasklet) {
        return (contribution, context) -> {
            List<TransactionSynchronization> aside = TransactionSynchronizationManager.getSynchronizations();
            aside.forEach(TransactionSynchronization::suspend);
            TransactionSynchronizationManager.clearSynchronization();
            try {
                return tasklet.execute(contribution, context);
            } finally {
                TransactionSynchronizationManager.initSynchronization();
                for (TransactionSynchronization one : aside) {
                    one.resume();
                    TransactionSynchronizationManager.registerSynchronization(one);
                }
            }
        };
    }

    Job job() {
        return job;
    }

    /** Makes known what an execution has at hand, for as long as it lasts. */
    void begin(RunScope scope) {
        scopes.put(new Key(scope.target().value(), scope.run().number()), scope);
    }

    void end(RunScope scope) {
        scopes.remove(new Key(scope.target().value(), scope.run().number()));
    }

    private RunScope scope(StepContribution contribution) {
        var parameters = contribution.getStepExecution().getJobExecution().getJobParameters();
        Long target = parameters.getLong(TARGET);
        Long run = parameters.getLong(RUN);
        RunScope scope = target == null || run == null ? null : scopes.get(new Key(target, run));
        if (scope == null) {
            throw new IllegalStateException("a run is executed by its lane only, not by a launch from elsewhere");
        }
        return scope;
    }

    private RepeatStatus prepare(StepContribution contribution, ChunkContext context) {
        preparation.prepare(scope(contribution));
        return RepeatStatus.FINISHED;
    }

    /** One wave per call, so that Batch sees a stop between waves. */
    private RepeatStatus drain(StepContribution contribution, ChunkContext context) {
        RunScope scope = scope(contribution);
        scope.yieldAtClosing(true);
        RepeatStatus status = untilStopped(contribution, drain::next);
        scope.yieldAtClosing(status == RepeatStatus.CONTINUABLE);
        boolean verifies = scope.served().policy().verify().hashesWhatWasSent()
                || scope.run().cause() == RunCause.VERIFY;
        if (status == RepeatStatus.FINISHED && verifies) {
            contribution.setExitStatus(new ExitStatus(TO_VERIFY));
        }
        return status;
    }

    private RepeatStatus verify(StepContribution contribution, ChunkContext context) {
        boolean hashes = scope(contribution).served().policy().verify().hashesWhatWasSent();
        return untilStopped(
                contribution, scope -> fullVerification.next(scope) || (hashes && verification.next(scope)));
    }

    /** @param work does the next piece of work and tells whether there may be more */
    private RepeatStatus untilStopped(StepContribution contribution, Predicate<RunScope> work) {
        RunScope scope = scope(contribution);
        StepExecution step = contribution.getStepExecution();
        if (scope.stopRequested() && !scope.isClosed()) {
            step.setTerminateOnly();
            return RepeatStatus.CONTINUABLE;
        }
        try {
            return RepeatStatus.continueIf(work.test(scope));
        } catch (FreshetException e) {
            if (e.code() != ErrorCode.STOPPED) {
                throw e;
            }
            if (!scope.isClosed()) {
                step.setTerminateOnly();
            }
            // What yielded at a window's end goes on in the next one; the work itself ends the step.
            return RepeatStatus.CONTINUABLE;
        }
    }

    private RepeatStatus report(StepContribution contribution, ChunkContext context) {
        RunScope scope = scope(contribution);
        long number = scope.run().number();
        Run run = stores.runs().find(scope.target(), number).orElseThrow();
        boolean clean = stores.runs().stillFailed(scope.target(), number) == 0 && run.held() == 0;
        RunState end = clean ? RunState.COMPLETED : RunState.COMPLETED_WITH_FAILURES;
        stores.runs().ended(scope.lease(), number, end, null, null);
        if (!clean) {
            contribution.setExitStatus(new ExitStatus(WITH_FAILURES));
        }
        return RepeatStatus.FINISHED;
    }
}
