package io.freshet.transfer.ssh;

import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.schmizz.sshj.userauth.keyprovider.KeyProvider;
import org.jspecify.annotations.Nullable;

/**
 * What a host is offered at login, in this order: for each identity file its certificates, then the bare key. A
 * certificate is the one that is configured, else the one beside the key, {@code id_x-cert.pub}, as for {@code ssh}.
 *
 * <p>A certificate that looks useless from here is offered all the same: the clock that counts is the server's. Why it may
 * have been refused is told when the login has failed.
 */
final class LoginKeys {
    private final String target;
    private final SshHop hop;
    private final @Nullable Passphrase passphrase;
    private final List<KeyProvider> offers = new ArrayList<>();
    private final List<UserCertificate> certificates = new ArrayList<>();
    private final List<String> objections = new ArrayList<>();

    private LoginKeys(String target, SshHop hop, @Nullable Passphrase passphrase) {
        this.target = target;
        this.hop = hop;
        this.passphrase = passphrase;
    }

    /**
     * Reads the keys and certificates.
     *
     * @throws io.freshet.failure.FreshetException with {@code CONFIGURATION_INVALID} and the file
     */
    static LoginKeys read(String target, SshHop hop, @Nullable Passphrase passphrase) {
        LoginKeys keys = new LoginKeys(target, hop, passphrase);
        SshIdentities identities = hop.identities();
        List<UserCertificate> configured = identities.certificates().stream()
                .map(file -> UserCertificate.read(target, file))
                .toList();
        FreshetException unusable = null;
        for (Path identity : identities.keys()) {
            try {
                keys.add(identity, configured);
            } catch (FreshetException e) {
                unusable = unusable == null ? e : unusable;
                keys.objections.add(SshSettings.withoutTarget(e, target));
            }
        }
        if (unusable != null && (identities.keysRequired() || keys.offers.isEmpty())) {
            throw unusable;
        }
        for (UserCertificate certificate : configured) {
            if (identities.certificatesRequired() && !keys.certificates.contains(certificate)) {
                throw SshSettings.invalid(
                        target,
                        "the certificate " + certificate.file() + " (" + SshSettings.CERTIFICATE_FILE
                                + ") is for another key than " + identities.keys());
            }
        }
        return keys;
    }

    private void add(Path identity, List<UserCertificate> configured) {
        KeyProvider key = new PrivateKeyFile(target, identity, passphrase).open();
        List<UserCertificate> candidates = configured;
        Path besides = UserCertificate.besides(identity);
        if (configured.isEmpty() && Files.isReadable(besides)) {
            candidates = List.of(UserCertificate.read(target, besides));
        }
        for (UserCertificate candidate : candidates) {
            if (isFor(key, candidate)) {
                certificates.add(candidate);
                offers.add(new CertifiedKey(key, candidate));
            } else if (configured.isEmpty()) {
                objections.add("the certificate " + candidate.file() + " is for another key than " + identity);
            }
        }
        offers.add(key);
    }

    private static boolean isFor(KeyProvider key, UserCertificate certificate) {
        try {
            return certificate.isFor(key.getPublic());
        } catch (IOException e) {
            throw new IllegalStateException("the key is open", e);
        }
    }

    List<KeyProvider> offers() {
        return offers;
    }

    /** Returns what a person can do about it that none of them was accepted for an account. */
    String afterRefusal(String user) {
        List<String> advice = new ArrayList<>(objections);
        for (UserCertificate certificate : certificates) {
            advice.add(certificate
                    .objection(user, Instant.now())
                    .orElse("the server may not trust the authority of " + certificate.file()
                            + " (TrustedUserCAKeys in sshd_config)"));
        }
        advice.add("add its public half to ~/.ssh/authorized_keys of that account");
        return "does not accept the key " + hop.identities().keys() + "; " + String.join("; or ", advice);
    }
}
