package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import java.time.Instant;

/**
 * A try of an item that did not work.
 *
 * @param phase where it failed
 * @param nextAttemptAt not before this
 */
public record Failure(WorkItem item, String phase, ErrorCode code, String message, Instant nextAttemptAt) {}
