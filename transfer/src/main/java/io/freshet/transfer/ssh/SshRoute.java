package io.freshet.transfer.ssh;

import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.Window;
import org.jspecify.annotations.Nullable;

/** The connections to a target's host: one, or one through the other where there are jump hosts. */
final class SshRoute implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final SshSettings settings;
    private final Duration silence;
    private final Duration login;
    private final RememberedSocket socket = new RememberedSocket();
    /** The one to the target first. */
    private final Deque<SSHClient> clients = new ConcurrentLinkedDeque<>();

    private final List<Runnable> waiting = new CopyOnWriteArrayList<>();

    /**
     * @param silence how long a host may be silent while it owes an answer
     * @param login how long a host may take to answer while we log in
     */
    SshRoute(SshSettings settings, Duration silence, Duration login) {
        this.settings = settings;
        this.silence = silence;
        this.login = login;
    }

    /**
     * Goes from host to host, checks the key of each and logs in there.
     *
     * @return the connection to the target's host
     */
    SSHClient open() {
        SshHop before = null;
        for (SshHop hop : settings.hops()) {
            SshLogin hopLogin = new SshLogin(settings.target(), hop, before, settings.passphrase());
            SSHClient previous = clients.peekFirst();
            SSHClient client = newClient();
            clients.addFirst(client);
            hopLogin.connect(client, silence, previous == null ? null : channelTo(hop, previous));
            hopLogin.authenticate(client);
            before = hop;
        }
        return clients.getFirst();
    }

    private JumpChannel channelTo(SshHop hop, SSHClient previous) {
        JumpChannel channel = new JumpChannel(previous.getConnection(), hop.host(), hop.port());
        releaseWhenCut(channel::abandon);
        return channel;
    }

    private SSHClient newClient() {
        SSHClient client = new SSHClient(SshLibrary.config());
        client.setSocketFactory(socket);
        client.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        client.getTransport().setTimeoutMs((int) login.toMillis());
        // How long a send may wait for the server to take in more; the connection's watchdog is the one that knows
        // better.
        client.getConnection().setTimeoutMs((int) SftpChannel.FLUSH_DEADLINE.toMillis());
        return client;
    }

    /**
     * Has a writer let go when everything is cut. A socket does that by itself; the library tells who waits for room in a
     * channel only when that has timed out.
     */
    void releaseWhenCut(Runnable release) {
        waiting.add(release);
    }

    /** Lets go who waits for room in a channel's window; one that is not open yet has none. */
    static void makeRoom(Window.@Nullable Remote window) {
        if (window != null) {
            window.expand(Integer.MAX_VALUE);
        }
    }

    /** Returns whether a write to the first host has been waiting for longer than this. */
    boolean isBlocked(Duration longest) {
        return socket.isBlocked(longest);
    }

    /** Ends all connections at once, from any thread, by closing the one socket under them. */
    void cut() {
        socket.cut();
        waiting.forEach(Runnable::run);
    }

    /** Ends all connections without the goodbye of the protocol: that could block, and a server does not need it. */
    @Override
    public void close() {
        cut();
        for (SSHClient client : clients) {
            try {
                client.disconnect();
            } catch (IOException | RuntimeException e) {
                // It is gone, which is what was wanted.
                socket.cut();
            }
        }
    }
}
