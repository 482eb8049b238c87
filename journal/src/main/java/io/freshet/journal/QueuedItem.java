package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A path that waits for a target, to be shown.
 *
 * @param kind whether the path alone is looked at, a directory, or everything below it
 * @param movedFrom where it seems to have come from; null where it does not
 * @param since when the oldest change was seen that has not arrived
 * @param readyAt it is not taken before this moment: the next try of what failed
 * @param attempts how often it failed
 * @param failedRun the run in which it failed last; null where none is known
 * @param phase where it failed last
 * @param errorCode the name of an {@link io.freshet.failure.ErrorCode}; null where it did not fail
 * @param error the same as a sentence
 * @param hold the number of the hold that covers it; null where none does
 * @param postponedBecause what it waits for although nothing failed, in words
 * @param size of a file when the source was compared last; null where that is not known
 * @param firstSeq the number of its oldest change, by which the queue is served
 */
public record QueuedItem(
        String target,
        String path,
        ChangeKind kind,
        @Nullable String movedFrom,
        Lane lane,
        State state,
        Instant since,
        Instant readyAt,
        int attempts,
        @Nullable Long failedRun,
        @Nullable String phase,
        @Nullable String errorCode,
        @Nullable String error,
        @Nullable Long hold,
        @Nullable String postponedBecause,
        @Nullable Long size,
        long firstSeq) {

    /** What it waits for. */
    public enum State {
        /** A person's decision. */
        HELD,
        /** A person, as trying again does not mend it; it is tried again all the same, slowly. */
        NEEDS_PERSON,
        /** Its next try. */
        RETRIED,
        /** Something else that comes first. */
        POSTPONED,
        /** That nobody writes to it any more. */
        SETTLING,
        /** Its turn. */
        READY
    }

    /** Of the row {@code w} of {@code work_item} with a target {@code t}. */
    static final String COLUMNS = """
            w.target, w.path, w.kind::text, w.moved_from, w.lane::text, w.first_dirty_at, w.ready_at,
            w.ready_at > statement_timestamp() AS is_early, w.attempts, w.failed_run, w.failed_phase,
            CASE WHEN w.attempts > 0 THEN coalesce(w.error_code, 'TARGET_FAILURE') END AS error_code, w.error,
            held.hold_id, w.postponed_because, known.size, w.first_seq
            """;

    /** What is looked up for the rows of a page alone. */
    static final String LOOKED_UP = """
            LEFT JOIN LATERAL (
                SELECT h.hold_id FROM hold_path hp JOIN hold h USING (hold_id)
                WHERE hp.target_id = w.target_id AND hp.path_key = w.path_key AND hp.seq >= w.seq
                  AND h.state IN ('OPEN', 'REJECTED')
                ORDER BY h.hold_id DESC LIMIT 1) held ON true
            LEFT JOIN LATERAL (
                SELECT c.size FROM (SELECT split_part(w.path, '/', -1) AS name) last
                JOIN catalogue_dir d ON d.source_id = w.source_id
                    AND d.path_key = path_key(left(w.path, -length(last.name) - 1))
                JOIN catalogue c ON c.source_id = d.source_id AND c.dir_id = d.dir_id AND c.name = last.name
                WHERE w.kind = 'PATH' AND c.type = 'f' LIMIT 1) known ON true
            """;

    static QueuedItem read(ResultSet row, int number) throws SQLException {
        return new QueuedItem(
                row.getString("target"),
                row.getString("path"),
                ChangeKind.valueOf(row.getString("kind")),
                row.getString("moved_from"),
                Lane.valueOf(row.getString("lane")),
                state(row),
                Rows.instant(row, "first_dirty_at"),
                Rows.instant(row, "ready_at"),
                row.getInt("attempts"),
                row.getObject("failed_run", Long.class),
                row.getString("failed_phase"),
                row.getString("error_code"),
                row.getString("error"),
                row.getObject("hold_id", Long.class),
                row.getString("postponed_because"),
                row.getObject("size", Long.class),
                row.getLong("first_seq"));
    }

    private static State state(ResultSet row) throws SQLException {
        if (row.getObject("hold_id") != null) {
            return State.HELD;
        }
        if (row.getInt("attempts") > 0) {
            return Rows.needsPerson(row.getString("error_code")) ? State.NEEDS_PERSON : State.RETRIED;
        }
        if (row.getString("postponed_because") != null) {
            return State.POSTPONED;
        }
        return row.getBoolean("is_early") ? State.SETTLING : State.READY;
    }
}
