package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.TextForm;
import io.freshet.target.Fidelity;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetPlace;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TargetAddress} as SSH understands it.
 *
 * @param root absolute path of the target root, in text form
 * @param hops the jump hosts in the order in which they are passed, and last the target's host
 * @param passphrase what opens the private keys; null if they need none
 * @param fidelity what the target is to keep beyond the usual
 * @param rootAllowed whether the superuser may log in where nothing locks it in
 */
record SshSettings(
        String target,
        String root,
        List<SshHop> hops,
        @Nullable Passphrase passphrase,
        Fidelity fidelity,
        boolean rootAllowed) {
    static final String KNOWN_HOSTS = "known-hosts";
    static final String IDENTITY_FILE = "identity-file";
    static final String CERTIFICATE_FILE = "certificate-file";
    static final String JUMP = "jump";
    static final String SSH_CONFIG = "ssh-config";
    static final String ALLOW_ROOT = "allow-root";

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
            URI front = new URI(url.getScheme(), last.user(), last.host(), last.port(), "/", null, null);
            there = new URI(front.toString().replaceFirst("/$", "") + url.getRawPath());
        } catch (URISyntaxException e) {
            throw invalid(target, "'" + last.host() + "' is no host: " + e.getReason(), e);
        }
        List<Path> secrets = hops.stream()
                .flatMap(hop -> hop.identities().keys().stream())
                .distinct()
                .toList();
        List<String> through = hops.subList(0, hops.size() - 1).stream()
                .map(SshHop::hostAndPort)
                .toList();
        return new TargetPlace(there, through, secrets);
    }

    /** Reads an address. */
    static SshSettings of(TargetAddress address, LocalUser localUser) {
        URI url = address.url();
        String host = url.getHost();
        if (host == null) {
            throw invalid(address.name(), "the url " + url + " names no host; write sftp://user@host/path");
        }
        String user = url.getUserInfo();
        if (user != null && user.contains(":")) {
            throw invalid(address.name(), "the url holds a password; use a key and the option " + IDENTITY_FILE);
        }
        HostSpec target = new HostSpec(
                user,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                url.getPort() < 0 ? OptionalInt.empty() : OptionalInt.of(url.getPort()));
        return new SshSettings(
                address.name(),
                TextForm.encode(rootBytes(url.getRawPath())),
                new HopFinder(address, localUser).find(target),
                Passphrase.of(address, localUser.environment()),
                Fidelity.of(address),
                Boolean.parseBoolean(address.option(ALLOW_ROOT)));
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

    /** Returns what a failure says, for where it is clear which target it is about. */
    static String withoutTarget(FreshetException failure, String target) {
        String message = String.valueOf(failure.getMessage());
        String front = "target '" + target + "': ";
        return message.startsWith(front) ? message.substring(front.length()) : message;
    }

    static FreshetException invalid(String target, String what) {
        return new FreshetException(ErrorCode.CONFIGURATION_INVALID, "target '" + target + "': " + what);
    }

    static FreshetException invalid(String target, String what, Exception cause) {
        return new FreshetException(ErrorCode.CONFIGURATION_INVALID, "target '" + target + "': " + what, cause);
    }
}
