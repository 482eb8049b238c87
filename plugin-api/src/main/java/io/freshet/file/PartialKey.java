package io.freshet.file;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What names the part of a large file that a target has got so far: 128 bits of SHA-256 over the source object and its
 * version, in hexadecimal.
 *
 * <p>Path and ctime are not in it: a rename changes both, and costs nothing. What a key cannot tell apart is told apart by
 * the hash of the whole file, before that is published.
 *
 * @param hex 32 digits
 */
public record PartialKey(String hex) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    public PartialKey {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("'" + hex + "' is no key of a partial");
        }
    }

    /** Returns the key of one version of one object. */
    public static PartialKey of(FileState state) {
        FileIdentity identity = state.identity();
        byte[] version = ByteBuffer.allocate(5 * Long.BYTES)
                .putLong(identity.fileSystem())
                .putLong(identity.inode())
                .putLong(identity.birthNanos())
                .putLong(state.size())
                .putLong(state.mtimeNanos())
                .array();
        byte[] hash = ContentHash.newDigest().digest(version);
        return new PartialKey(HexFormat.of().formatHex(hash, 0, 16));
    }

    @Override
    public String toString() {
        return hex;
    }
}
