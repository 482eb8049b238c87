package io.freshet.journal;

import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * What is about to be done to a path of a target.
 *
 * @param movedFrom for a rename the old path
 * @param type what the target will hold there, or null for a removal
 * @param size of the content it will hold
 * @param mtimeNanos the modification time it will have
 * @param partial under which the target keeps what has arrived of a large file if this breaks off, else null
 */
public record Intent(
        RelativePath path,
        Kind kind,
        @Nullable RelativePath movedFrom,
        @Nullable FileType type,
        long size,
        long mtimeNanos,
        @Nullable PartialKey partial) {
    /** What is about to happen to the path. */
    public enum Kind {
        PUT,
        RENAME,
        REMOVE
    }

    /** Content, attributes or a directory, so that the target holds what the source has. */
    public static Intent put(RelativePath path, FileState state) {
        return put(path, state, null);
    }

    /** The same, for content that may be kept in part. */
    public static Intent put(RelativePath path, FileState state, @Nullable PartialKey partial) {
        return new Intent(path, Kind.PUT, null, state.type(), state.size(), state.mtimeNanos(), partial);
    }

    public static Intent rename(RelativePath from, RelativePath to, FileState state) {
        return new Intent(to, Kind.RENAME, from, state.type(), state.size(), state.mtimeNanos(), null);
    }

    /** The path, and of a directory everything below it, goes. */
    public static Intent remove(RelativePath path) {
        return new Intent(path, Kind.REMOVE, null, null, 0, 0, null);
    }
}
