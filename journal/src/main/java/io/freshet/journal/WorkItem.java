package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A path that a target still has to look at, as its queue row was when it was claimed.
 *
 * @param movedFrom where it seems to have come from, a hint; else null
 * @param firstSeq the oldest change not delivered yet
 * @param seq the newest change known when the row was read, which is before the path is looked at
 * @param walkPosition for DIR and TREE the last directory whose entries were queued, or null at the start
 * @param asked tells this question for a look from later ones
 * @param walked whether whoever found the path asks for what is below it too
 * @param postponedAt since when it waits although nothing failed, or null
 */
public record WorkItem(
        RelativePath path,
        ChangeKind kind,
        @Nullable RelativePath movedFrom,
        long firstSeq,
        long seq,
        Instant firstDirtyAt,
        Lane lane,
        int attempts,
        @Nullable RelativePath walkPosition,
        long asked,
        boolean walked,
        @Nullable Instant postponedAt) {

    /** An item that stands for what a run found by itself, as of a change; it is in no queue. */
    public static WorkItem found(RelativePath path, ChangeKind kind, long seq, Instant at, Lane lane) {
        return new WorkItem(path, kind, null, seq, seq, at, lane, 0, null, 0, false, null);
    }

    /** Returns the item as it is once everything below it is asked for too, by the question {@code asked}. */
    WorkItem widened(long newlyAsked) {
        return new WorkItem(
                path,
                ChangeKind.TREE,
                movedFrom,
                firstSeq,
                seq,
                firstDirtyAt,
                lane,
                attempts,
                null,
                newlyAsked,
                false,
                postponedAt);
    }
}
