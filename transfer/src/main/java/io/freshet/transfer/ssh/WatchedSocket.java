package io.freshet.transfer.ssh;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/**
 * A socket that tells whether what is written goes anywhere. A host whose disk is busy takes in what is sent all the same;
 * only one that is gone, or the way to it, does not.
 */
final class WatchedSocket extends Socket {
    private volatile long writingSince;

    /** Returns whether one write has been waiting that long for the other end to take in anything. */
    boolean isBlocked(Duration longest) {
        long since = writingSince;
        return since != 0 && System.nanoTime() - since > longest.toNanos();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                writingSince = System.nanoTime() | 1;
                try {
                    out.write(buffer, offset, length);
                } finally {
                    writingSince = 0;
                }
            }
        };
    }
}
