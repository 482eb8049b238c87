package io.freshet.transfer.ssh;

import java.nio.file.Path;
import java.util.List;

/**
 * A host on the way to a target, or the target's own, and how to log in there.
 *
 * @param called what messages call it: "host" or "jump host"
 * @param knownHosts files with the keys that the host may show
 */
record SshHop(String called, String user, String host, int port, List<Path> knownHosts, SshIdentities identities) {
    static final String HOST = "host";
    static final String JUMP_HOST = "jump host";

    SshHop {
        knownHosts = List.copyOf(knownHosts);
    }

    String hostAndPort() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
