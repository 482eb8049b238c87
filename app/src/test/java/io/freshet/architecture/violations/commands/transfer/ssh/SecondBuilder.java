package io.freshet.architecture.violations.commands.transfer.ssh;

import net.schmizz.sshj.connection.ConnectionException;
import net.schmizz.sshj.connection.channel.direct.Session;
import net.schmizz.sshj.transport.TransportException;

/** One of two that build remote commands. */
final class SecondBuilder {
    void run(Session session) throws ConnectionException, TransportException {
        session.exec("true");
    }
}
