package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.time.Duration;
import net.schmizz.keepalive.KeepAlive;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.DisconnectReason;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import org.jspecify.annotations.Nullable;

/** Gets us into one host: reaches it, checks its key and proves who we are. */
final class SshLogin {
    private static final int KEEP_ALIVES_UNANSWERED = 4;

    private final String target;
    private final SshHop hop;
    private final @Nullable SshHop before;
    private final @Nullable Passphrase passphrase;

    /**
     * @param before the jump host through which it is reached, or null
     */
    SshLogin(String target, SshHop hop, @Nullable SshHop before, @Nullable Passphrase passphrase) {
        this.target = target;
        this.hop = hop;
        this.before = before;
        this.passphrase = passphrase;
    }

    /**
     * Connects and checks the host's key.
     *
     * @param silence how long the host may leave questions unanswered whether it is still there
     * @param channel a channel to it, still to be opened; null if it is reached directly
     */
    void connect(SSHClient client, Duration silence, @Nullable JumpChannel channel) {
        KnownHosts knownHosts = new KnownHosts(target, hop, before);
        client.addHostKeyVerifier(knownHosts);
        KeepAlive keepAlive = client.getConnection().getKeepAlive();
        keepAlive.setKeepAliveInterval((int) Math.max(1, silence.toSeconds() / KEEP_ALIVES_UNANSWERED));
        if (keepAlive instanceof KeepAliveRunner runner) {
            runner.setMaxAliveCount(KEEP_ALIVES_UNANSWERED);
        }
        try {
            if (channel == null) {
                client.connect(hop.host(), hop.port());
            } else {
                channel.open();
                client.connectVia(channel);
            }
        } catch (IOException | RuntimeException e) {
            FreshetException refusal = knownHosts.refusal();
            throw refusal == null ? unreachable(e) : refusal;
        }
    }

    private FreshetException unreachable(Exception e) {
        String what = "no SSH connection to the " + hop.called() + " " + hop.hostAndPort();
        if (before == null) {
            return failure(
                    ErrorCode.TARGET_UNREACHABLE,
                    what + " (" + SshFailures.reason(e) + "); is the host up and its sshd reachable from here?",
                    e);
        }
        boolean forbidden = e instanceof OpenFailException refused
                && refused.getReason() == OpenFailException.Reason.ADMINISTRATIVELY_PROHIBITED;
        return failure(
                ErrorCode.TARGET_UNREACHABLE,
                what + " through the " + before.called() + " " + before.hostAndPort() + " ("
                        + SshFailures.reason(e) + "); "
                        + (forbidden
                                ? "its sshd forbids that: AllowTcpForwarding, PermitOpen, DisableForwarding"
                                : "is the host up and its sshd reachable from there?"),
                e);
    }

    /** Offers the keys. */
    void authenticate(SSHClient client) {
        LoginKeys keys = LoginKeys.read(target, hop, passphrase);
        try {
            client.authPublickey(hop.user(), keys.offers());
        } catch (UserAuthException e) {
            if (isCut(e)) {
                throw broke(e);
            }
            throw failure(
                    ErrorCode.AUTHENTICATION_FAILED,
                    (hop.called().equals(SshHop.HOST) ? "" : "the " + hop.called() + " ") + hop.user() + "@"
                            + hop.host() + " " + keys.afterRefusal(hop.user()),
                    e);
        } catch (IOException | RuntimeException e) {
            throw broke(e);
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

    private FreshetException broke(Exception e) {
        return failure(
                ErrorCode.TARGET_UNREACHABLE,
                "the connection to the " + hop.called() + " " + hop.host() + " broke during authentication ("
                        + SshFailures.reason(e) + ")",
                e);
    }

    private FreshetException failure(ErrorCode code, String what, Exception cause) {
        return new FreshetException(code, "target '" + target + "': " + what, cause);
    }
}
