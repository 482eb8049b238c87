package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.file.Attributes;
import io.freshet.file.ExtendedAttributes;
import io.freshet.target.Operation.PutNode;
import io.freshet.target.Result;
import org.jspecify.annotations.Nullable;

/** Puts a FIFO or a device node, which the target's shell makes. */
final class NodeTask extends StagedTask {
    private final PutNode put;
    private int due;
    private SftpReply.@Nullable Status firstFailure;

    NodeTask(Delivery delivery, PutNode put, int index) {
        super(delivery, put, index);
        this.put = put;
    }

    @Override
    void begin() {
        delivery.shellWork().make(temporary, new RemoteShell.Node(put.type(), put.device()), this::made);
    }

    private void made() {
        SftpChannel channel = delivery.channel();
        channel.send(channel.request(SftpProtocol.LSTAT).string(temporary), reply -> {
            boolean there = reply.type() == SftpProtocol.ATTRIBUTES
                    && reply.attributes().type() == put.type();
            if (there) {
                setAttributes(channel);
            } else {
                discard(delivery.failed(
                        this,
                        "write",
                        ErrorCode.PERMISSION_DENIED,
                        put.type().isDevice()
                                ? "the account may not make device nodes there; only the superuser may"
                                : "the account could not make a FIFO there"));
            }
        });
    }

    private void setAttributes(SftpChannel channel) {
        TargetFacts facts = delivery.facts();
        Attributes attributes = put.attributes();
        if (facts.mustChangeOwner(attributes)) {
            part(channel.request(SftpProtocol.SETSTAT).string(temporary).owner(attributes.uid(), attributes.gid()));
        }
        part(channel.request(SftpProtocol.SETSTAT)
                .string(temporary)
                .modeAndTime(facts.modeToSet(attributes), attributes.mtimeNanos()));
    }

    private void part(SftpRequest request) {
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
                    explainStaging("attributes", failure);
                }
            }
        });
    }

    @Override
    ExtendedAttributes extended() {
        return put.attributes().extended();
    }

    @Override
    Result.Done done() {
        return new Result.Done(0, null, null, null, delivery.facts().remark(put.attributes()));
    }
}
