package io.freshet.watch;

import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;

/** Chooses and opens the reader for a source, by trying. */
public interface EventReaders {
    /**
     * Opens the best reader that works here, or the one that the options force.
     *
     * @param cookies where barriers put their cookies
     * @throws io.freshet.failure.FreshetException with {@code CONFIGURATION_INVALID} if the forced tier does not work here;
     *     the message says what it lacks
     */
    EventReader open(SourceRoot root, OwnDirectory cookies, WatcherOptions options);
}
