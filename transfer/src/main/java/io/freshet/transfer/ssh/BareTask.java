package io.freshet.transfer.ssh;

import io.freshet.file.Attributes;
import io.freshet.file.ExtendedAttributes;
import io.freshet.target.Operation;
import org.jspecify.annotations.Nullable;

/** Puts something without content: it is staged once the server has confirmed all requests about it. */
abstract class BareTask extends StagedTask {
    private final Attributes attributes;
    private final String phase;
    private int due;
    private SftpReply.@Nullable Status firstFailure;

    /** @param phase where it fails, if the server refuses a request about it */
    BareTask(Delivery delivery, Operation operation, Attributes attributes, String phase, int index) {
        super(delivery, operation, index);
        this.attributes = attributes;
        this.phase = phase;
    }

    final Attributes attributes() {
        return attributes;
    }

    @Override
    final ExtendedAttributes extended() {
        return attributes.extended();
    }

    /** Sends a request about the temporary object. */
    final void part(SftpRequest request) {
        due++;
        delivery.channel().send(request, reply -> {
            if (!reply.isOk() && firstFailure == null) {
                firstFailure = reply.status();
            }
            due--;
            if (due == 0) {
                SftpReply.Status failure = firstFailure;
                if (failure == null) {
                    staged();
                } else {
                    explainStaging(phase, failure);
                }
            }
        });
    }
}
