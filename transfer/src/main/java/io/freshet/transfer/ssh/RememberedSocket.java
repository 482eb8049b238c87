package io.freshet.transfer.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes a connection's one socket and keeps hold of it, so that it can be closed from outside. */
final class RememberedSocket extends SocketFactory {
    private volatile @Nullable WatchedSocket socket;

    @Override
    public Socket createSocket() throws IOException {
        WatchedSocket made = new WatchedSocket();
        made.setTcpNoDelay(true);
        socket = made;
        return made;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("not used");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        throw new IOException("not used");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw new IOException("not used");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        throw new IOException("not used");
    }

    /** Returns whether a write has been waiting for the other end for longer than this. */
    boolean isBlocked(Duration longest) {
        WatchedSocket made = socket;
        return made != null && made.isBlocked(longest);
    }

    void cut() {
        Socket made = socket;
        if (made != null) {
            try {
                made.close();
            } catch (IOException e) {
                // A socket that cannot be closed is closed.
                socket = null;
            }
        }
    }
}
