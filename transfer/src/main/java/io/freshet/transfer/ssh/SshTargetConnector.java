package io.freshet.transfer.ssh;

import io.freshet.target.TargetAddress;
import io.freshet.target.TargetConnector;
import io.freshet.target.TargetPlace;
import io.freshet.target.TargetSession;
import java.time.Duration;
import java.util.Set;

/**
 * Reaches targets by SFTP over SSH, for URLs like {@code sftp://app@host:22/srv/www}; {@code ssh} is another word for the
 * same.
 *
 * <p>Options: {@code known-hosts} (default {@code ~/.ssh/known_hosts}), {@code identity-file} (default the usual ones in
 * {@code ~/.ssh}), {@code certificate-file} (default the one beside the key), {@code passphrase-file} or {@code
 * passphrase-env} for keys that need one, {@code jump} for the hosts to go through, {@code user@host:port} with commas
 * between them, or {@code none}. An option counts for every host on the way. {@code ssh-config} names a file that says what
 * no option says, see {@link SshConfigFile} (default {@code ~/.ssh/config} if there is one; {@code none} for none). {@code
 * allow-root} lets the superuser in where nothing locks it into a directory, which is else refused. Keys in an ssh-agent are
 * not used: the library does not know agents. Those of {@link io.freshet.target.Fidelity} beyond {@code sparse} need a shell
 * on the target. The user is the URL's, else the file's, else the one that runs this.
 */
public final class SshTargetConnector implements TargetConnector {
    private static final Set<String> SCHEMES = Set.of("sftp", "ssh");
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private static final Duration LOGIN = Duration.ofSeconds(30);

    private final Duration silence;
    private final Duration login;
    private final LocalUser localUser;

    /** Made by {@link java.util.ServiceLoader}. */
    public SshTargetConnector() {
        this(SILENCE, LOGIN, LocalUser.current());
    }

    /**
     * @param silence how long a server may be silent while it owes an answer
     * @param login how long connecting and authenticating may take
     * @param localUser whose files and variables are used
     */
    SshTargetConnector(Duration silence, Duration login, LocalUser localUser) {
        this.silence = silence;
        this.login = login;
        this.localUser = localUser;
    }

    @Override
    public boolean supports(String scheme) {
        return SCHEMES.contains(scheme);
    }

    @Override
    public TargetPlace locate(TargetAddress address) {
        return SshSettings.of(address, localUser).place(address.url());
    }

    @Override
    public TargetSession connect(TargetAddress address) {
        SshSettings settings = SshSettings.of(address, localUser);
        SshConnection connection = SshConnection.open(settings, silence, login);
        try {
            return new SftpTargetSession(settings, connection.sftp(), connection.shell(), connection::close);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }
}
