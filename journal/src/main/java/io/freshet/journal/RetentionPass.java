package io.freshet.journal;

import java.time.Instant;

/**
 * A pass of clearing away, made by one node at a time.
 *
 * @param number of the pass; a higher one takes its place
 * @param now when it began, by the database's clock
 */
public record RetentionPass(long number, Instant now) {}
