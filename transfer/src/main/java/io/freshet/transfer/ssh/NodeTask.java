package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.file.Attributes;
import io.freshet.target.Operation.PutNode;
import io.freshet.target.Result;

/** Puts a FIFO or a device node, which the target's shell makes. */
final class NodeTask extends BareTask {
    private final PutNode put;

    NodeTask(Delivery delivery, PutNode put, int index) {
        super(delivery, put, put.attributes(), "attributes", index);
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
        Attributes attributes = attributes();
        if (facts.mustChangeOwner(attributes)) {
            part(channel.request(SftpProtocol.SETSTAT).string(temporary).owner(attributes.uid(), attributes.gid()));
        }
        part(channel.request(SftpProtocol.SETSTAT)
                .string(temporary)
                .modeAndTime(facts.modeToSet(attributes), attributes.mtimeNanos()));
    }

    @Override
    Result.Done done() {
        return new Result.Done(0, null, null, null, delivery.facts().remark(attributes()));
    }
}
