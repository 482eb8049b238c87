package io.freshet.watch;

import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link EventReader} tells, in the order in which it happened, of a rename the new name before the old; called from
 * the thread that reads, never blocks.
 */
public interface EventSink {
    /**
     * Tells that something is to be looked at. Paths in {@code .freshet} are ignored.
     *
     * @param movedFrom the path that was seen to become this one, or null
     */
    void changed(
            RelativePath path, ChangeKind kind, @Nullable RelativePath movedFrom, Writing writing, Detector detector);

    /** Tells that everything at and below a path is to be looked at. */
    default void changedBelow(RelativePath path, Detector detector) {
        changed(path, ChangeKind.TREE, null, Writing.ENDED, detector);
    }

    /** Tells that a file of this name was created in the directory for cookies. */
    void cookie(String name);

    /** Tells that the directory for cookies is watched from now on; those created before may never be told of. */
    void cookiesWatched();

    /** Tells that events were lost, cookies maybe among them; the reader itself asks for the looks that replace them. */
    void overflowed(String reason);

    /** Tells that the root is no longer where it was; nothing follows. */
    void rootLost(String reason);

    /** Tells that the root, or a directory above it, may have been moved, removed or mounted over: to be checked. */
    void rootInDoubt();

    /** Tells how many events were read from the kernel since the last time. */
    void counted(int events);
}
