package io.freshet.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that waits, or waited, for a person's decision.
 *
 * @param hold its number
 * @param reason why, from a closed set
 * @param detail the same as a sentence with its numbers
 * @param subject what an approval accepts besides the listed paths
 * @param paths how many paths it lists
 * @param manifestRows how many entries of the target would vanish
 * @param version what exactly it covers: a decision names the version that was looked at, and is refused if it has grown
 */
public record Hold(
        long hold,
        String source,
        String target,
        HoldReason reason,
        String detail,
        @Nullable String subject,
        State state,
        Instant openedAt,
        @Nullable Long openedRun,
        @Nullable Instant decidedAt,
        @Nullable String decidedBy,
        @Nullable String decisionReason,
        long paths,
        long manifestRows,
        String version) {

    /** Where a hold stands; it leaves {@code OPEN} once. */
    public enum State {
        OPEN,
        APPROVED,
        REJECTED,
        /** What it was about went away by itself. */
        RESOLVED
    }
}
