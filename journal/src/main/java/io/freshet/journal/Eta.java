package io.freshet.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When something is expected to have arrived: a range, or its beginning alone where nobody can tell its end, or neither.
 *
 * @param reason what it rests on, or why it is not told
 * @param words all of it for people
 */
public record Eta(@Nullable Instant earliest, @Nullable Instant latest, String reason, String words) {}
