package io.freshet.transfer.ssh;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;

/** What a jump host passes on to the next host. */
final class JumpChannel extends DirectConnection {
    JumpChannel(Connection connection, String host, int port) {
        super(connection, host, port);
    }

    /**
     * Returns where to write. Closing it does nothing: the route closes what is below, and the library would still send what
     * it has gathered, perhaps while somebody else is sending it.
     */
    @Override
    public OutputStream getOutputStream() {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int count) throws IOException {
                out.write(bytes, offset, count);
            }

            @Override
            public void close() {
                // See above.
            }
        };
    }

    /** Lets go who waits for the jump host to take in more, as it never will. */
    void abandon() {
        SshRoute.makeRoom(rwin);
    }
}
