package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.TextForm;
import io.freshet.target.TargetAddress;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TargetAddress} as SSH understands it.
 *
 * @param root absolute path of the target root, in text form
 * @param identityFiles private keys to offer, in order
 * @param certificateFiles certificates for these keys; if none, the ones beside the keys
 * @param passphrase what opens the private keys; null if they need none
 */
record SshSettings(
        String target,
        String host,
        int port,
        String user,
        String root,
        Path knownHosts,
        List<Path> identityFiles,
        List<Path> certificateFiles,
        @Nullable Passphrase passphrase) {

    static final String KNOWN_HOSTS = "known-hosts";
    static final String IDENTITY_FILE = "identity-file";
    static final String CERTIFICATE_FILE = "certificate-file";

    private static final int DEFAULT_PORT = 22;
    private static final List<String> USUAL_IDENTITIES = List.of("id_ed25519", "id_ecdsa", "id_rsa");

    /**
     * Reads an address; what is not given is as for {@code ssh(1)}: the system user, {@code ~/.ssh/known_hosts} and the
     * usual identity files.
     */
    static SshSettings of(TargetAddress address, Map<String, String> environment) {
        URI url = address.url();
        String host = url.getHost();
        if (host == null) {
            throw invalid(address.name(), "the url " + url + " names no host; write sftp://user@host/path");
        }
        String plainHost = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        String user = url.getUserInfo() == null ? System.getProperty("user.name") : url.getUserInfo();
        if (user.contains(":")) {
            throw invalid(address.name(), "the url holds a password; use a key and the option " + IDENTITY_FILE);
        }
        Path sshFolder = Path.of(System.getProperty("user.home"), ".ssh");
        Path knownHosts = path(address, KNOWN_HOSTS).orElse(sshFolder.resolve("known_hosts"));
        return new SshSettings(
                address.name(),
                plainHost,
                url.getPort() < 0 ? DEFAULT_PORT : url.getPort(),
                user,
                TextForm.encode(rootBytes(url.getRawPath())),
                readable(address, KNOWN_HOSTS, knownHosts),
                identities(address, sshFolder),
                path(address, CERTIFICATE_FILE).stream()
                        .map(file -> readable(address, CERTIFICATE_FILE, file))
                        .toList(),
                Passphrase.of(address, environment));
    }

    private static List<Path> identities(TargetAddress address, Path sshFolder) {
        Optional<Path> given = path(address, IDENTITY_FILE);
        if (given.isPresent()) {
            return List.of(readable(address, IDENTITY_FILE, given.get()));
        }
        List<Path> usual = USUAL_IDENTITIES.stream()
                .map(sshFolder::resolve)
                .filter(Files::isReadable)
                .toList();
        if (usual.isEmpty()) {
            throw invalid(
                    address.name(),
                    "there is no private key: give one by the option " + IDENTITY_FILE + ", or make " + sshFolder
                            + "/id_ed25519 with ssh-keygen");
        }
        return usual;
    }

    private static Optional<Path> path(TargetAddress address, String option) {
        return Stream.ofNullable(address.option(option)).map(Path::of).findFirst();
    }

    static Path readable(TargetAddress address, String option, Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw invalid(
                    address.name(),
                    "the file " + file + " cannot be read; the option " + option + " names another one");
        }
        return file;
    }

    /** Undoes the percent-encoding byte by byte, so that any name can be written: {@code %FF} is the byte 0xFF. */
    private static byte[] rootBytes(String rawPath) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(rawPath.length());
        int at = 0;
        while (at < rawPath.length()) {
            int percent = rawPath.indexOf('%', at);
            int end = percent < 0 ? rawPath.length() : percent;
            bytes.writeBytes(rawPath.substring(at, end).getBytes(StandardCharsets.UTF_8));
            if (percent >= 0) {
                bytes.write(Integer.parseInt(rawPath, percent + 1, percent + 3, 16));
                end = percent + 3;
            }
            at = end;
        }
        return bytes.toByteArray();
    }

    static FreshetException invalid(String target, String what) {
        return new FreshetException(ErrorCode.CONFIGURATION_INVALID, "target '" + target + "': " + what);
    }

    static FreshetException invalid(String target, String what, Exception cause) {
        return new FreshetException(ErrorCode.CONFIGURATION_INVALID, "target '" + target + "': " + what, cause);
    }
}
