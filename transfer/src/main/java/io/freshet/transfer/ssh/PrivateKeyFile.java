package io.freshet.transfer.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.userauth.keyprovider.FileKeyProvider;
import net.schmizz.sshj.userauth.keyprovider.KeyFormat;
import net.schmizz.sshj.userauth.keyprovider.KeyProvider;
import net.schmizz.sshj.userauth.keyprovider.KeyProviderUtil;
import net.schmizz.sshj.userauth.password.PasswordFinder;
import net.schmizz.sshj.userauth.password.Resource;
import org.jspecify.annotations.Nullable;

/**
 * A private key in a file, in the formats of {@code ssh-keygen}: OpenSSH's own, PEM and PKCS#8.
 *
 * <p>The library would take the public half from the file beside it. That may belong to another key, so the public half
 * always comes from the private key itself.
 */
final class PrivateKeyFile {
    private final String target;
    private final Path file;
    private final @Nullable Passphrase passphrase;

    PrivateKeyFile(String target, Path file, @Nullable Passphrase passphrase) {
        this.target = target;
        this.file = file;
        this.passphrase = passphrase;
    }

    /**
     * Reads the key and opens it.
     *
     * @throws io.freshet.failure.FreshetException with {@code CONFIGURATION_INVALID}, the file and the option to look at
     */
    KeyProvider open() {
        Answer answer = new Answer();
        try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            KeyFormat format = KeyProviderUtil.detectKeyFileFormat(text, false);
            FileKeyProvider key =
                    Factory.Named.Util.create(SshLibrary.config().getFileKeyProviderFactories(), format.toString());
            if (key == null && text.matches("(?s)(ssh|ecdsa|sk)-\\S+ .*")) {
                throw new IOException(
                        "it is a public key; keys in ssh-agent are not used, so name the private key's file");
            }
            if (key == null) {
                throw new IOException("its format is not known");
            }
            key.init(text, null, answer);
            key.getPrivate();
            return key;
        } catch (IOException | RuntimeException e) {
            throw SshSettings.invalid(target, complaint(answer, e), e);
        }
    }

    private String complaint(Answer answer, Exception failure) {
        if (!answer.wanted) {
            return "the private key " + file + " cannot be used (" + SshFailures.reason(failure)
                    + "); is it an OpenSSH key?";
        }
        if (passphrase == null) {
            return "the private key " + file + " is protected by a passphrase; name a file that holds it with "
                    + Passphrase.FILE_OPTION + ", or an environment variable with " + Passphrase.VARIABLE_OPTION;
        }
        return answer.failure == null
                ? "the passphrase in " + passphrase + " does not open the private key " + file
                : "the passphrase for the private key " + file + " cannot be read from " + passphrase + " ("
                        + SshFailures.reason(answer.failure) + ")";
    }

    /** Answers the library when it asks for a passphrase, and remembers that it did: a plain key needs none. */
    private final class Answer implements PasswordFinder {
        private boolean wanted;
        private @Nullable IOException failure;

        @Override
        public char[] reqPassword(@Nullable Resource<?> resource) {
            wanted = true;
            try {
                return passphrase == null ? new char[0] : passphrase.read();
            } catch (IOException e) {
                failure = e;
                return new char[0];
            }
        }

        @Override
        public boolean shouldRetry(@Nullable Resource<?> resource) {
            return false;
        }
    }
}
