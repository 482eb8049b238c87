package io.freshet.transfer.ssh;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A host on the way to a target, or the target's own, and how to log in there.
 *
 * @param called what messages call it: "host" or "jump host"
 * @param knownHosts files with the keys that the host may show
 * @param approvedKeys what a person accepted that hosts have shown otherwise, as {@link #shown} has it
 */
record SshHop(
        String called,
        String user,
        String host,
        int port,
        List<Path> knownHosts,
        Set<String> approvedKeys,
        SshIdentities identities) {
    static final String HOST = "host";
    static final String JUMP_HOST = "jump host";

    SshHop {
        knownHosts = List.copyOf(knownHosts);
        approvedKeys = Set.copyOf(approvedKeys);
    }

    /** Returns what a person is asked to accept when the host shows a key with this fingerprint. */
    String shown(String fingerprint) {
        return hostAndPort() + " " + fingerprint;
    }

    String hostAndPort() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
