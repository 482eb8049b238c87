package io.freshet.app.lsyncd;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A target of the result.
 *
 * @param line where the sync is that it comes from
 * @param isReady whether it can be used as it is; if not, it is printed as a comment
 * @param keys of the target, besides name, URL and policy
 * @param delete what the sync says of deletions
 * @param policy what its policy has to say that is not so by default; may be added to
 */
record PlannedTarget(
        int line,
        String name,
        String url,
        boolean isReady,
        Map<String, String> keys,
        Deleting delete,
        Map<String, String> policy,
        Remarks remarks) {
    PlannedTarget {
        keys = new LinkedHashMap<>(keys);
        policy = new LinkedHashMap<>(policy);
    }

    /** When lsyncd deletes at a target. */
    enum Deleting {
        ALWAYS,
        NEVER,
        AT_START,
        RUNNING;

        static Deleting of(@Nullable Item item) {
            if (item == null) {
                return ALWAYS;
            }
            return switch (item.shown()) {
                case "startup" -> AT_START;
                case "running" -> RUNNING;
                case "false" -> NEVER;
                default -> ALWAYS;
            };
        }
    }
}
