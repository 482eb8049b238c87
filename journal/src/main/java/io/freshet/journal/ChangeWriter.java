package io.freshet.journal;

import java.time.Duration;
import java.util.List;

/**
 * The one way of adding changes to a source's journal, held by its one watcher.
 *
 * <p>Appending and observing are for one thread, the {@link #catalogue} for another. A writer that another process has
 * superseded is refused for good.
 */
public interface ChangeWriter {
    /**
     * Appends changes durably, in order, and behind them opens rescans, each with a number of its own.
     *
     * <p>A rescan is not opened where another one that will look at the same has not begun yet.
     *
     * @param changes the same path may occur more than once
     * @return the journal's head: the last number that was given out
     * @throws IllegalArgumentException if there is neither a change nor a rescan
     * @throws io.freshet.failure.FreshetException with {@code DATABASE_UNAVAILABLE} (nothing was written: try again with
     *     the same changes), {@code DATABASE_REFUSED} (one of them cannot be held, and nothing was written) or
     *     {@code LEASE_LOST} (another watcher has this source now)
     */
    long append(List<Change> changes, List<RescanOrder> rescans);

    /** The same without rescans. */
    default long append(List<Change> changes) {
        return append(changes, List.of());
    }

    /** Records that everything which happened longer than {@code age} ago is in the journal; dates every green light. */
    void observed(Duration age);

    /** Returns the journal's head as of this writer's last append, or of its opening. */
    long head();

    /** Returns what the source was seen to hold, written under the same epoch. */
    Catalogue catalogue();
}
