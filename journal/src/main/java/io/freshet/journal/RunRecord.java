package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The record of one run: what it did, as counters.
 *
 * @param run its number, unique for its target
 * @param parentRun the run whose failures it tries again
 * @param transferred files and symlinks sent, directories made
 * @param metadata paths of which only attributes were set
 * @param adopted paths that were found on the target as they should be
 * @param unchanged paths that were already right
 * @param verified files that were sent and then hashed on the target, and found right
 * @param differing paths that a verification found on the target otherwise than the manifest says
 * @param extra paths that a verification found on the target and that we never put there
 * @param policy the name of its policy
 * @param policyVersion which version of it; null for runs from before versions were kept
 * @param bytes content sent
 * @param unlisted how much of that is not listed path by path, as the database's disk was short of space
 * @param deliveriesSince what it did to paths before this moment is not kept any more; null if all of it is
 */
public record RunRecord(
        String target,
        long run,
        Lane lane,
        RunState state,
        RunCause cause,
        @Nullable String requestedBy,
        @Nullable Long parentRun,
        String policy,
        @Nullable Integer policyVersion,
        String node,
        Instant startedAt,
        @Nullable Instant endedAt,
        long transferred,
        long renamed,
        long deleted,
        long metadata,
        long adopted,
        long unchanged,
        long excluded,
        long unsupported,
        long held,
        long failed,
        long verified,
        long differing,
        long extra,
        long bytes,
        long unlisted,
        @Nullable String errorCode,
        @Nullable String error,
        @Nullable Instant deliveriesSince) {

    /** Returns how many paths it has finished with. */
    public long done() {
        return transferred + renamed + deleted + metadata + adopted + unchanged + excluded + unsupported;
    }

    /** Returns how long it took, or has taken until now. */
    public Duration took(Instant now) {
        return Duration.between(startedAt, endedAt == null ? now : endedAt);
    }

    static final String COLUMNS = """
            t.name AS target, r.run_number, r.lane::text, r.state::text, r.cause::text, r.requested_by, r.parent_run,
            r.policy, r.policy_version, r.node, r.started_at, r.ended_at, r.transferred, r.renamed, r.deleted, r.metadata, r.adopted,
            r.unchanged, r.excluded, r.unsupported, r.held, r.failed, r.verified,
            r.differing, r.extra, r.bytes, r.unlisted, r.error_code, r.error,
            (SELECT deliveries_since FROM retention WHERE deliveries_since > r.started_at) AS deliveries_since
            """;

    static RunRecord read(ResultSet row, int number) throws SQLException {
        return new RunRecord(
                row.getString("target"),
                row.getLong("run_number"),
                Lane.valueOf(row.getString("lane")),
                RunState.valueOf(row.getString("state")),
                RunCause.valueOf(row.getString("cause")),
                row.getString("requested_by"),
                row.getObject("parent_run", Long.class),
                row.getString("policy"),
                row.getObject("policy_version", Integer.class),
                row.getString("node"),
                Rows.instant(row, "started_at"),
                Rows.instantOrNull(row, "ended_at"),
                row.getLong("transferred"),
                row.getLong("renamed"),
                row.getLong("deleted"),
                row.getLong("metadata"),
                row.getLong("adopted"),
                row.getLong("unchanged"),
                row.getLong("excluded"),
                row.getLong("unsupported"),
                row.getLong("held"),
                row.getLong("failed"),
                row.getLong("verified"),
                row.getLong("differing"),
                row.getLong("extra"),
                row.getLong("bytes"),
                row.getLong("unlisted"),
                row.getString("error_code"),
                row.getString("error"),
                Rows.instantOrNull(row, "deliveries_since"));
    }
}
