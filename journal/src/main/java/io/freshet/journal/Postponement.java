package io.freshet.journal;

import java.time.Duration;
import java.time.Instant;

/**
 * An item that waits although nothing failed.
 *
 * @param since when the wait began
 * @param lookAgainAfter when the item is ready again
 * @param because what it waits for, as a sentence without a full stop
 */
public record Postponement(WorkItem item, Instant since, Duration lookAgainAfter, String because) {}
