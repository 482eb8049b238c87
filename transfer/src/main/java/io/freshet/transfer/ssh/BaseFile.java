package io.freshet.transfer.ssh;

import io.freshet.target.Operation.Base;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The version of a file that the target holds, open for reading, and the blocks of it that are to be copied next.
 *
 * <p>Neighbouring blocks are copied by one request, but never so many that the server could not be stopped.
 */
final class BaseFile {
    private static final long LARGEST_COPY = 64L << 20;

    private final SftpChannel channel;
    private final byte[] handle;
    private final Base base;
    private long from;
    private long to;

    private BaseFile(SftpChannel channel, byte[] handle, Base base) {
        this.channel = channel;
        this.handle = handle;
        this.base = base;
    }

    /** Opens what is at a path; {@code then} gets null if that is not what it is believed to be. */
    static void open(SftpChannel channel, byte[] remote, Base base, Consumer<@Nullable BaseFile> then) {
        SftpRequest open = channel.request(SftpProtocol.OPEN)
                .string(remote)
                .number(SftpProtocol.OPEN_READ)
                .noAttributes();
        channel.send(open, opened -> {
            if (opened.type() != SftpProtocol.HANDLE) {
                then.accept(null);
                return;
            }
            BaseFile file = new BaseFile(channel, opened.string(), base);
            channel.send(channel.request(SftpProtocol.FSTAT).string(file.handle), state -> {
                if (state.type() == SftpProtocol.ATTRIBUTES && file.isAsDelivered(state.attributes())) {
                    then.accept(file);
                } else {
                    file.close();
                    then.accept(null);
                }
            });
        });
    }

    private boolean isAsDelivered(SftpAttributes now) {
        return now.size() == base.size() && (int) now.mtimeSeconds() == SftpRequest.seconds(base.mtimeNanos());
    }

    /** Returns whether the block at a position has this hash here, too. */
    boolean holds(long position, byte[] hash) {
        return base.blocks().holds(position / base.blocks().blockSize(), hash, 0);
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
        channel.send(channel.request(SftpProtocol.CLOSE).string(handle), reply -> {});
    }
}
