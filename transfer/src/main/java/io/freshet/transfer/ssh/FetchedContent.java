package io.freshet.transfer.ssh;

import io.freshet.file.ContentHash;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongConsumer;

/**
 * The content of an open file of the target, fetched from its start to its end with many reads under way.
 *
 * <p>A server may answer a read with fewer bytes than were asked for (draft-ietf-secsh-filexfer-02, 6.4): the rest is asked
 * for again. Used by the session's thread.
 */
final class FetchedContent {
    private static final int PIECE = 32 * 1024;
    private static final int PIECES_UNDER_WAY = 64;

    private final SftpChannel channel;
    private final byte[] handle;
    private final long size;
    private final MessageDigest digest = ContentHash.newDigest();
    private final Queue<Piece> underWay = new ArrayDeque<>();
    private long next;
    private boolean ended;
    private boolean failed;

    /** @param size how much there should be; if there is more, it is fetched, too */
    FetchedContent(SftpChannel channel, byte[] handle, long size) {
        this.channel = channel;
        this.handle = handle;
        this.size = size;
    }

    /**
     * Fetches everything.
     *
     * @param beforeEach called between reads; may throw
     * @param beforeBytes told of so many bytes before they are asked for; may wait
     * @return empty if something could not be read
     */
    Optional<ContentHash> hash(Runnable beforeEach, LongConsumer beforeBytes) {
        while (!failed && !(ended && underWay.isEmpty())) {
            beforeEach.run();
            while (!ended && underWay.size() < PIECES_UNDER_WAY && (next <= size || underWay.isEmpty())) {
                Piece piece = new Piece(next);
                beforeBytes.accept(Math.max(0, Math.min(PIECE, size - next)));
                next += PIECE;
                underWay.add(piece);
                piece.ask();
            }
            channel.receive();
            for (Piece first = underWay.peek(); first != null && first.complete; first = underWay.peek()) {
                digest.update(first.bytes, 0, first.filled);
                underWay.remove();
            }
        }
        return failed ? Optional.empty() : Optional.of(ContentHash.of(digest.digest()));
    }

    private final class Piece {
        private final long offset;
        private final byte[] bytes = new byte[PIECE];
        private int filled;
        private boolean complete;

        private Piece(long offset) {
            this.offset = offset;
        }

        private void ask() {
            SftpRequest read = channel.request(SftpProtocol.READ)
                    .string(handle)
                    .longNumber(offset + filled)
                    .number(PIECE - filled);
            channel.send(read, this::answered);
        }

        private void answered(SftpReply reply) {
            if (reply.type() == SftpProtocol.DATA) {
                byte[] data = reply.string();
                System.arraycopy(data, 0, bytes, filled, data.length);
                filled += data.length;
                complete = filled == PIECE;
                if (!complete) {
                    ask();
                }
            } else {
                complete = true;
                ended = true;
                failed |= reply.status().code() != SftpProtocol.STATUS_EOF;
            }
        }
    }
}
