package io.freshet.target;

/** Somebody who watches operations while they run and may ask them to stop; called from the session's thread. */
public interface Monitor {
    /** Tells that the content of a file is about to be read. */
    default void began(Operation operation) {}

    /** Tells that more bytes of a file's content were sent. */
    void sent(Operation operation, long bytes);

    /**
     * Tells how far into a file's content an operation is: what lies before was sent, or the target has it already. May be
     * less than before where the operation starts over.
     */
    default void reached(Operation operation, long position) {}

    /**
     * Tells that so many bytes of a file of the target are about to be fetched, to be hashed here; may wait as {@link #sent} may,
     * for they come over the same line.
     */
    default void fetching(long bytes) {}

    /** Returns how many files may be under way at once, at least 1; a target may do fewer. Asked when a list begins. */
    default int filesAtOnce() {
        return Integer.MAX_VALUE;
    }

    /** Tells that an operation ended, in the order in which operations end. */
    void ended(Operation operation, Result result);

    /** Asked at every block: whether to stop. What has not begun then ends as {@code Failed} with {@code STOPPED}. */
    boolean stopRequested();

    /** Watches nothing and never stops. */
    Monitor NONE = new Monitor() {
        @Override
        public void sent(Operation operation, long bytes) {}

        @Override
        public void ended(Operation operation, Result result) {}

        @Override
        public boolean stopRequested() {
            return false;
        }
    };
}
