package io.freshet.transfer.ssh;

import io.freshet.file.BlockMap;
import io.freshet.target.Operation.Base;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file of the target that holds blocks of the one that is delivered, open for reading, and the blocks that are to be copied
 * next: the version that the target has, or the part of the new one that an earlier try has left.
 *
 * <p>Neighbouring blocks are copied by one request, but never so many that the server could not be stopped.
 */
final class BaseFile {
    private static final long LARGEST_COPY = 64L << 20;

    private final SftpChannel channel;
    private final byte[] handle;
    private final long size;
    private final @Nullable BlockMap blocks;
    private long from;
    private long to;

    private BaseFile(SftpChannel channel, byte[] handle, long size, @Nullable BlockMap blocks) {
        this.channel = channel;
        this.handle = handle;
        this.size = size;
        this.blocks = blocks;
    }

    /** Opens an earlier version; {@code then} gets null if that is not what it is believed to be. */
    static void open(SftpChannel channel, byte[] remote, Base base, Consumer<@Nullable BaseFile> then) {
        open(channel, remote, base, base.blocks(), then);
    }

    /** Opens the beginning of what is delivered; {@code then} gets null if that cannot be read. */
    static void openBeginning(SftpChannel channel, byte[] remote, Consumer<@Nullable BaseFile> then) {
        open(channel, remote, null, null, then);
    }

    private static void open(
            SftpChannel channel,
            byte[] remote,
            @Nullable Base expected,
            @Nullable BlockMap blocks,
            Consumer<@Nullable BaseFile> then) {
        SftpRequest open = channel.request(SftpProtocol.OPEN)
                .string(remote)
                .number(SftpProtocol.OPEN_READ)
                .noAttributes();
        channel.send(open, opened -> {
            if (opened.type() != SftpProtocol.HANDLE) {
                then.accept(null);
                return;
            }
            byte[] handle = opened.string();
            channel.send(channel.request(SftpProtocol.FSTAT).string(handle), state -> {
                SftpAttributes now = state.type() == SftpProtocol.ATTRIBUTES ? state.attributes() : null;
                if (now != null && (expected == null || isAsDelivered(expected, now))) {
                    then.accept(new BaseFile(channel, handle, now.size(), blocks));
                } else {
                    close(channel, handle);
                    then.accept(null);
                }
            });
        });
    }

    private static boolean isAsDelivered(Base base, SftpAttributes now) {
        return now.size() == base.size() && (int) now.mtimeSeconds() == SftpRequest.seconds(base.mtimeNanos());
    }

    /**
     * Returns whether the block at a position is to be had here.
     *
     * @param hash of the block; null where it is not known, and nothing is to be had by it
     */
    boolean holds(long position, int count, byte @Nullable [] hash) {
        BlockMap map = blocks;
        if (map == null) {
            return position + count <= size;
        }
        return hash != null && map.holds(position / map.blockSize(), hash, 0);
    }

    /** Takes in a block to copy; returns whether it is time to {@linkplain #copy copy} what has gathered. */
    boolean gather(long position, int count) {
        if (to != position) {
            from = position;
        }
        to = position + count;
        return to - from >= LARGEST_COPY;
    }

    boolean hasGathered() {
        return to > from;
    }

    /** Returns up to where what has gathered goes. */
    long gatheredTo() {
        return to;
    }

    /** Starts the request that copies what has gathered to the same place of another file. */
    SftpRequest copy(byte[] toHandle) {
        SftpRequest request = channel.extended(SftpProtocol.COPY_DATA)
                .string(handle)
                .longNumber(from)
                .longNumber(to - from)
                .string(toHandle)
                .longNumber(from)
                .patient();
        from = to;
        return request;
    }

    void close() {
        close(channel, handle);
    }

    private static void close(SftpChannel channel, byte[] handle) {
        channel.send(channel.request(SftpProtocol.CLOSE).string(handle), reply -> {});
    }
}
