package io.freshet.transfer;

import io.freshet.file.ContentHash;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The hash of a content that passes block by block, made beside whoever sends it: hashing takes a processor as long as
 * encrypting and sending do together.
 *
 * <p>Used by one thread, which never gets further ahead of the hash than a few blocks. Small content is hashed at once.
 */
public final class ContentHasher {
    private static final int BLOCKS_AHEAD = 8;
    /** Whoever got ahead waits until so few are left: to be woken for every block takes longer than to hash it. */
    private static final int BLOCKS_LEFT = BLOCKS_AHEAD / 2;

    private static final long WORTH_A_THREAD = 4 << 20;
    private static final Executor THREADS =
            Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()), task -> {
                Thread thread = new Thread(task, "freshet-hash");
                thread.setDaemon(true);
                return thread;
            });

    private static final class Block {
        private final byte[] bytes;
        private int count;

        private Block(int size) {
            bytes = new byte[size];
        }
    }

    private final boolean beside;
    private final @Nullable BlockHasher blocks;
    private final MessageDigest digest = ContentHash.newDigest();
    private final Queue<Block> waiting = new ArrayDeque<>();
    private final Queue<Block> spare = new ArrayDeque<>();
    private boolean running;

    /**
     * @param size how many bytes are expected
     * @param blocks is given every block, too, before {@link #finish} returns; null for nobody
     */
    public ContentHasher(long size, @Nullable BlockHasher blocks) {
        this.beside = size >= WORTH_A_THREAD;
        this.blocks = blocks;
    }

    /** Takes in the next block; the array may be used again when this returns. */
    public void update(byte[] block, int count) {
        if (beside) {
            add(block, count);
        } else {
            hash(block, count);
        }
    }

    /** Returns the hash of everything that was taken in. */
    public synchronized ContentHash finish() {
        awaitAtMost(0);
        return ContentHash.of(digest.digest());
    }

    private synchronized void add(byte[] block, int count) {
        if (waiting.size() > BLOCKS_AHEAD) {
            awaitAtMost(BLOCKS_LEFT);
        }
        Block own = spare.poll();
        if (own == null || own.bytes.length < count) {
            own = new Block(count);
        }
        System.arraycopy(block, 0, own.bytes, 0, count);
        own.count = count;
        waiting.add(own);
        if (!running) {
            running = true;
            THREADS.execute(this::work);
        }
    }

    /** Waits until no more than so many blocks wait, and none is being hashed if that is none. */
    private void awaitAtMost(int most) {
        boolean interrupted = false;
        while (waiting.size() > most || (most == 0 && running)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        Block block = next(null);
        while (block != null) {
            hash(block.bytes, block.count);
            block = next(block);
        }
    }

    private synchronized @Nullable Block next(@Nullable Block done) {
        if (done != null) {
            spare.add(done);
        }
        Block block = waiting.poll();
        running = block != null;
        if (waiting.size() <= BLOCKS_LEFT) {
            notifyAll();
        }
        return block;
    }

    private void hash(byte[] block, int count) {
        digest.update(block, 0, count);
        if (blocks != null) {
            blocks.add(block, count);
        }
    }
}
