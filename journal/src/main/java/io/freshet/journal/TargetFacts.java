package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the database holds about one target, all of one statement, before anything is concluded from it. */
record TargetFacts(
        int id,
        String source,
        String target,
        String url,
        String policy,
        @Nullable Instant observedAt,
        Instant asOf,
        long pending,
        boolean pendingIsExact,
        long unplanned,
        long kept,
        @Nullable Instant oldestPendingAt,
        TargetStatus.@Nullable Pause pause,
        @Nullable BandwidthLimit bandwidth,
        TargetStatus.@Nullable TargetFailure failing,
        @Nullable Instant lastDeliveryAt,
        long entries,
        boolean prepared,
        boolean rescanning,
        boolean isFiring,
        @Nullable Instant leaseExpiresAt) {

    static TargetFacts read(ResultSet row, int number) throws SQLException {
        Instant pausedAt = Rows.instantOrNull(row, "paused_at");
        String failingCode = row.getString("failing_code");
        return new TargetFacts(
                row.getInt("target_id"),
                row.getString("source"),
                row.getString("target"),
                withoutPassword(row.getString("url")),
                row.getString("policy"),
                Rows.instantOrNull(row, "observed_at"),
                Rows.instant(row, "as_of"),
                row.getLong("pending"),
                row.getLong("pending") < Rows.COUNT_LIMIT,
                row.getLong("unplanned"),
                row.getLong("kept"),
                Rows.instantOrNull(row, "oldest_pending_at"),
                pausedAt == null
                        ? null
                        : new TargetStatus.Pause(pausedAt, row.getString("paused_by"), row.getString("pause_reason")),
                BandwidthLimit.read(row),
                failingCode == null
                        ? null
                        : new TargetStatus.TargetFailure(
                                failingCode,
                                row.getString("failing_message"),
                                Rows.instantOrNull(row, "failing_since"),
                                row.getInt("failing_attempts"),
                                Rows.instantOrNull(row, "next_attempt_at")),
                Rows.instantOrNull(row, "last_delivery_at"),
                row.getLong("entries"),
                row.getBoolean("prepared"),
                row.getObject("rescanning_since") != null,
                row.getBoolean("is_firing"),
                Rows.instantOrNull(row, "lease_expires_at"));
    }

    /** A password does not belong into a URL; where one stands there all the same, it is not shown. */
    private static String withoutPassword(String url) {
        return url.replaceFirst("^([a-z]+://[^:/@]*):[^/@]*@", "$1@");
    }

    TargetFacts withEstimate(long estimate) {
        return new TargetFacts(
                id,
                source,
                target,
                url,
                policy,
                observedAt,
                asOf,
                estimate,
                false,
                unplanned,
                kept,
                oldestPendingAt,
                pause,
                bandwidth,
                failing,
                lastDeliveryAt,
                entries,
                prepared,
                rescanning,
                isFiring,
                leaseExpiresAt);
    }
}
