package io.freshet.posix;

import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * The name of one entry of a directory of a source, without a look at it.
 *
 * @param path below the source root
 * @param type the type that the listing told, or null where the file system keeps none in directories
 */
public record DirectoryName(RelativePath path, @Nullable FileType type) {}
