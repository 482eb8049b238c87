package io.freshet.journal;

import java.time.Duration;

/**
 * How long a path that is still being written waits.
 *
 * @param settle until it has been quiet for so long
 * @param settleMax but never longer than this after its first change
 */
public record Settling(Duration settle, Duration settleMax) {}
