package io.freshet.transfer.ssh;

import com.hierynomus.sshj.key.KeyAlgorithms;
import com.hierynomus.sshj.transport.cipher.BlockCiphers;
import com.hierynomus.sshj.transport.cipher.ChachaPolyCiphers;
import com.hierynomus.sshj.transport.cipher.GcmCiphers;
import com.hierynomus.sshj.transport.kex.DHGroups;
import com.hierynomus.sshj.transport.kex.ExtInfoClientFactory;
import com.hierynomus.sshj.transport.mac.Macs;
import java.security.Security;
import java.util.List;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.sshj.Config;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.common.SecurityUtils;
import net.schmizz.sshj.signature.SignatureRSA;
import net.schmizz.sshj.transport.kex.Curve25519SHA256;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * The one set-up of the SSH library for the whole process: which algorithms are offered, and whose implementation is used.
 *
 * <p>The library would take every primitive from Bouncy Castle, whose AES is software and some forty times slower than the
 * JDK's. So Bouncy Castle is registered behind the JDK's providers, for what those lack, and the library is told not to
 * prefer it.
 */
final class SshLibrary {
    /** The library has RSA certificates with SHA-1 only; these are the ones of OpenSSH 7.8 and later. */
    private static final KeyAlgorithms.Factory RSA_SHA512_CERTIFICATE = new KeyAlgorithms.Factory(
            "rsa-sha2-512-cert-v01@openssh.com", new SignatureRSA.FactoryRSASHA512(), KeyType.RSA_CERT);

    private static final KeyAlgorithms.Factory RSA_SHA256_CERTIFICATE = new KeyAlgorithms.Factory(
            "rsa-sha2-256-cert-v01@openssh.com", new SignatureRSA.FactoryRSASHA256(), KeyType.RSA_CERT);

    private static final Config CONFIG = configure();

    private SshLibrary() {}

    /** Returns the configuration that all connections share; the library allows that. */
    static Config config() {
        return CONFIG;
    }

    private static Config configure() {
        if (Security.getProvider(BouncyCastleProvider.PROVIDER_NAME) == null) {
            Security.addProvider(new BouncyCastleProvider());
        }
        SecurityUtils.setRegisterBouncyCastle(false);
        return new ModernConfig();
    }

    /** No CBC, no SHA-1, no DSA, no group 1; nothing that OpenSSH 7.4 (2016) and later do not have as well. */
    private static final class ModernConfig extends DefaultConfig {
        private ModernConfig() {
            setKeepAliveProvider(KeepAliveProvider.KEEP_ALIVE);
        }

        @Override
        protected void initKeyExchangeFactories() {
            setKeyExchangeFactories(List.of(
                    new Curve25519SHA256.Factory(),
                    new Curve25519SHA256.FactoryLibSsh(),
                    DHGroups.Group16SHA512(),
                    DHGroups.Group14SHA256(),
                    new ExtInfoClientFactory()));
        }

        /** Plain keys first; where the known hosts file trusts an authority, its certificates are asked for first. */
        @Override
        protected void initKeyAlgorithms() {
            setKeyAlgorithms(List.of(
                    KeyAlgorithms.EdDSA25519(),
                    KeyAlgorithms.ECDSASHANistp521(),
                    KeyAlgorithms.ECDSASHANistp384(),
                    KeyAlgorithms.ECDSASHANistp256(),
                    KeyAlgorithms.RSASHA512(),
                    KeyAlgorithms.RSASHA256(),
                    KeyAlgorithms.EdDSA25519CertV01(),
                    KeyAlgorithms.ECDSASHANistp521CertV01(),
                    KeyAlgorithms.ECDSASHANistp384CertV01(),
                    KeyAlgorithms.ECDSASHANistp256CertV01(),
                    RSA_SHA512_CERTIFICATE,
                    RSA_SHA256_CERTIFICATE));
        }

        @Override
        protected void initCipherFactories() {
            setCipherFactories(List.of(
                    GcmCiphers.AES256GCM(),
                    GcmCiphers.AES128GCM(),
                    ChachaPolyCiphers.CHACHA_POLY_OPENSSH(),
                    BlockCiphers.AES256CTR()));
        }

        @Override
        protected void initMACFactories() {
            setMACFactories(
                    List.of(Macs.HMACSHA2256Etm(), Macs.HMACSHA2512Etm(), Macs.HMACSHA2256(), Macs.HMACSHA2512()));
        }
    }
}
