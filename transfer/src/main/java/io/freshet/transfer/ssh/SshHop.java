package io.freshet.transfer.ssh;

import java.nio.file.Path;
import java.util.List;

/**
 * A host on the way to a target, or the target's own, and how to log in there.
 *
 * @param called what messages call it: "host" or "jump host"
 * @param knownHosts files with the keys that the host may show
 * @param identityFiles private keys to offer, in order
 * @param certificateFiles certificates for these keys; if none, the ones beside the keys
 */
record SshHop(
        String called,
        String user,
        String host,
        int port,
        List<Path> knownHosts,
        List<Path> identityFiles,
        List<Path> certificateFiles) {
    static final String HOST = "host";
    static final String JUMP_HOST = "jump host";

    String hostAndPort() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
