package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.file.Attributes;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.Operation;
import io.freshet.target.Operation.MakeDirectory;
import io.freshet.target.Operation.RemoveDirectory;
import io.freshet.target.Operation.RemoveFile;
import io.freshet.target.Operation.Rename;
import io.freshet.target.Operation.SetAttributes;
import io.freshet.target.Operation.SyncDirectory;
import io.freshet.target.Result;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An operation without content: one request, or a few in a row. */
final class SimpleTask extends Task {
    private static final int FILLABLE = 0700;
    private static final int WRITABLE = 0600;

    private int due;
    private SftpReply.@Nullable Status firstFailure;

    SimpleTask(Delivery delivery, Operation operation, int index) {
        super(delivery, operation, index);
    }

    @Override
    List<RelativePath> paths() {
        return operation instanceof Rename rename ? List.of(rename.from(), rename.path()) : super.paths();
    }

    @Override
    void proceed() {
        SftpChannel channel = delivery.channel();
        byte[] remote = delivery.paths().of(operation.path());
        if (operation instanceof MakeDirectory) {
            makeDirectory(channel, remote);
        } else if (operation instanceof RemoveFile) {
            one(channel.request(SftpProtocol.REMOVE).string(remote), "remove");
        } else if (operation instanceof RemoveDirectory) {
            one(channel.request(SftpProtocol.RMDIR).string(remote), "remove");
        } else if (operation instanceof Rename rename) {
            one(
                    delivery.facts()
                            .renameRequest(delivery.channel(), delivery.paths().of(rename.from()), remote),
                    "publish");
        } else if (operation instanceof SetAttributes attributes) {
            setAttributes(remote, attributes.attributes());
        } else if (operation instanceof SyncDirectory) {
            syncDirectory(remote);
        } else {
            throw new IllegalArgumentException(operation + " has content");
        }
    }

    /** A default ACL of the parent may leave its owner less than the mode says. */
    private void makeDirectory(SftpChannel channel, byte[] remote) {
        SftpRequest make = channel.request(SftpProtocol.MKDIR).string(remote).mode(FILLABLE);
        if (delivery.facts().isSuperuser() || !delivery.facts().fidelity().acls()) {
            one(make, "write");
            return;
        }
        channel.send(make, made -> {
            if (made.isOk()) {
                one(channel.request(SftpProtocol.SETSTAT).string(remote).mode(FILLABLE), "write");
            } else {
                explain("write", made.status(), () -> {});
            }
        });
    }

    private void one(SftpRequest request, String phase) {
        delivery.channel().send(request, reply -> {
            if (reply.isOk()) {
                end(Result.Done.WITHOUT_CONTENT);
            } else {
                explain(phase, reply.status(), () -> {});
            }
        });
        takeEffect();
    }

    private void setAttributes(byte[] remote, Attributes attributes) {
        TargetFacts facts = delivery.facts();
        if (!facts.can(Capability.SYMLINK_ATTRIBUTES) || !facts.modeOfLinks()) {
            // SETSTAT follows a link; without a request that does not, a look comes first.
            delivery.channel()
                    .send(delivery.channel().request(SftpProtocol.LSTAT).string(remote), reply -> {
                        Circumstances.Look look = Circumstances.Look.of(reply);
                        if (isEnded()) {
                            return;
                        }
                        if (look.isThere() && !look.isSymlink()) {
                            sendAttributes(remote, attributes, false);
                        } else {
                            explain("attributes", new SftpReply.Status(look.status(), ""), () -> {});
                        }
                    });
        } else {
            sendAttributes(remote, attributes, true);
        }
    }

    private void sendAttributes(byte[] remote, Attributes attributes, boolean ofLinks) {
        TargetFacts facts = delivery.facts();
        if (facts.isSuperuser()) {
            part(setstat(remote, ofLinks).owner(attributes.uid(), attributes.gid()), () -> {});
        }
        int mode = facts.modeToSet(attributes);
        boolean extended = delivery.shellWork().isNeeded(attributes.extended(), false);
        if (!extended) {
            part(setstat(remote, ofLinks).modeAndTime(mode, attributes.mtimeNanos()), () -> done(attributes));
            takeEffect();
            return;
        }
        // An ordinary account may give user attributes only to what it may write. Above, nothing is done before the
        // end.
        int first = facts.isSuperuser() ? mode : mode | WRITABLE;
        part(
                setstat(remote, ofLinks).modeAndTime(first, attributes.mtimeNanos()),
                () -> delivery.shellWork().setExtended(remote, attributes.extended(), false, problem -> {
                    if (problem != null) {
                        fail("attributes", ErrorCode.PERMISSION_DENIED, problem);
                    } else if (first == mode) {
                        done(attributes);
                    } else {
                        part(
                                setstat(remote, ofLinks).modeAndTime(mode, attributes.mtimeNanos()),
                                () -> done(attributes));
                    }
                }));
    }

    private void done(Attributes attributes) {
        end(new Result.Done(0, null, null, null, delivery.facts().remark(attributes)));
    }

    private SftpRequest setstat(byte[] remote, boolean ofLinks) {
        SftpChannel channel = delivery.channel();
        return (ofLinks ? channel.extended(SftpProtocol.LSETSTAT) : channel.request(SftpProtocol.SETSTAT))
                .string(remote);
    }

    /** @param then runs if this and all that is still due was done */
    private void part(SftpRequest request, Runnable then) {
        due++;
        delivery.channel().send(request, reply -> {
            if (!reply.isOk() && firstFailure == null) {
                firstFailure = reply.status();
            }
            due--;
            if (due == 0) {
                SftpReply.Status failure = firstFailure;
                if (failure == null) {
                    then.run();
                } else {
                    explain("attributes", failure, () -> {});
                }
            }
        });
    }

    private void syncDirectory(byte[] remote) {
        SftpChannel channel = delivery.channel();
        channel.send(
                channel.request(SftpProtocol.OPEN)
                        .string(remote)
                        .number(SftpProtocol.OPEN_READ)
                        .noAttributes(),
                opened -> {
                    if (opened.type() != SftpProtocol.HANDLE) {
                        explain("write", opened.status(), () -> {});
                        return;
                    }
                    byte[] handle = opened.string();
                    channel.send(
                            channel.extended(SftpProtocol.FSYNC).string(handle).patient(), synced -> {
                                if (synced.isOk()) {
                                    end(Result.Done.WITHOUT_CONTENT);
                                } else {
                                    explain("write", synced.status(), () -> {});
                                }
                            });
                    delivery.closeQuietly(handle);
                });
        takeEffect();
    }
}
