package io.freshet.transfer;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** Content that is made up as it is read: bytes that follow from a seed and their place, so any size costs no memory. */
public final class MadeContent implements Content {
    /** Modification time of all made content: a whole second, so that every target can keep it. */
    public static final long MTIME_NANOS = 1_700_000_000_000_000_000L;

    private static final AtomicInteger OPEN = new AtomicInteger();
    private static final AtomicInteger MOST_OPEN = new AtomicInteger();

    private final byte[] text;
    private final FileState state;
    private LongConsumer beforeRead = place -> {};
    private boolean changes;
    private long grown;
    private boolean rewritten;
    private int openings;
    private boolean unreadable;

    private MadeContent(byte[] text, FileState state) {
        this.text = text;
        this.state = state;
    }

    /** Content of {@code size} bytes in which {@code text} is repeated. */
    public static MadeContent of(long size, String text, int mode, int uid, int gid) {
        FileState state = new FileState(
                FileType.FILE, size, MTIME_NANOS, MTIME_NANOS, mode, uid, gid, 1, new FileIdentity(1, 1, 1), null);
        return new MadeContent(text.getBytes(StandardCharsets.UTF_8), state);
    }

    /** These bytes, owned by whoever runs this, mode 0644; they must not change any more. */
    public static MadeContent of(byte[] bytes) {
        FileState state = of(bytes.length, "-", 0644, Account.UID, Account.GID).state();
        return new MadeContent(bytes, state);
    }

    /** The text itself, owned by whoever runs this, mode 0644. */
    public static MadeContent of(String text) {
        return of(
                text.getBytes(StandardCharsets.UTF_8).length,
                text.isEmpty() ? "-" : text,
                0644,
                Account.UID,
                Account.GID);
    }

    /** The same bytes in the same file, written at another time. */
    public MadeContent writtenAt(long mtimeNanos) {
        FileState written = new FileState(
                FileType.FILE,
                state.size(),
                mtimeNanos,
                mtimeNanos,
                state.mode(),
                state.uid(),
                state.gid(),
                state.links(),
                state.identity(),
                null);
        return new MadeContent(text, written);
    }

    /** Calls {@code hook} with the place before every read. */
    public MadeContent beforeRead(LongConsumer hook) {
        beforeRead = hook;
        return this;
    }

    /** Lets the source be another one after it was read. */
    public MadeContent changing() {
        changes = true;
        return this;
    }

    /** Lets the source lose its end while it is read. */
    public MadeContent shrinkingTo(long size) {
        changes = true;
        grown = size - state.size();
        return this;
    }

    /** Lets the source be longer after it was read. */
    public MadeContent growing() {
        changes = true;
        grown = 1;
        return this;
    }

    /** Lets the source begin otherwise, too, when it is read again. */
    public MadeContent rewritten() {
        rewritten = true;
        return this;
    }

    /** Refuses to be opened. */
    public MadeContent unreadable() {
        unreadable = true;
        return this;
    }

    /** The same content of a file with these extended attributes. */
    public MadeContent with(ExtendedAttributes extended) {
        return new MadeContent(
                text,
                new FileState(
                        state.type(),
                        state.size(),
                        state.mtimeNanos(),
                        state.ctimeNanos(),
                        state.mode(),
                        state.uid(),
                        state.gid(),
                        state.links(),
                        state.identity(),
                        null,
                        0,
                        extended));
    }

    public FileState state() {
        return state;
    }

    /** Returns how many readings are open now, in all tests of this JVM. */
    public static int openNow() {
        return OPEN.get();
    }

    /** Returns the most that were open at a time since the last call. */
    public static int mostOpen() {
        return MOST_OPEN.getAndSet(0);
    }

    /** Returns the hash of the whole content. */
    public ContentHash hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] block = new byte[64 * 1024];
            for (long place = 0; place < state.size(); ) {
                int count = (int) Math.min(block.length, state.size() - place);
                fill(block, 0, count, place);
                digest.update(block, 0, count);
                place += count;
            }
            return ContentHash.of(digest.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fill(byte[] buffer, int offset, int count, long place) {
        for (int i = 0; i < count; i++) {
            buffer[offset + i] = text[(int) ((place + i) % text.length)];
        }
    }

    @Override
    public Reading open() {
        if (unreadable) {
            throw new FreshetException(ErrorCode.SOURCE_UNREADABLE, "made to be unreadable");
        }
        MOST_OPEN.accumulateAndGet(OPEN.incrementAndGet(), Math::max);
        openings++;
        return new MadeReading(rewritten ? openings - 1 : 0);
    }

    private final class MadeReading implements Reading {
        private final int shift;
        private long place;
        private boolean closed;

        private MadeReading(int shift) {
            this.shift = shift;
        }

        @Override
        public FileState opened() {
            return state;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            beforeRead.accept(place);
            long size = Math.min(state.size(), state.size() + grown);
            if (place >= size) {
                return -1;
            }
            int count = (int) Math.min(length, size - place);
            fill(buffer, offset, count, place + shift);
            place += count;
            return count;
        }

        @Override
        public FileState now() {
            return changes
                    ? new FileState(
                            FileType.FILE,
                            state.size() + grown,
                            MTIME_NANOS + 1,
                            MTIME_NANOS + 1,
                            state.mode(),
                            state.uid(),
                            state.gid(),
                            1,
                            state.identity(),
                            null)
                    : state;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                OPEN.decrementAndGet();
            }
        }
    }
}
