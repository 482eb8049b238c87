package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.file.ContentHash;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetSession;
import io.freshet.transfer.Account;
import io.freshet.transfer.MadeContent;
import io.freshet.transfer.TargetSessionContract;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    /** Its server has no shell, so what it hashes is fetched, over the line that deliveries share. */
    @Test
    void whatIsFetchedToBeHashedIsToldOfBefore() {
        MadeContent content = MadeContent.of(100_000, "some words", 0644, Account.UID, Account.GID);
        assertDone(apply(put("file", content)));
        AtomicLong fetched = new AtomicLong();

        List<Optional<ContentHash>> hashes = session.hash(List.of(path("file"), path("absent")), new Monitor() {
            @Override
            public void sent(Operation operation, long bytes) {}

            @Override
            public void fetching(long bytes) {
                fetched.addAndGet(bytes);
            }

            @Override
            public void ended(Operation operation, Result result) {}

            @Override
            public boolean stopRequested() {
                return false;
            }
        });

        assertThat(hashes).containsExactly(Optional.of(content.hash()), Optional.empty());
        assertThat(fetched).hasValue(100_000);
    }

    @AfterEach
    void stopServer() throws Exception {
        closeSession();
        server.close();
    }
}
