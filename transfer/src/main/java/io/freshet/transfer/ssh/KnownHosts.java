package io.freshet.transfer.ssh;

import com.hierynomus.sshj.userauth.certificate.Certificate;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
 * The strict check of a host's key against a {@code known_hosts} file (sshd(8)): hashed names, {@code @cert-authority} and
 * {@code @revoked} lines. Nothing is ever added to the file.
 *
 * <p>The library's own check takes the first line that matches; here a revoked key is refused whatever other lines say. A
 * host that is known by any key and shows none of them counts as changed, of whatever type its key is. For one connection.
 */
final class KnownHosts implements HostKeyVerifier {
    private static final String REVOKED = "@revoked";
    private static final int DEFAULT_PORT = 22;
    private static final long FOR_HOSTS = 2;

    private final SshSettings settings;
    private final OpenSSHKnownHosts trusted;
    private final OpenSSHKnownHosts revoked;
    private volatile @Nullable FreshetException refusal;

    KnownHosts(SshSettings settings) {
        this.settings = settings;
        List<String> trustedLines = new ArrayList<>();
        List<String> revokedLines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(settings.knownHosts(), StandardCharsets.ISO_8859_1)) {
                String trimmed = line.strip();
                if (trimmed.startsWith(REVOKED)) {
                    revokedLines.add(trimmed.substring(REVOKED.length()).strip());
                } else if (!trimmed.isEmpty()) {
                    trustedLines.add(trimmed);
                }
            }
            trusted = new OpenSSHKnownHosts(new StringReader(String.join("\n", trustedLines)));
            revoked = new OpenSSHKnownHosts(new StringReader(String.join("\n", revokedLines)));
        } catch (IOException e) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "target '" + settings.target() + "': the known hosts file " + settings.knownHosts()
                            + " cannot be read: " + e.getMessage(),
                    e);
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
                refusal = changed("shows the key " + fingerprint(key) + ", which " + settings.knownHosts()
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
            refusal = known
                    ? changed("shows the " + KeyType.fromKey(key) + " key " + fingerprint(key)
                            + ", which is not the one in "
                            + settings.knownHosts() + "; find out why before you replace that line"
                            + " (ssh-keygen -R '" + host + "' -f " + settings.knownHosts() + ")")
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
        return new FreshetException(
                ErrorCode.HOST_KEY_CHANGED,
                "target '" + settings.target() + "': the host " + settings.host() + " " + what);
    }

    private FreshetException unknown(String host, PublicKey shown) {
        PublicKey key = shown instanceof Certificate<?> certificate ? certificate.getKey() : shown;
        return new FreshetException(
                ErrorCode.HOST_KEY_UNKNOWN,
                "target '" + settings.target() + "': the host " + host + " is not in " + settings.knownHosts()
                        + ". It shows the " + KeyType.fromKey(key) + " key " + fingerprint(key)
                        + ". If that is its key, add the line: ssh-keyscan -p " + settings.port() + " "
                        + settings.host()
                        + " >> " + settings.knownHosts());
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
