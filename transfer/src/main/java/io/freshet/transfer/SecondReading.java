package io.freshet.transfer;

import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import java.io.Closeable;
import java.security.MessageDigest;

/**
 * A second look at the bytes of a file that grew while it was read: if they are what they were, the first reading got the
 * whole file as it was when it was opened, and a log that is appended to for ever can be delivered.
 *
 * <p>Read block by block, so that whatever else is under way goes on between; used by one thread.
 */
public final class SecondReading implements Closeable {
    private final Content.Reading reading;
    private final ContentHash first;
    private final MessageDigest digest = ContentHash.newDigest();
    private long left;
    private boolean same;

    /**
     * Opens the content again.
     *
     * @param size of the file when it was first opened
     * @param first the hash of so many bytes, as they were read then
     * @throws io.freshet.failure.FreshetException as {@link Content#open}
     */
    public SecondReading(Content content, long size, ContentHash first) {
        this.reading = content.open();
        this.left = size;
        this.first = first;
    }

    /** Returns whether a file may only have grown: it is longer, and nothing but its times and length is another. */
    public static boolean mayOnlyHaveGrown(FileState opened, FileState now) {
        return now.type() == opened.type()
                && now.identity().equals(opened.identity())
                && now.size() > opened.size()
                && now.mode() == opened.mode()
                && now.uid() == opened.uid()
                && now.gid() == opened.gid();
    }

    /**
     * Reads the next block.
     *
     * @return whether there is more to read; if not, {@link #isSame} knows
     */
    public boolean readOn(byte[] block) {
        int read = left == 0 ? -1 : reading.read(block, 0, (int) Math.min(block.length, left));
        if (read > 0) {
            digest.update(block, 0, read);
            left -= read;
        }
        if (read > 0 && left > 0) {
            return true;
        }
        same = left == 0 && ContentHash.of(digest.digest()).equals(first);
        return false;
    }

    /** Returns whether both readings got the same bytes. */
    public boolean isSame() {
        return same;
    }

    @Override
    public void close() {
        reading.close();
    }
}
