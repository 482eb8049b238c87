package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.transfer.ssh.Circumstances.Look;
import java.nio.charset.StandardCharsets;

/**
 * Keeps the superuser from a target where nothing locks it in: a symlink in the place of a directory, put there between two
 * looks, would lead it to any file of the host.
 */
final class OpenRoot {
    /** A place for SFTP alone that somebody is locked into has none, and every other one has. */
    private static final byte[] SHELL = "/bin/sh".getBytes(StandardCharsets.US_ASCII);

    private final SshSettings settings;
    private final SftpChannel channel;

    OpenRoot(SshSettings settings, SftpChannel channel) {
        this.settings = settings;
        this.channel = channel;
    }

    /** @throws FreshetException with {@code CONFIGURATION_INVALID} if the account is the superuser, not locked in and not let in */
    void refuse(TargetFacts facts) {
        if (facts.stagedUid() == 0 && !settings.rootAllowed() && hasShell()) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "target '" + settings.target() + "': " + settings.user() + " is the superuser on " + settings.host()
                            + ", and nothing locks it in there; take another account, or lock it in (ChrootDirectory"
                            + " and ForceCommand internal-sftp in sshd_config), or write " + SshSettings.ALLOW_ROOT
                            + ": true beside the target's url if nobody else can write below the target root");
        }
    }

    private boolean hasShell() {
        return !Look.of(channel.call(channel.request(SftpProtocol.LSTAT).string(SHELL)))
                .isAbsent();
    }
}
