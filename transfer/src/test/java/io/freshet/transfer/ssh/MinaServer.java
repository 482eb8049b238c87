package io.freshet.transfer.ssh;

import io.freshet.target.TargetAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.file.FileSystemFactory;
import org.apache.sshd.common.file.nativefs.NativeFileSystemFactory;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.KeySetPublickeyAuthenticator;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** An Apache MINA SSH server in this process, with keys of its own. */
public final class MinaServer implements AutoCloseable {
    private final SshServer server;
    private final Path directory;

    private MinaServer(SshServer server, Path directory) {
        this.server = server;
        this.directory = directory;
    }

    /**
     * Starts a server that serves the whole machine on a free port of the loopback address.
     *
     * @param directory where its keys and its known hosts file go
     */
    public static MinaServer start(Path directory) throws IOException, GeneralSecurityException {
        return start(directory, NativeFileSystemFactory.INSTANCE);
    }

    /**
     * Starts a server for one directory.
     *
     * @param served what clients see as {@code /}
     */
    public static MinaServer startJailed(Path directory, Path served) throws IOException, GeneralSecurityException {
        return start(directory, new VirtualFileSystemFactory(served));
    }

    private static MinaServer start(Path directory, FileSystemFactory files)
            throws IOException, GeneralSecurityException {
        Files.createDirectories(directory);
        KeyPair host = newKey();
        KeyPair user = newKey();
        try (OutputStream out = Files.newOutputStream(directory.resolve("id_ecdsa"))) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(user, "test", null, out);
        }
        SshServer server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setPort(0);
        server.setKeyPairProvider(KeyPairProvider.wrap(host));
        server.setPublickeyAuthenticator(
                new KeySetPublickeyAuthenticator("test", List.<PublicKey>of(user.getPublic())));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory.Builder().build()));
        server.setFileSystemFactory(files);
        server.start();
        Files.writeString(
                directory.resolve("known_hosts"),
                "[127.0.0.1]:" + server.getPort() + " " + PublicKeyEntry.toString(host.getPublic()) + "\n");
        return new MinaServer(server, directory);
    }

    /** The address of a directory, as clients see it. */
    public TargetAddress address(String name, String path) {
        return new TargetAddress(
                name,
                URI.create("sftp://anyone@127.0.0.1:" + server.getPort() + path),
                Map.of(
                        "identity-file", directory.resolve("id_ecdsa").toString(),
                        "known-hosts", directory.resolve("known_hosts").toString(),
                        "allow-root", "true"));
    }

    /** Lets clients send so much before the server has taken it in. */
    public void setWindow(long bytes) {
        CoreModuleProperties.WINDOW_SIZE.set(server, bytes);
    }

    private static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
