package io.freshet.journal;

import io.freshet.file.FileState;
import io.freshet.file.FileType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the database holds about a path on one target, all of one statement, before anything is concluded from it. */
record PathFacts(
        String target,
        Instant asOf,
        @Nullable Instant observedAt,
        @Nullable Held held,
        @Nullable Last last,
        @Nullable Item own,
        @Nullable Item above,
        long below,
        long failedBelow,
        @Nullable Instant oldestBelowAt,
        long stuckBelow,
        @Nullable String failedBelowCode,
        @Nullable Instant failedBelowNextAt,
        long unplanned,
        @Nullable Instant unplannedSince,
        @Nullable Instant rescanningSince,
        @Nullable Long hold,
        @Nullable String holdDetail,
        @Nullable String keptBy,
        @Nullable String pausedBy,
        @Nullable Instant pausedAt,
        @Nullable String failingCode,
        @Nullable String failingMessage,
        @Nullable Instant failingNextAt,
        boolean isServed,
        @Nullable String sourceIdentity) {

    /**
     * What the target holds.
     *
     * @param state of the source that was delivered
     */
    record Held(
            String type,
            boolean supported,
            FileState state,
            Instant contentAsOf,
            String evidence,
            long run,
            Instant deliveredAt) {}

    /** The last delivery of the path. */
    record Last(
            String outcome,
            Instant deliveredAt,
            long run,
            @Nullable String reason) {}

    /** A row of the work queue. */
    record Item(
            String path,
            Instant since,
            Instant readyAt,
            int attempts,
            @Nullable String errorCode,
            @Nullable String error,
            @Nullable String postponedBecause) {}

    boolean isPending() {
        return own != null || above != null || below > 0 || unplanned > 0 || rescanningSince != null;
    }

    /** The row on the path or above it that failed and waits for its next try; null if none does. */
    @Nullable
    Item failedItem() {
        if (own != null && own.attempts() > 0) {
            return own;
        }
        return above != null && above.attempts() > 0 ? above : null;
    }

    static PathFacts read(ResultSet row, int number) throws SQLException {
        return new PathFacts(
                row.getString("target"),
                Rows.instant(row, "as_of"),
                Rows.instantOrNull(row, "observed_at"),
                held(row),
                last(row),
                item(row, "own_"),
                item(row, "above_"),
                row.getLong("below"),
                row.getLong("failed_below"),
                Rows.instantOrNull(row, "oldest_below_at"),
                row.getLong("stuck_below"),
                row.getString("failed_below_code"),
                Rows.instantOrNull(row, "failed_below_next_at"),
                row.getLong("unplanned"),
                Rows.instantOrNull(row, "unplanned_since"),
                Rows.instantOrNull(row, "rescanning_since"),
                row.getObject("hold_id", Long.class),
                row.getString("hold_detail"),
                "REJECTED".equals(row.getString("hold_state")) ? row.getString("hold_decided_by") : null,
                row.getString("paused_by"),
                Rows.instantOrNull(row, "paused_at"),
                row.getString("failing_code"),
                row.getString("failing_message"),
                Rows.instantOrNull(row, "failing_next_at"),
                row.getBoolean("is_served"),
                row.getString("source_identity"));
    }

    private static @Nullable Held held(ResultSet row) throws SQLException {
        if (row.getString("type") == null) {
            return null;
        }
        long mtimeNanos = row.getLong("mtime_nanos");
        return new Held(
                row.getString("type"),
                row.getBoolean("supported"),
                Manifest.state(row, FileType.ofCode(row.getString("type").charAt(0))),
                Instant.ofEpochSecond(
                        Math.floorDiv(mtimeNanos, 1_000_000_000L), Math.floorMod(mtimeNanos, 1_000_000_000L)),
                row.getString("evidence"),
                row.getLong("run_number"),
                Rows.instant(row, "delivered_at"));
    }

    private static @Nullable Last last(ResultSet row) throws SQLException {
        if (row.getString("last_outcome") == null) {
            return null;
        }
        return new Last(
                row.getString("last_outcome"),
                Rows.instant(row, "last_at"),
                row.getLong("last_run"),
                row.getString("last_reason"));
    }

    private static @Nullable Item item(ResultSet row, String prefix) throws SQLException {
        if (row.getString(prefix + "path") == null) {
            return null;
        }
        return new Item(
                row.getString(prefix + "path"),
                Rows.instant(row, prefix + "since"),
                Rows.instant(row, prefix + "ready_at"),
                row.getInt(prefix + "attempts"),
                row.getString(prefix + "error_code"),
                row.getString(prefix + "error"),
                row.getString(prefix + "postponed_because"));
    }
}
