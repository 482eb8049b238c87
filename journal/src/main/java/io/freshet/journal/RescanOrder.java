package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.time.Duration;

/**
 * A wish that everything at and below a path be compared with the catalogue.
 *
 * @param age how long ago it was wished, by the watcher's monotonic clock
 */
public record RescanOrder(RelativePath path, RescanReason reason, Duration age) {}
