package io.freshet.journal;

import io.freshet.file.ContentHash;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * What a target holds under one path, as we delivered it.
 *
 * @param state the source's state that was delivered
 * @param hash of the content that was sent, where it was
 * @param supported false where the source has it, the target cannot hold it, and that was said
 */
public record ManifestEntry(
        RelativePath path, FileState state, @Nullable ContentHash hash, Evidence evidence, boolean supported) {
    /** No file system has it, so no source equals it. */
    private static final long NO_TIME = Long.MIN_VALUE;

    /** Says that something like this is on the target and no more: whatever the source has differs from it. */
    public static ManifestEntry unknown(RelativePath path, FileState like) {
        FileState state = new FileState(
                like.type(),
                like.size(),
                NO_TIME,
                0,
                like.mode(),
                like.uid(),
                like.gid(),
                1,
                new FileIdentity(0, 0, 0),
                like.linkTarget());
        return new ManifestEntry(path, state, null, Evidence.ADOPTED, true);
    }

    /** Returns whether nothing more is known than that something is there, or was: it is looked at anyway. */
    public boolean isUnknown() {
        return state.mtimeNanos() == NO_TIME;
    }

    public boolean isDirectory() {
        return state.isDirectory();
    }
}
