package io.freshet.file;

import java.util.Arrays;

/**
 * The hashes of a content's blocks, so that of another version of it only the blocks that differ need to travel.
 *
 * <p>Block {@code i} is what lies from {@code i * blockSize} on; the last one may be shorter. Each is known by two checksums,
 * which tell no more than where bytes are likely to be had: what was assembled by them is hashed as a whole before it is
 * published, so that nobody gains anything by blocks that collide. A value.
 */
public final class BlockMap {
    /** The CRC-32C of a block and its CRC-32, as two big-endian numbers. */
    public static final int HASH_BYTES = 8;

    private static final int SMALLEST_BLOCK = 64 * 1024;
    private static final int USUAL_BLOCKS = 1 << 16;
    private static final int MOST_BLOCKS = 4 * USUAL_BLOCKS;
    private static final long SMALLEST_CONTENT = 4L << 20;

    private final int blockSize;
    private final byte[] hashes;

    /**
     * @param blockSize bytes in every block but the last, a power of two
     * @param hashes {@value #HASH_BYTES} bytes for each block
     */
    public BlockMap(int blockSize, byte[] hashes) {
        if (Integer.bitCount(blockSize) != 1 || hashes.length % HASH_BYTES != 0) {
            throw new IllegalArgumentException(
                    "blocks of " + blockSize + " bytes with " + hashes.length + " bytes of hashes are no block map");
        }
        this.blockSize = blockSize;
        this.hashes = hashes.clone();
    }

    /** Returns whether content of so many bytes is worth a map: below, it is sent whole in less time. */
    public static boolean isWorthIt(long size) {
        return size >= SMALLEST_CONTENT;
    }

    /** Returns the size of blocks for content of so many bytes: 64 KiB, more where there would be over 65 536 of them. */
    public static int blockSizeFor(long size) {
        int blockSize = SMALLEST_BLOCK;
        while (size / blockSize > USUAL_BLOCKS && blockSize < 1 << 30) {
            blockSize *= 2;
        }
        return blockSize;
    }

    /** Returns how many bytes every block but the last one has. */
    public int blockSize() {
        return blockSize;
    }

    /** Returns the hashes of all blocks, one after the other. */
    public byte[] hashes() {
        return hashes.clone();
    }

    /** Returns whether a map with these blocks can also be made of content that has grown to so many bytes. */
    public boolean suits(long size) {
        return size / blockSize <= MOST_BLOCKS;
    }

    /** Returns whether block {@code index} has the hash that starts at {@code offset} of {@code hash}. */
    public boolean holds(long index, byte[] hash, int offset) {
        long at = index * HASH_BYTES;
        return at + HASH_BYTES <= hashes.length
                && Arrays.equals(hashes, (int) at, (int) at + HASH_BYTES, hash, offset, offset + HASH_BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BlockMap map && map.blockSize == blockSize && Arrays.equals(map.hashes, hashes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hashes);
    }

    @Override
    public String toString() {
        return hashes.length / HASH_BYTES + " blocks of " + blockSize + " bytes";
    }
}
