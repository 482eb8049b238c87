package io.freshet.transfer.ssh;

import io.freshet.path.RelativePath;
import io.freshet.target.Operation.Link;
import io.freshet.target.Result;
import java.util.List;

/** Makes a path another name of a file that is on the target already. */
final class LinkTask extends StagedTask {
    private final Link link;

    LinkTask(Delivery delivery, Link link, int index) {
        super(delivery, link, index);
        this.link = link;
    }

    @Override
    List<RelativePath> paths() {
        return List.of(link.existing(), link.path());
    }

    /** What the existing path is to hold may be on its way to it. */
    @Override
    boolean mayStageEarly() {
        return false;
    }

    @Override
    void begin() {
        SftpChannel channel = delivery.channel();
        byte[] existing = delivery.paths().of(link.existing());
        channel.send(channel.request(SftpProtocol.LSTAT).string(existing), reply -> {
            if (isEnded()) {
                return;
            }
            if (reply.type() == SftpProtocol.ATTRIBUTES && reply.attributes().isFile()) {
                makeLink(channel, existing);
            } else {
                explainStaging("write", new SftpReply.Status(SftpProtocol.STATUS_FAILURE, "nothing to link to"));
            }
        });
    }

    private void makeLink(SftpChannel channel, byte[] existing) {
        channel.send(channel.extended(SftpProtocol.HARDLINK).string(existing).string(temporary), made -> {
            if (made.isOk()) {
                staged();
            } else {
                explainStaging("write", made.status());
            }
        });
    }

    /** rename(2) does nothing where both names are of one file already, and leaves the temporary one. */
    @Override
    Result.Done done() {
        delivery.removeQuietly(temporary);
        return Result.Done.WITHOUT_CONTENT;
    }
}
