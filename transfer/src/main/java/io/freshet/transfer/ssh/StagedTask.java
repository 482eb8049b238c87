package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.file.ExtendedAttributes;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import org.jspecify.annotations.Nullable;

/** An operation that makes its object complete under a temporary name first and publishes it by an atomic rename. */
abstract class StagedTask extends Task {
    /** Where it is made. */
    byte[] temporary;

    private boolean begun;
    private boolean staged;
    private boolean publishing;
    private boolean adorned;
    private Result.@Nullable Failed givenUp;

    StagedTask(Delivery delivery, Operation operation, int index) {
        super(delivery, operation, index);
        temporary = delivery.paths().temporary();
    }

    @Override
    final void stage() {
        if (mayStageEarly()) {
            beginOnce();
        } else {
            super.stage();
        }
    }

    /** Whether the temporary object can be made before earlier related operations are done. */
    boolean mayStageEarly() {
        return true;
    }

    private void beginOnce() {
        begun = true;
        begin();
    }

    /** Whether the temporary object stays for the next try when this is why the task ends. */
    boolean isKeptAfter(Result.Failed reason) {
        return false;
    }

    /** Removes the temporary object, and whatever else there is of it. */
    void removeStaged() {
        delivery.removeQuietly(temporary);
    }

    /** Sends what makes the temporary object; calls {@link #staged} once the server has confirmed all of it. */
    abstract void begin();

    /** The result once the rename was confirmed. */
    abstract Result.Done done();

    @Override
    final void proceed() {
        if (!begun) {
            beginOnce();
        } else if (staged && !publishing && !isEnded()) {
            publish();
        }
    }

    @Override
    void giveUp(Result.Failed reason) {
        givenUp = reason;
        if (!begun) {
            end(reason);
        } else if (staged && !publishing) {
            discard(reason);
        }
    }

    final Result.@Nullable Failed givenUp() {
        return givenUp;
    }

    /** Returns the extended attributes that the object is to have, beside what it has from the one that it is a name of. */
    @Nullable
    ExtendedAttributes extended() {
        return null;
    }

    /** Returns whether extended attributes are still to be set once all else is done. */
    final boolean awaitsExtended() {
        ExtendedAttributes wanted = extended();
        return !adorned && wanted != null && delivery.shellWork().isNeeded(wanted, true);
    }

    /** All but extended attributes is there and confirmed: publish it, with them, as soon as nothing stands in the way. */
    final void staged() {
        ExtendedAttributes wanted = extended();
        if (givenUp == null && wanted != null && awaitsExtended()) {
            adorned = true;
            delivery.shellWork().setExtended(temporary, wanted, true, this::adorned);
            return;
        }
        staged = true;
        Result.Failed reason = givenUp;
        if (reason != null) {
            discard(reason);
        } else if (!isBlocked()) {
            publish();
        }
    }

    private void adorned(@Nullable String problem) {
        if (problem == null) {
            completeMode();
        } else {
            discard(delivery.failed(this, "attributes", ErrorCode.PERMISSION_DENIED, problem));
        }
    }

    /** Goes on to {@link #staged()} once the mode is the final one, if it could not be before. */
    void completeMode() {
        staged();
    }

    /** Tells why a request about the temporary object failed, removes that object and ends the task. */
    final void explainStaging(String phase, SftpReply.Status status) {
        Circumstances.look(delivery.channel(), delivery.paths(), operation.path(), null, seen -> {
            removeStaged();
            conclude(phase, Diagnosis.ofStaging(status, seen, delivery.facts().isSuperuser()));
        });
    }

    /** Ends the task, and removes the temporary object unless it is of use to the next try. */
    final void discard(Result.Failed reason) {
        if (!isKeptAfter(reason)) {
            removeStaged();
        }
        end(reason);
    }

    private void publish() {
        publishing = true;
        delivery.channel()
                .send(
                        delivery.facts()
                                .renameRequest(
                                        delivery.channel(),
                                        temporary,
                                        delivery.paths().of(operation.path())),
                        reply -> {
                            if (reply.isOk()) {
                                end(done());
                            } else {
                                explain("publish", reply.status(), this::removeStaged);
                            }
                        });
        takeEffect();
    }
}
