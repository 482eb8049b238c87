package io.freshet.transfer.ssh;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.PublicKey;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.userauth.keyprovider.KeyProvider;

/** A private key that shows a certificate instead of its bare public half. */
record CertifiedKey(KeyProvider key, UserCertificate certificate) implements KeyProvider {
    @Override
    public PrivateKey getPrivate() throws IOException {
        return key.getPrivate();
    }

    @Override
    public PublicKey getPublic() {
        return certificate.certificate();
    }

    @Override
    public KeyType getType() {
        return KeyType.fromKey(certificate.certificate());
    }
}
