package io.freshet.journal;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a target holds below a directory.
 *
 * @param entries counted up to 5 000, but for the whole source, of which the number is known
 * @param exact whether there are no more
 * @param bytes of content in those that were counted; null for the whole source
 * @param lastAt when the last of them was delivered; null where they were not all looked at
 * @param words the same for people
 */
public record Arrived(
        long entries,
        boolean exact,
        @Nullable Long bytes,
        @Nullable Instant lastAt,
        @JsonProperty("words") String words) {}
