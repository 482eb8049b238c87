package io.freshet.app.demo;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** A host that exists only in this process: an SFTP server on the loopback with a key and a root directory of its own. */
final class DemoHost implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";
    static final String USER = "demo";

    private final SshServer server;
    private final String name;
    private final Path root;

    private DemoHost(SshServer server, String name, Path root) {
        this.server = server;
        this.name = name;
        this.root = root;
    }

    /**
     * Starts a host.
     *
     * @param port where it is to listen if that is free, else anywhere; 0 for anywhere
     * @param root what its one user sees as the whole file system
     * @param visitor the one key that is let in
     */
    static DemoHost start(String name, int port, Path root, Path hostKey, PublicKey visitor) {
        try {
            return new DemoHost(listening(port, root, hostKey, visitor), name, root);
        } catch (IOException occupied) {
            try {
                return new DemoHost(listening(0, root, hostKey, visitor), name, root);
            } catch (IOException failure) {
                throw new FreshetException(
                        ErrorCode.CONFIGURATION_INVALID,
                        "the demo's host " + name + " cannot listen on " + LOOPBACK + ": " + failure,
                        failure);
            }
        }
    }

    private static SshServer listening(int port, Path root, Path hostKey, PublicKey visitor) throws IOException {
        SshServer server = SshServer.setUpDefaultServer();
        server.setHost(LOOPBACK);
        server.setPort(port);
        SimpleGeneratorHostKeyProvider keys = new SimpleGeneratorHostKeyProvider(hostKey);
        keys.setAlgorithm(KeyUtils.EC_ALGORITHM);
        keys.setKeySize(DemoKeys.EC_BITS);
        server.setKeyPairProvider(keys);
        server.setPublickeyAuthenticator(
                (user, key, session) -> user.equals(USER) && KeyUtils.compareKeys(key, visitor));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory.Builder().build()));
        server.setFileSystemFactory(new VirtualFileSystemFactory(root));
        server.start();
        return server;
    }

    String name() {
        return name;
    }

    Path root() {
        return root;
    }

    int port() {
        return server.getPort();
    }

    String url() {
        return "sftp://" + USER + "@" + LOOPBACK + ":" + port() + "/";
    }

    /** Returns the lines of a known hosts file for this host: see sshd(8). */
    List<String> knownHostsLines() {
        try {
            return StreamSupport.stream(
                            server.getKeyPairProvider().loadKeys(null).spliterator(), false)
                    .map(pair -> "[" + LOOPBACK + "]:" + port() + " " + PublicKeyEntry.toString(pair.getPublic()))
                    .toList();
        } catch (IOException | GeneralSecurityException failure) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "the key of the demo's host " + name + " cannot be read: " + failure,
                    failure);
        }
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
