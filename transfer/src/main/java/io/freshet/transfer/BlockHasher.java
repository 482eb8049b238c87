package io.freshet.transfer;

import io.freshet.file.BlockMap;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Makes a {@link BlockMap} of content that passes by block by block; used by one thread.
 *
 * <p>Processors have instructions for both checksums: they take a tenth of the time of a cryptographic hash.
 */
public final class BlockHasher {
    private final int blockSize;
    private final CRC32C first = new CRC32C();
    private final CRC32 second = new CRC32();
    private final byte[] hash = new byte[BlockMap.HASH_BYTES];
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
        first.reset();
        first.update(block, 0, count);
        second.reset();
        second.update(block, 0, count);
        ByteBuffer.wrap(hash).putInt((int) first.getValue()).putInt((int) second.getValue());
        hashes.write(hash, 0, hash.length);
        return hash;
    }

    /** Returns the map of all blocks so far. */
    public BlockMap map() {
        return new BlockMap(blockSize, hashes.toByteArray());
    }
}
