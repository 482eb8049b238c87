package io.freshet.journal;

import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * A rescan that is not finished.
 *
 * @param path where it starts; a directory, unless things changed meanwhile
 * @param sinceSeq its own number in the journal: whatever was noticed before is journaled below
 * @param position the last directory that was compared; null before the first
 * @param covered the new directory in which the walk is, whose TREE covers what is below it; null outside of any
 */
public record Rescan(
        long id,
        RelativePath path,
        RescanReason reason,
        long sinceSeq,
        @Nullable RelativePath position,
        @Nullable RelativePath covered) {}
