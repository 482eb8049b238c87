package io.freshet.journal;

import java.time.Instant;

/**
 * What a lane is sending, as its process told last.
 *
 * @param movedAt when anything moved last, by the database's clock
 * @param moving whether that was just now; the rates of what is not moving are zero
 */
public record LaneProgress(Lane lane, long run, Instant movedAt, boolean moving, Progress progress) {}
