package io.freshet.transfer;

import io.freshet.file.BlockMap;
import io.freshet.file.ContentHash;
import java.io.ByteArrayOutputStream;
import java.security.DigestException;
import java.security.MessageDigest;

/** Makes a {@link BlockMap} of content that passes by block by block; used by one thread. */
public final class BlockHasher {
    private final int blockSize;
    private final MessageDigest digest = ContentHash.newDigest();
    private final byte[] hash = new byte[digest.getDigestLength()];
    private final ByteArrayOutputStream hashes = new ByteArrayOutputStream();

    /** @param blockSize a power of two */
    public BlockHasher(int blockSize) {
        this.blockSize = blockSize;
    }

    /** Returns how many bytes every block but the last one has. */
    public int blockSize() {
        return blockSize;
    }

    /** Takes in the next block; returns its hash, which the next call overwrites. */
    public byte[] add(byte[] block, int count) {
        digest.update(block, 0, count);
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("the hash has its place", e);
        }
        hashes.write(hash, 0, BlockMap.HASH_BYTES);
        return hash;
    }

    /** Returns the map of all blocks so far. */
    public BlockMap map() {
        return new BlockMap(blockSize, hashes.toByteArray());
    }
}
