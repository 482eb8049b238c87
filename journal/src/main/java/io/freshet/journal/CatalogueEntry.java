package io.freshet.journal;

import io.freshet.file.FileState;
import io.freshet.path.RelativePath;

/**
 * What a source was seen to hold under a path.
 *
 * @param directory the key of the directory it is in; the root is in itself
 * @param path where it is; not meaningful for what lost its place and is about to be forgotten, see {@code displaced}
 * @param state its number of links is not kept
 * @param racy whether it was changed so shortly before the look that its times prove nothing
 * @param gone whether the rescan under way did not find it
 * @param displaced whether another object has its path, or that of a directory above it, by now
 */
public record CatalogueEntry(
        long directory, RelativePath path, FileState state, boolean racy, boolean gone, boolean displaced) {}
