package io.freshet.posix;

import io.freshet.file.FileState;
import io.freshet.path.RelativePath;

/**
 * One entry of a directory of a source.
 *
 * @param path below the source root; its {@linkplain RelativePath#name() name} is the entry's
 * @param state what a look at it told
 */
public record DirectoryEntry(RelativePath path, FileState state) {}
