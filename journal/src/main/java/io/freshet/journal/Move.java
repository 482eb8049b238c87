package io.freshet.journal;

import io.freshet.path.RelativePath;

/** A hint that what a path has now was under another path before. It proves nothing. */
public record Move(RelativePath from, RelativePath to, boolean isDirectory) {}
