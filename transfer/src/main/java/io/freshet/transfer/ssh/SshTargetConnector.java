package io.freshet.transfer.ssh;

import io.freshet.target.TargetAddress;
import io.freshet.target.TargetConnector;
import io.freshet.target.TargetPlace;
import io.freshet.target.TargetSession;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Reaches targets by SFTP over SSH, for URLs like {@code sftp://app@host:22/srv/www}; {@code ssh} is another word for the
 * same.
 *
 * <p>Options: {@code known-hosts} (default {@code ~/.ssh/known_hosts}), {@code identity-file} (default the usual ones in
 * {@code ~/.ssh}), {@code certificate-file} (default the one beside the key), {@code passphrase-file} or {@code
 * passphrase-env} for keys that need one, {@code jump} for the hosts to go through, {@code user@host:port} with commas
 * between them. Keys, certificates and known hosts are the same for every host on the way.
 */
public final class SshTargetConnector implements TargetConnector {
    private static final Set<String> SCHEMES = Set.of("sftp", "ssh");
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private static final Duration LOGIN = Duration.ofSeconds(30);

    private final Duration silence;
    private final Duration login;
    private final Map<String, String> environment;

    /** Made by {@link java.util.ServiceLoader}. */
    public SshTargetConnector() {
        this(SILENCE, LOGIN, System.getenv());
    }

    /**
     * @param silence how long a server may be silent while it owes an answer
     * @param login how long connecting and authenticating may take
     * @param environment the environment variables
     */
    SshTargetConnector(Duration silence, Duration login, Map<String, String> environment) {
        this.silence = silence;
        this.login = login;
        this.environment = environment;
    }

    @Override
    public boolean supports(String scheme) {
        return SCHEMES.contains(scheme);
    }

    @Override
    public TargetPlace locate(TargetAddress address) {
        return SshSettings.of(address, environment).place(address.url());
    }

    @Override
    public TargetSession connect(TargetAddress address) {
        SshSettings settings = SshSettings.of(address, environment);
        SshConnection connection = SshConnection.open(settings, silence, login);
        try {
            return new SftpTargetSession(settings, connection.sftp(), connection.shell(), connection::close);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }
}
