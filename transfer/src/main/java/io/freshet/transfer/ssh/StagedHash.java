package io.freshet.transfer.ssh;

import io.freshet.file.ContentHash;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The hash of a staged file, found by the target's own program: of a large file while it grows, so that little is left to hash
 * when it is complete; of others then. Only the beginning up to which everything was confirmed is ever told of.
 */
final class StagedHash implements AutoCloseable {
    /** Smaller ones are hashed in less time than it takes to begin early. */
    private static final long LARGE = 64 << 20;

    private final RemoteShell shell;
    private final byte[] remote;
    private final boolean large;
    private final Queue<Piece> unconfirmed = new ArrayDeque<>();
    private long confirmed;
    private boolean copied;
    private RemoteShell.@Nullable GrowingFile growing;

    /** A request that writes the file up to a position. */
    private static final class Piece {
        private final long end;
        private boolean isConfirmed;

        private Piece(long end) {
            this.end = end;
        }
    }

    StagedHash(RemoteShell shell, byte[] remote, long size) {
        this.shell = shell;
        this.remote = remote;
        this.large = size >= LARGE;
    }

    /**
     * Takes in that the file is now written up to a position, in order.
     *
     * @param copies whether by the target itself: what is only sent needs no hash
     * @return to be run when that is confirmed; nobody keeps count of a file that is hashed only when it is complete
     */
    Runnable requested(long end, boolean copies) {
        if (!large) {
            return () -> {};
        }
        Piece piece = new Piece(end);
        unconfirmed.add(piece);
        copied |= copies;
        return () -> {
            piece.isConfirmed = true;
            advance();
        };
    }

    private void advance() {
        long before = confirmed;
        for (Piece first = unconfirmed.peek(); first != null && first.isConfirmed; first = unconfirmed.peek()) {
            confirmed = first.end;
            unconfirmed.remove();
        }
        if (growing == null && copied) {
            growing = shell.hashAsItGrows(remote).orElse(null);
        }
        if (growing != null && confirmed > before) {
            growing.reached(confirmed);
        }
    }

    /** Returns the hash of the file, which is complete; empty where the target does not tell. */
    Optional<ContentHash> of(long size) {
        return Optional.ofNullable(growing)
                .flatMap(file -> file.hash(size))
                .or(() -> shell.sha256(List.of(remote), size).get(0));
    }

    @Override
    public void close() {
        if (growing != null) {
            growing.close();
            growing = null;
        }
    }
}
