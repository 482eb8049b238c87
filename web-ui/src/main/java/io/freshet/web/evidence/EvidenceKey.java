package io.freshet.web.evidence;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key that signs evidence, in a file that only its owner can read; made at its first use. Thread-safe; for one process
 * at a time.
 */
public final class EvidenceKey {
    private final Path file;
    private @Nullable KeyPair pair;

    private EvidenceKey(Path file) {
        this.file = file;
    }

    /** Returns the key in a file, which may not be there yet. */
    public static EvidenceKey in(Path file) {
        return new EvidenceKey(file);
    }

    /** Returns the public key in PEM. */
    public String publicPem() {
        return Pem.of(pair().getPublic());
    }

    PublicKey publicKey() {
        return pair().getPublic();
    }

    byte[] sign(byte[] message) {
        return sign(pair().getPrivate(), message);
    }

    private static byte[] sign(PrivateKey key, byte[] message) {
        try {
            Signature signature = Signature.getInstance(Pem.ALGORITHM);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean isSignedBy(PublicKey key, byte[] message, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(Pem.ALGORITHM);
            signature.initVerify(key);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    private synchronized KeyPair pair() {
        KeyPair known = pair;
        if (known == null) {
            try {
                known = Files.exists(file) ? read() : make();
            } catch (IOException failure) {
                throw new FreshetException(
                        ErrorCode.CONFIGURATION_INVALID,
                        "the key that signs evidence, " + file + ", cannot be read or made: " + failure,
                        failure);
            }
            pair = known;
        }
        return known;
    }

    private KeyPair read() throws IOException {
        Set<PosixFilePermission> owners = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        if (!owners.containsAll(Files.getPosixFilePermissions(file))) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    file
                            + " signs evidence and can be read or written by others than its owner; remove it, so that a new"
                            + " key is made, or, if nobody had it, run: chmod 600 " + file);
        }
        String text = Files.readString(file);
        KeyPair read = new KeyPair(Pem.publicKey(text, file.toString()), Pem.privateKey(text, file.toString()));
        byte[] probe = "freshet".getBytes(StandardCharsets.US_ASCII);
        if (!isSignedBy(read.getPublic(), probe, sign(read.getPrivate(), probe))) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "the two keys in " + file
                            + " do not belong together; bring the file back from a backup, or remove it");
        }
        return read;
    }

    private KeyPair make() throws IOException {
        try {
            KeyPair made = KeyPairGenerator.getInstance(Pem.ALGORITHM).generateKeyPair();
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            try (FileChannel channel = FileChannel.open(
                    fresh,
                    EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes =
                        StandardCharsets.US_ASCII.encode(Pem.of(made.getPrivate()) + Pem.of(made.getPublic()));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
