package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.target.Capability;
import org.junit.jupiter.api.Test;

/** MINA serving one directory as if it were everything; it makes no symlink that starts with "..", so there is no gate. */
class MinaJailedSessionIT extends MinaSessionContract {
    @Override
    MinaServer startServer() throws Exception {
        return MinaServer.startJailed(temporary.resolve("server"), temporary);
    }

    @Override
    String rootSeen() {
        return "/root";
    }

    @Override
    protected String linkText() {
        return "over/there";
    }

    @Test
    void goesStraightWhereThereIsNoGate() throws Exception {
        assertThat(session.capabilities()).doesNotContain(Capability.GATE);
        assertThat(houseNames()).isEmpty();
    }
}
