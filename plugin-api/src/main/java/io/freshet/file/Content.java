package io.freshet.file;

import java.io.Closeable;

/** The content of one source file, which can be opened and read from its start. */
public interface Content {
    /**
     * Opens the file below the source's root without following links.
     *
     * @throws io.freshet.failure.FreshetException with {@code SOURCE_CHANGED} if the object is no longer the one that was
     *     looked at, {@code SOURCE_UNREADABLE} for any other error
     */
    Reading open();

    /** One reading of the content, on one descriptor; used by one thread. */
    interface Reading extends Closeable {
        /** What {@code fstat} of the descriptor told when it was opened; this is the state that gets delivered. */
        FileState opened();

        /**
         * Reads the next bytes.
         *
         * @return how many were read, or -1 at the end
         * @throws io.freshet.failure.FreshetException with {@code SOURCE_UNREADABLE}
         */
        int read(byte[] buffer, int offset, int length);

        /** What {@code fstat} of the descriptor tells now. */
        FileState now();

        @Override
        void close();
    }
}
