package io.freshet.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that waits, or waited, for a person's decision.
 *
 * @param hold its number
 * @param policy the target's, which says what a decision takes
 * @param reason why, from a closed set
 * @param detail the same as a sentence with its numbers
 * @param note what came before, where this is about what was approved already
 * @param subject what an approval accepts besides the listed paths
 * @param expiresAt from when on an approval permits nothing more; null where none was given, or it is good until used
 * @param fourEyes whether approving takes two persons
 * @param firstApproval the first of two approvals, where that was given
 * @param paths how many paths it lists
 * @param manifestRows how many entries of the target would vanish
 * @param version what exactly it covers: a decision names the version that was looked at, and is refused if it has grown
 */
public record Hold(
        long hold,
        String source,
        String target,
        String policy,
        HoldReason reason,
        String detail,
        @Nullable String note,
        @Nullable String subject,
        State state,
        Instant openedAt,
        @Nullable Long openedRun,
        @Nullable Instant decidedAt,
        @Nullable String decidedBy,
        @Nullable String decisionReason,
        @Nullable Instant expiresAt,
        boolean fourEyes,
        @Nullable FirstApproval firstApproval,
        long paths,
        long manifestRows,
        String version) {

    /** Where a hold stands; it leaves {@code OPEN} once. */
    public enum State {
        OPEN,
        APPROVED,
        REJECTED,
        /** What it was about went away by itself. */
        RESOLVED,
        /** It was approved, but not done before the approval expired, or the source's root was replaced. */
        LAPSED
    }

    /**
     * An approval that waits for that of a second person.
     *
     * @param stands whether the hold is still what was approved; where it grew since, the approval counts for nothing
     */
    public record FirstApproval(String by, Instant at, String reason, String version, boolean stands) {}
}
