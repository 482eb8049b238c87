package io.freshet.transfer.ssh;

import java.nio.charset.StandardCharsets;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.channel.direct.SessionChannel;

/** The channel on which a host's SFTP server is spoken to. */
final class SftpSubsystem extends SessionChannel {
    SftpSubsystem(Connection connection) {
        super(connection, StandardCharsets.UTF_8);
    }

    /** Lets go who waits for the server to take in more, as it never will. */
    void abandon() {
        SshRoute.makeRoom(rwin);
    }
}
