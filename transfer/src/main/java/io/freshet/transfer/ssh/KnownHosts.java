package io.freshet.transfer.ssh;

import com.hierynomus.sshj.userauth.certificate.Certificate;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.failure.HostKeyChangedException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import net.schmizz.sshj.transport.verification.OpenSSHKnownHosts;
import net.schmizz.sshj.transport.verification.OpenSSHKnownHosts.KnownHostEntry;
import org.jspecify.annotations.Nullable;

/**
 * The strict check of a host's key against {@code known_hosts} files (sshd(8)): hashed names, {@code @cert-authority} and
 * {@code @revoked} lines. Nothing is ever added to them.
 *
 * <p>What a person accepted of a host that is known by another key counts beside the files, but for what is revoked.
 *
 * <p>The library's own check takes the first line that matches; here a revoked key is refused whatever other lines say. A
 * host that is known by any key and shows none of them counts as changed, of whatever type its key is. For one connection.
 */
final class KnownHosts implements HostKeyVerifier {
    private static final String REVOKED = "@revoked";
    private static final int DEFAULT_PORT = 22;
    private static final long FOR_HOSTS = 2;

    private final String target;
    private final SshHop hop;
    private final @Nullable SshHop before;
    private final OpenSSHKnownHosts trusted;
    private final OpenSSHKnownHosts revoked;
    private volatile @Nullable FreshetException refusal;

    /**
     * @param before the jump host through which the host is reached, or null
     */
    KnownHosts(String target, SshHop hop, @Nullable SshHop before) {
        this.target = target;
        this.hop = hop;
        this.before = before;
        List<String> trustedLines = new ArrayList<>();
        List<String> revokedLines = new ArrayList<>();
        for (Path file : hop.knownHosts()) {
            for (String line : lines(file)) {
                String trimmed = line.strip();
                if (trimmed.startsWith(REVOKED)) {
                    revokedLines.add(trimmed.substring(REVOKED.length()).strip());
                } else if (!trimmed.isEmpty()) {
                    trustedLines.add(trimmed);
                }
            }
        }
        trusted = entries(trustedLines);
        revoked = entries(revokedLines);
    }

    private List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw SshSettings.invalid(
                    target, "the known hosts file " + file + " cannot be read: " + SshFailures.reason(e), e);
        }
    }

    private static OpenSSHKnownHosts entries(List<String> lines) {
        try {
            return new OpenSSHKnownHosts(new StringReader(String.join("\n", lines)));
        } catch (IOException e) {
            throw new UncheckedIOException("text in memory can be read", e);
        }
    }

    /** Returns why the host was refused, or null if it was not. */
    @Nullable
    FreshetException refusal() {
        return refusal;
    }

    @Override
    public boolean verify(String hostname, int port, PublicKey key) {
        String host = hostPattern(hostname, port);
        try {
            if (isRevoked(host, key)) {
                refusal = changed("shows the key " + fingerprint(key) + ", which " + files()
                        + " marks as revoked; the host must get a new key");
                return false;
            }
            if (key instanceof Certificate<?> certificate && certificate.getType() != FOR_HOSTS) {
                // The library checks everything else about it.
                refusal = changed("shows a certificate that is for a user, not for a host");
                return false;
            }
            boolean known = false;
            for (KnownHostEntry entry : trusted.entries()) {
                if (entry.appliesTo(host)) {
                    known = true;
                    if (entry.appliesTo(KeyType.fromKey(key), host) && entry.verify(key)) {
                        return true;
                    }
                }
            }
            String shown = hop.shown(fingerprint(bare(key)));
            if (known && hop.approvedKeys().contains(shown)) {
                return true;
            }
            refusal = known
                    ? new HostKeyChangedException(
                            shown,
                            said("shows the " + KeyType.fromKey(key) + " key " + fingerprint(bare(key))
                                    + ", which is not the one in " + files()
                                    + "; find out why before you approve the hold or replace that line"
                                    + " (ssh-keygen -R '" + host + "' -f "
                                    + hop.knownHosts().get(0) + ")"))
                    : unknown(host, key);
        } catch (IOException e) {
            refusal = changed("shows a key that cannot be compared: " + e.getMessage());
        }
        return false;
    }

    /** Tells which key types are known, so that the host is asked for one of those first. */
    @Override
    public List<String> findExistingAlgorithms(String hostname, int port) {
        List<String> algorithms = new ArrayList<>();
        for (String algorithm : trusted.findExistingAlgorithms(hostname, port)) {
            if (algorithm.equals(KeyType.RSA.toString())) {
                // One type of key, and the signatures that are made with it today (RFC 8332).
                algorithms.add("rsa-sha2-512");
                algorithms.add("rsa-sha2-256");
            } else if (algorithm.equals(KeyType.RSA_CERT.toString())) {
                algorithms.add("rsa-sha2-512-cert-v01@openssh.com");
                algorithms.add("rsa-sha2-256-cert-v01@openssh.com");
            } else {
                algorithms.add(algorithm);
            }
        }
        return algorithms;
    }

    private boolean isRevoked(String host, PublicKey key) throws IOException {
        List<PublicKey> keys = new ArrayList<>(List.of(key));
        if (key instanceof Certificate<?> certificate) {
            keys.add(certificate.getKey());
            keys.add(new Buffer.PlainBuffer(certificate.getSignatureKey()).readPublicKey());
        }
        for (KnownHostEntry entry : revoked.entries()) {
            for (PublicKey candidate : keys) {
                if (entry.appliesTo(host) && entry.verify(candidate)) {
                    return true;
                }
            }
        }
        return false;
    }

    private FreshetException changed(String what) {
        return new FreshetException(ErrorCode.HOST_KEY_CHANGED, said(what));
    }

    private String said(String what) {
        return "target '" + target + "': the " + hop.called() + " " + hop.host() + " " + what;
    }

    private static PublicKey bare(PublicKey key) {
        return key instanceof Certificate<?> certificate ? certificate.getKey() : key;
    }

    private FreshetException unknown(String host, PublicKey shown) {
        PublicKey key = bare(shown);
        String scan = "ssh-keyscan -p " + hop.port() + " " + hop.host();
        if (before != null) {
            scan = "ssh -p " + before.port() + " " + before.user() + "@" + before.host() + " " + scan;
        }
        return new FreshetException(
                ErrorCode.HOST_KEY_UNKNOWN,
                "target '" + target + "': the " + hop.called() + " " + host + " is not in " + files()
                        + ". It shows the " + KeyType.fromKey(key) + " key " + fingerprint(key)
                        + ". If that is its key, add the line: " + scan + " >> "
                        + hop.knownHosts().get(0));
    }

    private String files() {
        return String.join(", ", hop.knownHosts().stream().map(Path::toString).toList());
    }

    private static String hostPattern(String hostname, int port) {
        String lower = hostname.toLowerCase(Locale.ROOT);
        return port == DEFAULT_PORT ? lower : "[" + lower + "]:" + port;
    }

    /** The fingerprint as {@code ssh-keygen -l} shows it. */
    static String fingerprint(PublicKey key) {
        try {
            byte[] blob = new Buffer.PlainBuffer().putPublicKey(key).getCompactData();
            return "SHA256:"
                    + Base64.getEncoder()
                            .withoutPadding()
                            .encodeToString(MessageDigest.getInstance("SHA-256").digest(blob));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
