package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Attributes;
import io.freshet.file.BlockMap;
import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.FileState;
import io.freshet.file.PartialKey;
import io.freshet.target.Capability;
import io.freshet.target.NewDirectory;
import io.freshet.target.Operation;
import io.freshet.target.Operation.Base;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Result;
import io.freshet.transfer.BlockHasher;
import io.freshet.transfer.ContentHasher;
import io.freshet.transfer.DataRuns;
import io.freshet.transfer.PartialName;
import io.freshet.transfer.SecondReading;
import org.jspecify.annotations.Nullable;

/**
 * Puts a file: temporary file, content in blocks, owner, mode and time, flush, close, and, when the server has confirmed
 * all of that and the source is still what was opened, or has only grown since, the rename.
 *
 * <p>Blocks that the target has in an earlier version of the file are copied there. What was assembled so is published only
 * if the target itself finds the hash of the bytes that were read here; otherwise the file is sent whole.
 *
 * <p>So it is with what an earlier try has left of the same version of a large file, which is copied into a temporary file of
 * this try; that one in turn is left when this try breaks off. Whatever is left is written in order, so it is a beginning.
 */
final class FileTask extends StagedTask {
    private static final int TEMPORARY_MODE = 0600;
    /** How much of a large file is sent between two looks at whether it is changing. */
    private static final long BYTES_BETWEEN_LOOKS = 16 << 20;

    private static final long SMALL = 1 << 20;

    private final PutFile put;
    private @Nullable ContentHasher hasher;
    private @Nullable BlockHasher blocks;
    private @Nullable PartialKey partial;
    private @Nullable Base known;
    private CopiedBlocks copies;
    private @Nullable StagedHash proof;
    private boolean sendsWhole;
    private boolean flushedTogether;
    private boolean hasArrived;
    private boolean endsInHole;
    private long written;
    private Content.@Nullable Reading reading;
    private @Nullable SecondReading again;
    private @Nullable FileState opened;
    private @Nullable ContentHash hash;
    private byte @Nullable [] handle;
    private long sent;
    private boolean unstable;
    private long nextLook = BYTES_BETWEEN_LOOKS;
    private int due;
    private boolean tailSent;
    private SftpReply.@Nullable Status firstFailure;
    private String failedPhase = "write";

    FileTask(Delivery delivery, PutFile put, int index) {
        super(delivery, put, index);
        this.put = put;
        this.copies = newCopies();
    }

    /** Returns whether an operation puts a file of the kind that is flushed together with others. */
    static boolean isSmall(Operation operation) {
        return operation instanceof PutFile put && put.expectedSize() <= SMALL;
    }

    PutFile put() {
        return put;
    }

    /** Returns whether this can be sent in a tar stream together with others. */
    boolean fitsIntoStream() {
        return put.expectedSize() <= NewDirectory.LARGEST_FILE && put.base() == null && put.partial() == null;
    }

    /** It has arrived in a tar stream, as it is to be, and was flushed. */
    void arrived(byte[] staged, FileState state, ContentHash content) {
        temporary = staged;
        opened = state;
        hash = content;
        written = state.size();
        hasArrived = true;
    }

    @Override
    void begin() {
        delivery.began(this);
        if (hasArrived) {
            staged();
            return;
        }
        try {
            Content.Reading newReading = put.content().open();
            reading = newReading;
            opened = newReading.opened();
        } catch (FreshetException e) {
            closeReading();
            end(new Result.Failed(e.code(), "read", String.valueOf(e.getMessage())));
            return;
        }
        long size = state().size();
        Base earlier = usableBase(size);
        known = earlier;
        if (BlockMap.isWorthIt(size)) {
            blocks = new BlockHasher(
                    earlier == null
                            ? BlockMap.blockSizeFor(size)
                            : earlier.blocks().blockSize());
        }
        hasher = new ContentHasher(size, earlier == null ? blocks : null);
        partial = partialToKeep();
        if (partial != null) {
            temporary = delivery.paths().inHouse(PartialName.fresh(partial).toString());
        }
        proof = delivery.stagedHash(temporary, size);
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
        copies.open(
                sendsWhole ? null : partial,
                temporary,
                delivery.paths().of(put.path()),
                known,
                () -> delivery.hasBlocks(this));
    }

    /** Returns under which key what arrives is kept if this breaks off; null where it is not. */
    private @Nullable PartialKey partialToKeep() {
        PartialKey key = put.partial();
        return key != null && key.equals(PartialKey.of(state())) && canAssemble() && delivery.isOnlyOne(key, this)
                ? key
                : null;
    }

    /** A target that cannot hash the outcome gets whole files. */
    private boolean canAssemble() {
        return delivery.facts().can(Capability.SERVER_COPY) && delivery.facts().can(Capability.CHECKSUM);
    }

    private @Nullable Base usableBase(long size) {
        Base earlier = put.base();
        return earlier != null
                        && !sendsWhole
                        && BlockMap.isWorthIt(size)
                        && earlier.blocks().suits(size)
                        && canAssemble()
                ? earlier
                : null;
    }

    /** Returns whether the server has enough to copy; the next block waits for that, or for the news that it cannot. */
    boolean awaitsCopies() {
        return copies.isBusy() && firstFailure == null && givenUp() == null;
    }

    /**
     * Sends the next block, or what comes after the last.
     *
     * @return whether there may be more blocks
     */
    boolean sendBlock() {
        Result.Failed reason = givenUp();
        if (reason != null) {
            abandon(reason);
            return false;
        }
        if (firstFailure != null) {
            abandonToFailure();
            return false;
        }
        byte[] block = delivery.block(blocks == null ? 0 : blocks.blockSize());
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
        int most = blocks == null ? block.length : blocks.blockSize();
        int wanted = (int) Math.min(most, state.size() - sent);
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
            copies.copyGathered(handle());
            hash = present(hasher).finish();
            sendTail(state.attributes());
        }
        return !complete;
    }

    /** What has only been appended to is sent as it was when it was opened, if a second reading finds that it still is. */
    private boolean goOnThoughChanged(FileState now, boolean complete) {
        FileState state = state();
        boolean torn = !SecondReading.mayOnlyHaveGrown(state, now) || (complete && sent != state.size());
        if (torn && !put.unstable()) {
            abandonChanged();
            return false;
        }
        unstable |= torn;
        if (!complete) {
            return true;
        }
        copies.copyGathered(handle());
        ContentHash first = present(hasher).finish();
        hash = first;
        if (unstable) {
            sendTail(state.attributes());
            return false;
        }
        closeReading();
        again = new SecondReading(put.content(), sent, first);
        return true;
    }

    private boolean compareNext(SecondReading second, byte[] block) {
        boolean more = second.readOn(block);
        if (!more && (second.isSame() || put.unstable())) {
            unstable = !second.isSame();
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
        present(hasher).update(block, count);
        byte[] blockHash = blocks == null || known == null ? null : blocks.add(block, count);
        boolean held = copies.select(sent, count, blockHash, handle());
        if (delivery.facts().fidelity().sparse()) {
            bringData(block, count, held);
        } else {
            bring(block, 0, count, held);
        }
        sent += count;
        delivery.reached(this, sent);
    }

    /** Leaves out what may be a hole. */
    private void bringData(byte[] block, int count, boolean held) {
        int end = 0;
        for (int begin = DataRuns.begin(block, 0, count, sent);
                begin < count;
                begin = DataRuns.begin(block, end, count, sent)) {
            if (begin > end) {
                copies.copyGathered(handle());
            }
            end = DataRuns.end(block, begin, count, sent);
            bring(block, begin, end, held);
        }
        endsInHole = end < count;
        if (endsInHole) {
            copies.copyGathered(handle());
        }
    }

    /** @param held whether the target has it and copies it */
    private void bring(byte[] block, int begin, int end, boolean held) {
        if (held) {
            copies.gather(sent + begin, end - begin, handle());
        } else {
            write(block, begin, end);
        }
    }

    private void write(byte[] block, int begin, int end) {
        int piece;
        for (int from = begin; from < end; from += piece) {
            piece = Math.min(delivery.facts().largestWrite(), end - from);
            int confirmed = piece;
            SftpRequest write = delivery.channel()
                    .request(SftpProtocol.WRITE)
                    .string(handle())
                    .longNumber(sent + from)
                    .string(block, from, piece);
            delivery.bytesSent(this, piece);
            Runnable there = present(proof).requested(sent + from + piece, false);
            part(write, "write", () -> {
                delivery.bytesConfirmed(confirmed);
                if (firstFailure == null) {
                    there.run();
                }
            });
        }
        written += end - begin;
    }

    private void sendTail(Attributes attributes) {
        closeReading();
        copies.close();
        copies.removeLeftovers();
        SftpChannel channel = delivery.channel();
        TargetFacts facts = delivery.facts();
        if (endsInHole) {
            // A hole at the end is one only up to the last byte.
            SftpRequest last =
                    channel.request(SftpProtocol.WRITE).string(handle()).longNumber(sent - 1);
            part(last.string(new byte[1]), "write", () -> {});
        }
        if (facts.mustChangeOwner(attributes)) {
            part(
                    channel.request(SftpProtocol.FSETSTAT).string(handle()).owner(attributes.uid(), attributes.gid()),
                    "attributes",
                    () -> {});
        }
        part(
                channel.request(SftpProtocol.FSETSTAT)
                        .string(handle())
                        .modeAndTime(facts.modeToSet(attributes) | modeForExtended(), attributes.mtimeNanos()),
                "attributes",
                () -> {});
        // What gets extended attributes is flushed after those.
        flushedTogether = delivery.flushesTogether() && isSmall(put) && !awaitsExtended();
        if (!flushedTogether && facts.can(Capability.FILE_SYNC)) {
            part(channel.extended(SftpProtocol.FSYNC).string(handle()).patient(), "write", () -> {});
        }
        tailSent = true;
        part(channel.request(SftpProtocol.CLOSE).string(handle()), "write", () -> {});
    }

    /** An ordinary account may give user attributes only to a file that it may write. */
    private int modeForExtended() {
        return awaitsExtended() && !delivery.facts().isSuperuser() ? TEMPORARY_MODE : 0;
    }

    @Override
    void completeMode() {
        Attributes attributes = state().attributes();
        TargetFacts facts = delivery.facts();
        int mode = facts.modeToSet(attributes);
        if (facts.isSuperuser() || (mode | TEMPORARY_MODE) == mode) {
            staged();
            return;
        }
        SftpChannel channel = delivery.channel();
        SftpRequest request = channel.request(SftpProtocol.SETSTAT).string(temporary);
        channel.send(request.modeAndTime(mode, attributes.mtimeNanos()), reply -> {
            if (reply.isOk()) {
                staged();
            } else {
                explainStaging("attributes", reply.status());
            }
        });
    }

    @Override
    @Nullable
    ExtendedAttributes extended() {
        return opened == null ? null : opened.extended();
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
            replied();
        });
    }

    private void replied() {
        if (tailSent && due == 0 && copies.due() == 0) {
            confirmed();
        }
    }

    private void confirmed() {
        delivery.fileClosed();
        SftpReply.Status failure = firstFailure;
        boolean isAsRead = failure != null || givenUp() != null || !copies.any() || isOnTarget(present(hash));
        closeHash();
        if (failure != null) {
            explainStaging(failedPhase, failure);
        } else if (!isAsRead) {
            sendsWhole = true;
            startOver();
        } else if (flushedTogether) {
            delivery.awaitsFlush(this);
        } else {
            staged();
        }
    }

    private boolean isOnTarget(ContentHash wanted) {
        return !copies.hasFailed()
                && present(proof).of(sent).filter(wanted::equals).isPresent();
    }

    private void closeHash() {
        if (proof != null) {
            proof.close();
        }
    }

    private CopiedBlocks newCopies() {
        return new CopiedBlocks(delivery, this::replied, end -> present(proof).requested(end, true));
    }

    /** Sends the file anew: what it was to be assembled from was not what it was believed to be, or a flush failed. */
    void startOver() {
        removeStaged();
        copies = newCopies();
        blocks = null;
        hash = null;
        sent = 0;
        written = 0;
        nextLook = BYTES_BETWEEN_LOOKS;
        endsInHole = false;
        tailSent = false;
        unstable = false;
        begin();
    }

    private void abandonToFailure() {
        SftpReply.Status failure = firstFailure;
        letGo();
        if (failure != null) {
            explainStaging(failedPhase, failure);
        }
    }

    private void abandon(Result.Failed reason) {
        letGo();
        discard(reason);
    }

    private void letGo() {
        closeReading();
        closeHash();
        copies.close();
        delivery.closeQuietly(handle());
        delivery.fileClosed();
    }

    @Override
    void removeStaged() {
        super.removeStaged();
        copies.removeLeftovers();
    }

    /** On a full disk it would take the space that others still fit into, and the next try needs as much again. */
    @Override
    boolean isKeptAfter(Result.Failed reason) {
        return partial != null
                && firstFailure == null
                && !copies.hasFailed()
                && reason.code().concernsWholeTarget()
                && reason.code() != ErrorCode.TARGET_FULL;
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
        FileState delivered = unstable ? state().withSize(sent) : state();
        return new Result.Done(
                written,
                delivered,
                hash,
                blocks == null ? null : blocks.map(),
                delivery.facts().remark(state().attributes()),
                unstable);
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
