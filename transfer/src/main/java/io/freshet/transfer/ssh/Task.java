package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.path.RelativePath;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation on its way through a {@link Delivery}.
 *
 * <p>A task is admitted in list order, begins its visible work when no earlier related operation stands in its way, has
 * <em>taken effect</em> when the request that makes the change visible is sent (the server carries requests out in the
 * order sent), and has <em>ended</em> when its result is known.
 */
abstract class Task {
    final Delivery delivery;
    final Operation operation;
    final int index;

    private final List<Task> afterEffect = new ArrayList<>(0);
    private final List<Task> afterEnd = new ArrayList<>(0);
    private int blockers;
    private boolean effective;
    private boolean ended;

    Task(Delivery delivery, Operation operation, int index) {
        this.delivery = delivery;
        this.operation = operation;
        this.index = index;
    }

    /** Paths whose state the operation changes or relies on. */
    List<RelativePath> paths() {
        return List.of(operation.path());
    }

    /** Starts what may run before earlier related operations are done; nothing, unless there is something to stage. */
    void stage() {
        if (!isBlocked()) {
            delivery.ready(this);
        }
    }

    /** Called when nothing stands in the way of the visible change any more. */
    abstract void proceed();

    /** Called when the delivery is given up; ends the task unless its visible change is on its way already. */
    void giveUp(Result.Failed reason) {
        if (!effective) {
            end(reason);
        }
    }

    final void waitForEffectOf(Task earlier) {
        if (!earlier.effective) {
            earlier.afterEffect.add(this);
            blockers++;
        }
    }

    final void waitForEndOf(Task earlier) {
        if (!earlier.ended) {
            earlier.afterEnd.add(this);
            blockers++;
        }
    }

    final boolean isBlocked() {
        return blockers > 0;
    }

    final boolean isEnded() {
        return ended;
    }

    /** To be called right after the request that makes the change visible was sent. */
    final void takeEffect() {
        if (!effective) {
            effective = true;
            release(afterEffect);
        }
    }

    final void end(Result result) {
        if (ended) {
            return;
        }
        ended = true;
        delivery.ended(this, result);
        takeEffect();
        release(afterEnd);
    }

    final void fail(String phase, ErrorCode code, String reason) {
        end(delivery.failed(this, phase, code, reason));
    }

    /** Looks around to tell why a request about the operation's own path failed, and ends the task. */
    final void explain(String phase, SftpReply.Status status, Runnable before) {
        Circumstances.look(delivery.channel(), delivery.paths(), operation.path(), from(), seen -> {
            before.run();
            conclude(phase, delivery.diagnose(this, status, seen));
        });
    }

    final void conclude(String phase, Diagnosis diagnosis) {
        ErrorCode code = diagnosis.code();
        Result.Failed whole = delivery.givenUp();
        if (code == null) {
            end(Result.Done.WITHOUT_CONTENT);
        } else if (code == ErrorCode.TARGET_FAILURE && whole != null) {
            // The reason has gone meanwhile: space that was used up is free again since a temporary file was removed.
            end(whole);
        } else {
            fail(phase, code, diagnosis.reason());
        }
    }

    private @Nullable RelativePath from() {
        return operation instanceof Operation.Rename rename ? rename.from() : null;
    }

    private void release(List<Task> dependents) {
        for (Task dependent : dependents) {
            dependent.blockers--;
            if (dependent.blockers == 0 && !dependent.ended) {
                delivery.ready(dependent);
            }
        }
        dependents.clear();
    }
}
