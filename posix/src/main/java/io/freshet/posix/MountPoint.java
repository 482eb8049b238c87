package io.freshet.posix;

import io.freshet.file.FileIdentity;
import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * A place below a source root where something is mounted, a file system or a bind of a directory or file.
 *
 * @param identity the file system's id and what its root is, or null if it cannot be looked at
 */
public record MountPoint(
        RelativePath path, Mount mount, @Nullable FileIdentity identity) {}
