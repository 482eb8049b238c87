package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.SocketFactory;
import net.schmizz.keepalive.KeepAlive;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.DisconnectReason;
import net.schmizz.sshj.connection.channel.direct.Session;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import org.jspecify.annotations.Nullable;

/**
 * One authenticated SSH connection with an SFTP channel on it.
 *
 * <p>The library itself could wait for ever in two places: for the greeting of a host that accepts and then says nothing,
 * and in a write to a socket whose other end is gone. A watchdog closes the socket there, which ends both.
 */
final class SshConnection implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int KEEP_ALIVES_UNANSWERED = 4;
    private static final int WATCH_SECONDS = 5;

    private static final ScheduledExecutorService WATCHDOG = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "freshet-ssh-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    private final RememberedSocket socket = new RememberedSocket();
    private final SSHClient client;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final SftpChannel sftp;
    private final ScheduledFuture<?> watch;

    private SshConnection(SshSettings settings, Duration silence, Duration login) {
        client = new SSHClient(SshLibrary.config());
        client.setSocketFactory(socket);
        client.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        client.getTransport().setTimeoutMs((int) login.toMillis());
        // How long a send may wait for the server to take in more; the watchdog below is the one that knows better.
        client.getConnection().setTimeoutMs((int) SftpChannel.FLUSH_DEADLINE.toMillis());
        ScheduledFuture<?> loginWatch = WATCHDOG.schedule(socket::cut, login.toMillis(), TimeUnit.MILLISECONDS);
        try {
            connect(settings, silence);
            authenticate(settings);
            Session.Subsystem subsystem = startSftp(settings);
            sftp = new SftpChannel(
                    settings.target(), subsystem.getInputStream(), subsystem.getOutputStream(), silence, socket::cut);
            sftp.start();
        } catch (RuntimeException e) {
            socket.cut();
            disconnect();
            throw e;
        } finally {
            loginWatch.cancel(false);
        }
        watch = WATCHDOG.scheduleWithFixedDelay(
                () -> {
                    if (sftp.isStuck() || socket.isBlocked(silence)) {
                        socket.cut();
                    }
                },
                WATCH_SECONDS,
                WATCH_SECONDS,
                TimeUnit.SECONDS);
    }

    /**
     * Connects, checks the host's key, authenticates and starts SFTP.
     *
     * @param silence how long the server may be silent while it owes an answer
     * @param login how long all of this may take
     */
    static SshConnection open(SshSettings settings, Duration silence, Duration login) {
        return new SshConnection(settings, silence, login);
    }

    SftpChannel sftp() {
        return sftp;
    }

    RemoteShell shell() {
        return new SshShell(client, WATCHDOG, socket::cut);
    }

    private void connect(SshSettings settings, Duration silence) {
        KnownHosts knownHosts = new KnownHosts(settings);
        client.addHostKeyVerifier(knownHosts);
        KeepAlive keepAlive = client.getConnection().getKeepAlive();
        keepAlive.setKeepAliveInterval((int) Math.max(1, silence.toSeconds() / KEEP_ALIVES_UNANSWERED));
        if (keepAlive instanceof KeepAliveRunner runner) {
            runner.setMaxAliveCount(KEEP_ALIVES_UNANSWERED);
        }
        try {
            client.connect(settings.host(), settings.port());
        } catch (IOException | RuntimeException e) {
            FreshetException refusal = knownHosts.refusal();
            if (refusal != null) {
                throw refusal;
            }
            throw new FreshetException(
                    ErrorCode.TARGET_UNREACHABLE,
                    "target '" + settings.target() + "': no SSH connection to " + settings.host() + ":"
                            + settings.port() + " (" + SshFailures.reason(e)
                            + "); is the host up and its sshd reachable from here?",
                    e);
        }
    }

    private void authenticate(SshSettings settings) {
        LoginKeys keys = LoginKeys.read(settings);
        try {
            client.authPublickey(settings.user(), keys.offers());
        } catch (UserAuthException e) {
            if (isCut(e)) {
                throw brokeWhileLoggingIn(settings, e);
            }
            throw new FreshetException(
                    ErrorCode.AUTHENTICATION_FAILED,
                    "target '" + settings.target() + "': " + settings.user() + "@" + settings.host() + " "
                            + keys.afterRefusal(settings.user()),
                    e);
        } catch (IOException | RuntimeException e) {
            throw brokeWhileLoggingIn(settings, e);
        }
    }

    /** The library takes it for a refusal, too, when the connection ends; a server that refuses says a reason when it hangs up. */
    private static boolean isCut(UserAuthException failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof TransportException transport) {
                return transport.getDisconnectReason() == DisconnectReason.UNKNOWN;
            }
        }
        return false;
    }

    private static FreshetException brokeWhileLoggingIn(SshSettings settings, Exception e) {
        return new FreshetException(
                ErrorCode.TARGET_UNREACHABLE,
                "target '" + settings.target() + "': the connection to " + settings.host()
                        + " broke during authentication (" + SshFailures.reason(e) + ")",
                e);
    }

    private Session.Subsystem startSftp(SshSettings settings) {
        try {
            return client.startSession().startSubsystem("sftp");
        } catch (IOException | RuntimeException e) {
            throw new FreshetException(
                    ErrorCode.TARGET_UNREACHABLE,
                    "target '" + settings.target() + "': " + settings.host() + " does not start SFTP ("
                            + SshFailures.reason(e) + "); sshd_config needs a line like 'Subsystem sftp internal-sftp'",
                    e);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            watch.cancel(false);
            sftp.close();
            // Without the goodbye of the protocol: that could block, and a server does not need it.
            socket.cut();
            disconnect();
        }
    }

    private void disconnect() {
        try {
            client.disconnect();
        } catch (IOException | RuntimeException e) {
            // It is gone, which is what was wanted.
            socket.cut();
        }
    }

    /** Makes the connection's one socket and keeps hold of it, so that it can be closed from outside. */
    private static final class RememberedSocket extends SocketFactory {
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
        public Socket createSocket(String host, int port, java.net.InetAddress local, int localPort)
                throws IOException {
            throw new IOException("not used");
        }

        @Override
        public Socket createSocket(java.net.InetAddress host, int port) throws IOException {
            throw new IOException("not used");
        }

        @Override
        public Socket createSocket(java.net.InetAddress host, int port, java.net.InetAddress local, int localPort)
                throws IOException {
            throw new IOException("not used");
        }

        private boolean isBlocked(Duration longest) {
            WatchedSocket made = socket;
            return made != null && made.isBlocked(longest);
        }

        private void cut() {
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
}
