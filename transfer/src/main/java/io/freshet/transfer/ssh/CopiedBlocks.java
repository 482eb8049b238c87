package io.freshet.transfer.ssh;

import io.freshet.file.PartialKey;
import io.freshet.target.Operation.Base;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a file that the target copies by itself: from what an earlier try has left of it, and from the version in
 * whose place it is put. Both, or either, may be missing.
 */
final class CopiedBlocks {
    /** Copies that the server has not confirmed: few, that it need not do much more when it is asked to stop. */
    private static final int MOST_DUE = 2;

    private final Delivery delivery;
    private final Runnable replied;
    private final LongFunction<Runnable> requested;
    private @Nullable Leftovers leftovers;
    private @Nullable BaseFile beginning;
    private @Nullable BaseFile base;
    /** Of which blocks gather to be copied. */
    private @Nullable BaseFile from;

    private int due;
    private boolean any;
    private boolean failed;

    /**
     * Begins with nothing.
     *
     * @param replied called when a copy was confirmed, or refused
     * @param requested called with the end of a copy that is asked for; what it returns is called when that was confirmed
     */
    CopiedBlocks(Delivery delivery, Runnable replied, LongFunction<Runnable> requested) {
        this.delivery = delivery;
        this.replied = replied;
        this.requested = requested;
    }

    /**
     * Opens what there is to copy from.
     *
     * @param key of what earlier tries left, null where that is of no use
     * @param own the temporary file of this try
     * @param published what may be an earlier version
     * @param known what it is, null where that is not known
     */
    void open(@Nullable PartialKey key, byte[] own, byte[] published, @Nullable Base known, Runnable then) {
        if (key == null) {
            openBase(published, known, then);
            return;
        }
        Leftovers.find(delivery, key, own, found -> {
            leftovers = found;
            byte[] longest = found.longest();
            if (longest == null) {
                openBase(published, known, then);
            } else {
                BaseFile.openBeginning(delivery.channel(), longest, opened -> {
                    beginning = opened;
                    openBase(published, known, then);
                });
            }
        });
    }

    private void openBase(byte[] published, @Nullable Base known, Runnable then) {
        if (known == null) {
            then.run();
            return;
        }
        BaseFile.open(delivery.channel(), published, known, opened -> {
            base = opened;
            then.run();
        });
    }

    /**
     * Finds out who holds the next block, in order.
     *
     * @param hash of the block; null where it is not known
     * @param to the file that is put
     * @return whether somebody does; what is wanted of it is then to be gathered, else sent
     */
    boolean select(long position, int count, byte @Nullable [] hash, byte[] to) {
        BaseFile holder = whoHolds(position, count, hash);
        if (holder != from) {
            copyGathered(to);
            if (from != null && from == beginning) {
                removeLeftovers();
            }
            from = holder;
        }
        return holder != null;
    }

    /** Has the target copy a piece of the block that was selected. */
    void gather(long position, int count, byte[] to) {
        BaseFile holder = from;
        if (holder != null && holder.gather(position, count)) {
            copyGathered(to);
        }
    }

    private @Nullable BaseFile whoHolds(long position, int count, byte @Nullable [] hash) {
        BaseFile first = beginning;
        if (first != null && first.holds(position, count, hash)) {
            return first;
        }
        BaseFile second = base;
        return second != null && second.holds(position, count, hash) ? second : null;
    }

    /** Asks for what has gathered to be copied; nothing else comes. */
    void copyGathered(byte[] to) {
        BaseFile holder = from;
        if (holder != null && holder.hasGathered()) {
            any = true;
            due++;
            Runnable confirmed = requested.apply(holder.gatheredTo());
            delivery.channel().send(holder.copy(to), reply -> {
                due--;
                if (reply.isOk()) {
                    confirmed.run();
                } else {
                    failed = true;
                }
                replied.run();
            });
        }
    }

    /** Returns whether the server has enough to do. */
    boolean isBusy() {
        return due >= MOST_DUE;
    }

    /** Returns how many copies are not confirmed yet. */
    int due() {
        return due;
    }

    /** Returns whether anything was copied. */
    boolean any() {
        return any;
    }

    boolean hasFailed() {
        return failed;
    }

    /** Removes what earlier tries have left: this one has got as much, or it is of no use. */
    void removeLeftovers() {
        if (leftovers != null) {
            leftovers.remove();
        }
    }

    void close() {
        if (beginning != null) {
            beginning.close();
            beginning = null;
        }
        if (base != null) {
            base.close();
            base = null;
        }
    }
}
