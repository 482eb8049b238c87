package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.target.Capability;
import org.junit.jupiter.api.Test;

/** MINA serving the machine's file system as it is; it follows the gate. */
class MinaSessionIT extends MinaSessionContract {
    @Override
    MinaServer startServer() throws Exception {
        return MinaServer.start(temporary.resolve("server"));
    }

    @Override
    String rootSeen() {
        return root.toString();
    }

    @Test
    void findsWhatMinaCanDo() {
        assertThat(session.capabilities())
                .contains(Capability.ATOMIC_RENAME, Capability.FILE_SYNC, Capability.HARD_LINK, Capability.GATE)
                .doesNotContain(Capability.FREE_SPACE);
    }
}
