package io.freshet.transfer.local;

import io.freshet.failure.ErrorCode;
import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.target.Monitor;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Result;
import io.freshet.transfer.SecondReading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A file that is whole in the staging area and not under its name yet: to be flushed, by any thread, and then published, or
 * discarded.
 */
final class StagedFile {
    private static final int BLOCK = 256 * 1024;
    /** How much of a large file is written between two looks at whether it is changing. */
    private static final long BYTES_BETWEEN_LOOKS = 16 << 20;

    private final Path temporary;
    private final FileChannel channel;
    private final FileState state;
    private final long sent;
    private final ContentHash hash;
    private final @Nullable String remark;
    private final boolean unstable;

    private StagedFile(
            Path temporary,
            FileChannel channel,
            FileState state,
            long sent,
            ContentHash hash,
            @Nullable String remark,
            boolean unstable) {
        this.temporary = temporary;
        this.channel = channel;
        this.state = state;
        this.sent = sent;
        this.hash = hash;
        this.remark = remark;
        this.unstable = unstable;
    }

    /** Reads a file of the source to its end and writes it, with its attributes; nothing is left of it if that fails. */
    static StagedFile write(PutFile put, LocalTargetSession session, Monitor monitor) throws IOException {
        Path temporary = session.temporary();
        FileChannel channel = null;
        monitor.began(put);
        try (Content.Reading reading = put.content().open()) {
            FileState state = reading.opened();
            MessageDigest digest = ContentHash.newDigest();
            channel = LocalFile.create(temporary);
            long sent = copy(put, reading, channel, digest, session.fidelity().sparse(), monitor);
            session.setAttributes(temporary, state.attributes());
            ContentHash hash = ContentHash.of(digest.digest());
            boolean whole = isWhole(put.content(), state, reading.now(), sent, hash, monitor);
            if (!whole && !put.unstable()) {
                throw changed();
            }
            return new StagedFile(
                    temporary,
                    channel,
                    whole ? state : state.withSize(sent),
                    sent,
                    hash,
                    session.remark(state.attributes()),
                    !whole);
        } catch (IOException | RuntimeException e) {
            // Asked while the part that was written still takes up the last of the space.
            boolean full = LocalFailure.isForWantOfSpace(e, session.base());
            closeQuietly(channel, e);
            LocalFile.removeQuietly(temporary, e);
            if (full) {
                throw new Refusal(
                        ErrorCode.TARGET_FULL, "write", "there is no space left; it is tried again until there is");
            }
            throw e;
        }
    }

    private static long copy(
            PutFile put,
            Content.Reading reading,
            FileChannel channel,
            MessageDigest digest,
            boolean sparse,
            Monitor monitor)
            throws IOException {
        long size = reading.opened().size();
        byte[] block = new byte[(int) Math.min(BLOCK, Math.max(size, 1))];
        long sent = 0;
        long nextLook = BYTES_BETWEEN_LOOKS;
        while (sent < size) {
            requireNoStop(monitor);
            if (sent >= nextLook) {
                nextLook = sent + BYTES_BETWEEN_LOOKS;
                requireNoChange(put, reading);
            }
            int read = reading.read(block, 0, (int) Math.min(block.length, size - sent));
            if (read < 0) {
                break;
            }
            digest.update(block, 0, read);
            if (sparse) {
                LocalFile.writeData(channel, block, read, sent);
            } else {
                LocalFile.writeFully(channel, ByteBuffer.wrap(block, 0, read));
            }
            sent += read;
            monitor.sent(put, read);
        }
        if (sparse && sent > channel.size()) {
            // A hole at the end is one only up to the last byte.
            channel.write(ByteBuffer.allocate(1), sent - 1);
        }
        return sent;
    }

    private static void requireNoChange(PutFile put, Content.Reading reading) throws Refusal {
        FileState now = reading.now();
        if (!put.unstable()
                && !now.isUnchangedSince(reading.opened())
                && !SecondReading.mayOnlyHaveGrown(reading.opened(), now)) {
            throw changed();
        }
    }

    private static Refusal changed() {
        return new Refusal(ErrorCode.SOURCE_CHANGED, "read", "it changed while it was read; it is looked at again");
    }

    /** Returns whether what was read is the whole file as it was when it was opened, though it may have grown since. */
    private static boolean isWhole(
            Content content, FileState opened, FileState now, long sent, ContentHash hash, Monitor monitor)
            throws Refusal {
        if (now.isUnchangedSince(opened)) {
            return true;
        }
        if (sent != opened.size() || !SecondReading.mayOnlyHaveGrown(opened, now)) {
            return false;
        }
        byte[] block = new byte[BLOCK];
        try (SecondReading again = new SecondReading(content, sent, hash)) {
            while (again.readOn(block)) {
                requireNoStop(monitor);
            }
            return again.isSame();
        }
    }

    private static void requireNoStop(Monitor monitor) throws Refusal {
        if (monitor.stopRequested()) {
            throw new Refusal(ErrorCode.STOPPED, "write", "stopped on request; the next run goes on");
        }
    }

    /** Brings content and attributes to stable storage. */
    void flush() throws IOException {
        channel.force(true);
    }

    Result.Done publish(Path path) throws IOException {
        channel.close();
        LocalFile.publish(temporary, path);
        return new Result.Done(sent, state, hash, null, remark, unstable);
    }

    void discard(Throwable reason) {
        closeQuietly(channel, reason);
        LocalFile.removeQuietly(temporary, reason);
    }

    private static void closeQuietly(@Nullable FileChannel channel, Throwable reason) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
