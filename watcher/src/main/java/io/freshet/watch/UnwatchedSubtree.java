package io.freshet.watch;

import io.freshet.path.RelativePath;

/**
 * A subtree from which no event comes; it is looked at as a whole at intervals instead.
 *
 * @param reason why, and what to do about it
 */
public record UnwatchedSubtree(RelativePath path, String reason) {}
