package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.TextForm;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetPlace;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TargetAddress} as SSH understands it.
 *
 * @param root absolute path of the target root, in text form
 * @param hops the jump hosts in the order in which they are passed, and last the target's host
 * @param passphrase what opens the private keys; null if they need none
 */
record SshSettings(
        String target,
        String root,
        List<SshHop> hops,
        @Nullable Passphrase passphrase) {
    static final String KNOWN_HOSTS = "known-hosts";
    static final String IDENTITY_FILE = "identity-file";
    static final String CERTIFICATE_FILE = "certificate-file";
    static final String JUMP = "jump";

    private static final String NO_JUMP = "none";
    private static final int DEFAULT_PORT = 22;
    private static final List<String> USUAL_IDENTITIES = List.of("id_ed25519", "id_ecdsa", "id_rsa");

    SshSettings {
        hops = List.copyOf(hops);
    }

    /** Returns the target's host. */
    String host() {
        return hops.get(hops.size() - 1).host();
    }

    /** Returns the account on the target's host. */
    String user() {
        return hops.get(hops.size() - 1).user();
    }

    /** Returns where this leads, for the URL that it was made from. */
    TargetPlace place(URI url) {
        SshHop last = hops.get(hops.size() - 1);
        URI there;
        try {
            // The URI puts an IPv6 address into brackets by itself.
            String host = last.host().toLowerCase(Locale.ROOT);
            URI front = new URI(url.getScheme(), last.user(), host, last.port(), "/", null, null);
            there = new URI(front.toString().replaceFirst("/$", "") + url.getRawPath());
        } catch (URISyntaxException e) {
            throw invalid(target, "'" + last.host() + "' is no host: " + e.getReason(), e);
        }
        List<Path> secrets = hops.stream()
                .flatMap(hop -> hop.identityFiles().stream())
                .distinct()
                .toList();
        return new TargetPlace(there, secrets);
    }

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
        String user = url.getUserInfo();
        if (user != null && user.contains(":")) {
            throw invalid(address.name(), "the url holds a password; use a key and the option " + IDENTITY_FILE);
        }
        Path sshFolder = Path.of(System.getProperty("user.home"), ".ssh");
        Path knownHosts = path(address, KNOWN_HOSTS).orElse(sshFolder.resolve("known_hosts"));
        List<Path> known = List.of(readable(address, KNOWN_HOSTS, knownHosts));
        List<Path> identities = identities(address, sshFolder);
        List<Path> certificates = path(address, CERTIFICATE_FILE).stream()
                .map(file -> readable(address, CERTIFICATE_FILE, file))
                .toList();
        List<SshHop> hops = new ArrayList<>();
        for (HostSpec jump : jumps(address)) {
            hops.add(new SshHop(
                    SshHop.JUMP_HOST,
                    user(jump),
                    jump.host(),
                    jump.port().orElse(DEFAULT_PORT),
                    known,
                    identities,
                    certificates));
        }
        HostSpec last = new HostSpec(
                user,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                url.getPort() < 0 ? OptionalInt.empty() : OptionalInt.of(url.getPort()));
        hops.add(new SshHop(
                SshHop.HOST,
                user(last),
                last.host(),
                last.port().orElse(DEFAULT_PORT),
                known,
                identities,
                certificates));
        return new SshSettings(
                address.name(),
                TextForm.encode(rootBytes(url.getRawPath())),
                hops,
                Passphrase.of(address, environment));
    }

    private static List<HostSpec> jumps(TargetAddress address) {
        String jump = address.option(JUMP);
        if (jump == null || jump.equals(NO_JUMP)) {
            return List.of();
        }
        try {
            return HostSpec.list(jump);
        } catch (IllegalArgumentException malformed) {
            throw invalid(address.name(), "the option " + JUMP + ": " + malformed.getMessage(), malformed);
        }
    }

    private static String user(HostSpec host) {
        return host.user() == null ? System.getProperty("user.name") : host.user();
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
