package io.freshet.target;

import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * What a target holds under one path, as far as its protocol tells.
 *
 * @param mtimeNanos nanoseconds since the epoch, a multiple of 10⁹ where the target keeps whole seconds
 * @param mode permission bits (07777)
 * @param linkTarget text form of a symlink's target; null for others, and in listings
 */
public record TargetEntry(
        RelativePath path,
        FileType type,
        long size,
        long mtimeNanos,
        int mode,
        int uid,
        int gid,
        @Nullable String linkTarget) {}
