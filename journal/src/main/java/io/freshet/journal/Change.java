package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request to look at a path of a source.
 *
 * @param movedFrom the path that was seen to become this one, a hint that saves bytes and never replaces a look; else null.
 *     Nothing is renamed into itself: a hint that says so, as one does whose directory was renamed before anybody asked for
 *     its path, is dropped
 * @param writing whether the path was created as a file, or modified, after it was last closed: somebody is still writing.
 *     Delays its delivery by the settle time, never its journaling
 * @param age how long ago it was noticed, by the watcher's monotonic clock
 */
public record Change(
        RelativePath path,
        ChangeKind kind,
        @Nullable RelativePath movedFrom,
        boolean writing,
        Detector detector,
        Duration age) {

    public Change {
        if (movedFrom != null && (movedFrom.isAtOrBelow(path) || path.isAtOrBelow(movedFrom))) {
            movedFrom = null;
        }
    }
}
