package io.freshet.transfer.ssh;

import io.freshet.target.TargetSession;
import io.freshet.transfer.TargetSessionContract;
import org.junit.jupiter.api.AfterEach;

/** The contract over a server of another make, which knows other extensions, answers other codes and runs in a JVM. */
abstract class MinaSessionContract extends TargetSessionContract {
    private MinaServer server;

    abstract MinaServer startServer() throws Exception;

    /** The target root as clients see it. */
    abstract String rootSeen();

    @Override
    protected TargetSession connect() throws Exception {
        if (server == null) {
            server = startServer();
        }
        return new SshTargetConnector().connect(server.address("mina", rootSeen()));
    }

    @Override
    protected boolean keepsAnyBytes() {
        return false;
    }

    @Override
    protected boolean keepsSetIdBits() {
        return false;
    }

    @AfterEach
    void stopServer() throws Exception {
        closeSession();
        server.close();
    }
}
