package io.freshet.journal;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A policy as it was, or is.
 *
 * @param version 1 for what was read first under this name
 * @param definition what it says, by the keys of the configuration, in their order
 * @param since when it was read first
 * @param madeBy who said so; null: the configuration
 */
public record PolicyVersion(
        String name,
        int version,
        Map<String, String> definition,
        Instant since,
        @Nullable String madeBy) {
    public PolicyVersion {
        definition = Collections.unmodifiableMap(new LinkedHashMap<>(definition));
        if (version < 1) {
            throw new IllegalArgumentException("versions of policies are counted from 1, not " + version);
        }
    }
}
