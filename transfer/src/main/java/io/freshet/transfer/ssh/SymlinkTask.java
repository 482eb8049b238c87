package io.freshet.transfer.ssh;

import io.freshet.file.Attributes;
import io.freshet.file.ExtendedAttributes;
import io.freshet.path.TextForm;
import io.freshet.target.Capability;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Result;
import org.jspecify.annotations.Nullable;

/** Puts a symlink, with its own owner and time where the target can set those. */
final class SymlinkTask extends StagedTask {
    private final PutSymlink put;
    private int due;
    private SftpReply.@Nullable Status firstFailure;

    SymlinkTask(Delivery delivery, PutSymlink put, int index) {
        super(delivery, put, index);
        this.put = put;
    }

    @Override
    void begin() {
        SftpChannel channel = delivery.channel();
        TargetFacts facts = delivery.facts();
        Attributes attributes = put.attributes();
        part(delivery.symlinkRequest(TextForm.decode(put.linkTarget()), temporary));
        if (facts.can(Capability.SYMLINK_ATTRIBUTES)) {
            if (facts.mustChangeOwner(attributes)) {
                part(channel.extended(SftpProtocol.LSETSTAT)
                        .string(temporary)
                        .owner(attributes.uid(), attributes.gid()));
            }
            part(channel.extended(SftpProtocol.LSETSTAT).string(temporary).time(attributes.mtimeNanos()));
        }
    }

    @Override
    ExtendedAttributes extended() {
        return put.attributes().extended();
    }

    @Override
    Result.Done done() {
        return Result.Done.WITHOUT_CONTENT;
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
                    explainStaging("write", failure);
                }
            }
        });
    }
}
