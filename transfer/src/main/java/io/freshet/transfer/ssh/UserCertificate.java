package io.freshet.transfer.ssh;

import com.hierynomus.sshj.userauth.certificate.Certificate;
import com.hierynomus.sshj.userauth.keyprovider.OpenSSHKeyFileUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A certificate that an authority made for a user's key, as {@code ssh-keygen -s} writes it.
 *
 * @param file where it is
 * @param certificate the certificate with the public key in it
 */
record UserCertificate(Path file, Certificate<?> certificate) {
    private static final long FOR_USERS = 1;

    /** Returns where {@code ssh} looks for the certificate of a private key. */
    static Path besides(Path privateKey) {
        return privateKey.resolveSibling(privateKey.getFileName() + "-cert.pub");
    }

    /**
     * Reads a certificate.
     *
     * @throws io.freshet.failure.FreshetException with {@code CONFIGURATION_INVALID} and the file
     */
    static UserCertificate read(String target, Path file) {
        PublicKey read;
        try {
            read = OpenSSHKeyFileUtil.initPubKey(Files.newBufferedReader(file, StandardCharsets.ISO_8859_1))
                    .getPubKey();
        } catch (IOException | RuntimeException e) {
            throw SshSettings.invalid(
                    target, "the certificate " + file + " cannot be read (" + SshFailures.reason(e) + ")", e);
        }
        if (!(read instanceof Certificate<?> certificate)) {
            throw SshSettings.invalid(
                    target, file + " holds a public key and no certificate; ssh-keygen -s makes one of it");
        }
        if (certificate.getType() != FOR_USERS) {
            throw SshSettings.invalid(target, file + " is a certificate for a host, not for a user");
        }
        return new UserCertificate(file, certificate);
    }

    /** Returns whether it certifies this key. */
    boolean isFor(PublicKey key) {
        return KnownHosts.fingerprint(certificate.getKey()).equals(KnownHosts.fingerprint(key));
    }

    /** Returns what would make a server refuse it, as far as it can be told from here. */
    Optional<String> objection(String user, Instant now) {
        if (!now.isBefore(certificate.getValidBefore().toInstant())) {
            return Optional.of("the certificate " + file + " expired at "
                    + certificate.getValidBefore().toInstant() + "; have the key signed anew");
        }
        if (now.isBefore(certificate.getValidAfter().toInstant())) {
            return Optional.of("the certificate " + file + " is not valid before "
                    + certificate.getValidAfter().toInstant());
        }
        if (!certificate.getValidPrincipals().contains(user)) {
            return Optional.of("the certificate " + file + " is made out to " + certificate.getValidPrincipals()
                    + ", which the server must let in as " + user);
        }
        return Optional.empty();
    }
}
