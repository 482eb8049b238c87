package io.freshet.watch;

import java.time.Duration;
import java.util.List;

/**
 * The one ordered stream of what happens in one source.
 *
 * <p>The contract, for every tier: whatever happened after {@link #begin} returned leads to a
 * {@link EventSink#changed changed} that covers its path, by the path itself, {@code DIR} of its parent or {@code TREE} of
 * an ancestor, before any cookie that was created later. Paths may be told of more often than they change, and may be gone
 * by the time they are told of: an event means "look here" and no more. Nothing ends a reader but the loss of the root.
 *
 * <p>Used by one thread, except {@link #wake}, {@link #limits} and {@link #unwatched}.
 */
public interface EventReader extends AutoCloseable {
    Tier tier();

    /** Returns why this tier was chosen. */
    String reason();

    /** Returns what this tier needs and where it ends, as people are told; from any thread. */
    String limits();

    /** Returns whether cookies are told of; where they are not, only a look at everything proves anything. */
    boolean reportsCookies();

    /**
     * Places every mark.
     *
     * @throws io.freshet.failure.FreshetException if the root cannot be watched
     */
    void begin(EventSink sink);

    /**
     * Waits for events and tells of them; returns after {@code longest} at the latest if there are none.
     *
     * @throws io.freshet.failure.FreshetException if reading cannot go on
     */
    void read(EventSink sink, Duration longest);

    /** Lets a waiting {@link #read} return at once; from any thread. */
    void wake();

    /** Returns the subtrees without events; from any thread. */
    List<UnwatchedSubtree> unwatched();

    @Override
    void close();
}
