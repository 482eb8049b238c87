package io.freshet.transfer.ssh;

import io.freshet.file.Attributes;
import io.freshet.path.TextForm;
import io.freshet.target.Capability;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Result;

/** Puts a symlink, with its own owner and time where the target can set those. */
final class SymlinkTask extends BareTask {
    private final PutSymlink put;

    SymlinkTask(Delivery delivery, PutSymlink put, int index) {
        super(delivery, put, put.attributes(), "write", index);
        this.put = put;
    }

    @Override
    void begin() {
        SftpChannel channel = delivery.channel();
        TargetFacts facts = delivery.facts();
        Attributes attributes = attributes();
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
    Result.Done done() {
        return Result.Done.WITHOUT_CONTENT;
    }
}
