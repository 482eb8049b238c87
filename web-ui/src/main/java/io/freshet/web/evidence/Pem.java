package io.freshet.web.evidence;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Ed25519 keys as text, as {@code openssl} reads and writes them. */
final class Pem {
    static final String ALGORITHM = "Ed25519";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final String PRIVATE = "PRIVATE KEY";

    private Pem() {}

    static String of(PublicKey key) {
        return block(PUBLIC, key.getEncoded());
    }

    static String of(PrivateKey key) {
        return block(PRIVATE, key.getEncoded());
    }

    private static String block(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what + "-----\n";
    }

    /** @param where the text comes from, for the message */
    static PublicKey publicKey(String text, String where) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(bytes(text, PUBLIC)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unreadable(where, PUBLIC, e);
        }
    }

    static PrivateKey privateKey(String text, String where) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(bytes(text, PRIVATE)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unreadable(where, PRIVATE, e);
        }
    }

    private static byte[] bytes(String text, String what) {
        String begin = "-----BEGIN " + what + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + what + "-----");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("no block " + begin);
        }
        return Base64.getMimeDecoder()
                .decode(text.substring(from + begin.length(), to).getBytes(StandardCharsets.US_ASCII));
    }

    private static FreshetException unreadable(String where, String what, Exception cause) {
        return new FreshetException(
                ErrorCode.CONFIGURATION_INVALID,
                where + " holds no Ed25519 " + what + " in PEM: " + cause.getMessage(),
                cause);
    }
}
