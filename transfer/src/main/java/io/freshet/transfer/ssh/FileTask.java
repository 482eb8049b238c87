package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Attributes;
import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.target.Capability;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Result;
import io.freshet.transfer.SecondReading;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Puts a file: temporary file, content in blocks, owner, mode and time, flush, close, and, when the server has confirmed
 * all of that and the source is still what was opened, or has only grown since, the rename.
 */
final class FileTask extends StagedTask {
    private static final int TEMPORARY_MODE = 0600;
    /** How much of a large file is sent between two looks at whether it is changing. */
    private static final long BYTES_BETWEEN_LOOKS = 16 << 20;

    private final PutFile put;
    private final MessageDigest digest = SecondReading.sha256();
    private Content.@Nullable Reading reading;
    private @Nullable SecondReading again;
    private @Nullable FileState opened;
    private @Nullable ContentHash hash;
    private byte @Nullable [] handle;
    private long sent;
    private long nextLook = BYTES_BETWEEN_LOOKS;
    private int due;
    private boolean tailSent;
    private SftpReply.@Nullable Status firstFailure;
    private String failedPhase = "write";

    FileTask(Delivery delivery, PutFile put, int index) {
        super(delivery, put, index);
        this.put = put;
    }

    @Override
    void begin() {
        try {
            Content.Reading newReading = put.content().open();
            reading = newReading;
            opened = newReading.opened();
        } catch (FreshetException e) {
            closeReading();
            end(new Result.Failed(e.code(), "read", String.valueOf(e.getMessage())));
            return;
        }
        delivery.fileOpened();
        delivery.channel()
                .send(
                        delivery.channel()
                                .request(SftpProtocol.OPEN)
                                .string(temporary)
                                .number(SftpProtocol.OPEN_WRITE
                                        | SftpProtocol.OPEN_CREATE
                                        | SftpProtocol.OPEN_EXCLUSIVE)
                                .mode(TEMPORARY_MODE),
                        this::temporaryOpened);
    }

    private void temporaryOpened(SftpReply reply) {
        if (reply.type() != SftpProtocol.HANDLE) {
            closeReading();
            delivery.fileClosed();
            explainStaging("write", reply.status());
            return;
        }
        handle = reply.string();
        delivery.hasBlocks(this);
    }

    /**
     * Sends the next block, or what comes after the last.
     *
     * @return whether there may be more blocks
     */
    boolean sendBlock(byte[] block) {
        Result.Failed reason = givenUp();
        if (reason != null) {
            abandon(reason);
            return false;
        }
        if (firstFailure != null) {
            abandonToFailure();
            return false;
        }
        try {
            return again == null ? sendNext(block) : compareNext(again, block);
        } catch (FreshetException e) {
            if (e.code() == ErrorCode.CONNECTION_LOST) {
                throw e;
            }
            abandon(new Result.Failed(e.code(), "read", String.valueOf(e.getMessage())));
            return false;
        }
    }

    private boolean sendNext(byte[] block) {
        Content.Reading source = source();
        FileState state = state();
        int wanted = (int) Math.min(block.length, state.size() - sent);
        int filled = 0;
        while (filled < wanted) {
            int read = source.read(block, filled, wanted - filled);
            if (read < 0) {
                break;
            }
            filled += read;
        }
        if (filled > 0) {
            sendContent(block, filled);
        }
        boolean complete = filled < wanted || sent == state.size();
        if (complete || sent >= nextLook) {
            nextLook = sent + BYTES_BETWEEN_LOOKS;
            FileState now = source.now();
            if (!now.isUnchangedSince(state)) {
                return goOnThoughChanged(now, complete);
            }
        }
        if (complete) {
            hash = ContentHash.of(digest.digest());
            sendTail(state.attributes());
        }
        return !complete;
    }

    /** What has only been appended to is sent as it was when it was opened, if a second reading finds that it still is. */
    private boolean goOnThoughChanged(FileState now, boolean complete) {
        FileState state = state();
        if (!SecondReading.mayOnlyHaveGrown(state, now) || (complete && sent != state.size())) {
            abandonChanged();
            return false;
        }
        if (complete) {
            ContentHash first = ContentHash.of(digest.digest());
            hash = first;
            closeReading();
            again = new SecondReading(put.content(), sent, first);
        }
        return true;
    }

    private boolean compareNext(SecondReading second, byte[] block) {
        boolean more = second.readOn(block);
        if (!more && second.isSame()) {
            sendTail(state().attributes());
        } else if (!more) {
            abandonChanged();
        }
        return more;
    }

    private void abandonChanged() {
        abandon(delivery.failed(
                this, "read", ErrorCode.SOURCE_CHANGED, "it changed while it was read; it is looked at again"));
    }

    private void sendContent(byte[] block, int count) {
        digest.update(block, 0, count);
        SftpRequest write = delivery.channel()
                .request(SftpProtocol.WRITE)
                .string(handle())
                .longNumber(sent)
                .string(block, 0, count);
        sent += count;
        delivery.bytesSent(this, count);
        part(write, "write", () -> delivery.bytesConfirmed(count));
    }

    private void sendTail(Attributes attributes) {
        closeReading();
        SftpChannel channel = delivery.channel();
        TargetFacts facts = delivery.facts();
        if (facts.mustChangeOwner(attributes)) {
            part(
                    channel.request(SftpProtocol.FSETSTAT).string(handle()).owner(attributes.uid(), attributes.gid()),
                    "attributes",
                    () -> {});
        }
        part(
                channel.request(SftpProtocol.FSETSTAT)
                        .string(handle())
                        .modeAndTime(facts.modeToSet(attributes), attributes.mtimeNanos()),
                "attributes",
                () -> {});
        if (facts.can(Capability.FILE_SYNC)) {
            part(channel.extended(SftpProtocol.FSYNC).string(handle()).patient(), "write", () -> {});
        }
        tailSent = true;
        part(channel.request(SftpProtocol.CLOSE).string(handle()), "write", () -> {});
    }

    /** Sends a request and keeps the first failure; {@code then} runs on the reply either way. */
    private void part(SftpRequest request, String phase, Runnable then) {
        due++;
        delivery.channel().send(request, reply -> {
            due--;
            if (!reply.isOk() && firstFailure == null) {
                firstFailure = reply.status();
                failedPhase = phase;
            }
            then.run();
            if (tailSent && due == 0) {
                confirmed();
            }
        });
    }

    private void confirmed() {
        delivery.fileClosed();
        SftpReply.Status failure = firstFailure;
        if (failure == null) {
            staged();
        } else {
            explainStaging(failedPhase, failure);
        }
    }

    private void abandonToFailure() {
        SftpReply.Status failure = firstFailure;
        closeReading();
        delivery.closeQuietly(handle());
        delivery.fileClosed();
        if (failure != null) {
            explainStaging(failedPhase, failure);
        }
    }

    private void abandon(Result.Failed reason) {
        closeReading();
        delivery.closeQuietly(handle());
        delivery.fileClosed();
        discard(reason);
    }

    /** Lets go of the source; safe to call at any time. */
    void closeReading() {
        Content.Reading source = reading;
        if (source != null) {
            reading = null;
            source.close();
        }
        SecondReading second = again;
        if (second != null) {
            again = null;
            second.close();
        }
    }

    @Override
    Result.Done done() {
        return new Result.Done(sent, opened, hash);
    }

    private Content.Reading source() {
        return present(reading);
    }

    private FileState state() {
        return present(opened);
    }

    private byte[] handle() {
        return present(handle);
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("asked for before it was opened");
        }
        return value;
    }
}
