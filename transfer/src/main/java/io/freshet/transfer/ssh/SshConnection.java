package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.direct.Session;

/**
 * One authenticated SSH connection with an SFTP channel on it.
 *
 * <p>The library itself could wait for ever in two places: for the greeting of a host that accepts and then says nothing,
 * and in a write to a host that takes in nothing any more. A watchdog cuts the connection there, which ends both.
 */
final class SshConnection implements AutoCloseable {
    private static final int WATCH_SECONDS = 5;

    private static final ScheduledExecutorService WATCHDOG = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "freshet-ssh-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    private final SshRoute route;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final SSHClient client;
    private final SftpChannel sftp;
    private final ScheduledFuture<?> watch;

    private SshConnection(SshSettings settings, Duration silence, Duration login) {
        route = new SshRoute(settings, silence, login);
        ScheduledFuture<?> loginWatch = WATCHDOG.schedule(route::cut, login.toMillis(), TimeUnit.MILLISECONDS);
        try {
            client = route.open();
            Session.Subsystem subsystem = startSftp(settings, route, client);
            sftp = new SftpChannel(
                    settings.target(), subsystem.getInputStream(), subsystem.getOutputStream(), silence, route::cut);
            sftp.start();
        } catch (RuntimeException e) {
            route.close();
            throw e;
        } finally {
            loginWatch.cancel(false);
        }
        watch = WATCHDOG.scheduleWithFixedDelay(
                () -> {
                    if (sftp.isStuck() || route.isBlocked(silence)) {
                        route.cut();
                    }
                },
                WATCH_SECONDS,
                WATCH_SECONDS,
                TimeUnit.SECONDS);
    }

    /**
     * Connects, checks the keys of the hosts, authenticates and starts SFTP.
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
        return new SshShell(client, WATCHDOG);
    }

    private static Session.Subsystem startSftp(SshSettings settings, SshRoute route, SSHClient client) {
        SftpSubsystem channel = new SftpSubsystem(client.getConnection());
        route.releaseWhenCut(channel::abandon);
        try {
            channel.open();
            return channel.startSubsystem("sftp");
        } catch (IOException | RuntimeException e) {
            throw new FreshetException(
                    ErrorCode.TARGET_UNREACHABLE,
                    "target '" + settings.target() + "': " + settings.host() + " does not start SFTP ("
                            + SshFailures.reason(e)
                            + "); sshd_config needs a line like 'Subsystem sftp internal-sftp'",
                    e);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            watch.cancel(false);
            sftp.close();
            route.close();
        }
    }
}
