package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of what a target holds with its manifest: asked for, under way or done.
 *
 * @param path what is compared, with all below it
 * @param deep whether the target hashes every file
 * @param begunAt when the first look was taken; null if none was
 * @param position the last directory that was compared; null before the first
 */
public record TargetVerification(
        long id,
        RelativePath path,
        boolean deep,
        Reason reason,
        @Nullable String requestedBy,
        Instant openedAt,
        @Nullable Instant begunAt,
        @Nullable RelativePath position,
        Counts counts,
        @Nullable Instant finishedAt) {
    /** Why it was opened. */
    public enum Reason {
        /** A person asked for it. */
        REQUEST,
        /** The policy verifies in full. */
        POLICY,
        /** The target held things before we came. */
        ADOPTION
    }

    /**
     * What it found.
     *
     * @param entries what the target was seen to hold
     * @param verified files that the target hashed, and that are right
     * @param missing what the manifest has and the target had not; a directory counts as one
     * @param differing what the target had otherwise than the manifest
     * @param extra what the target had and we never put there
     * @param passedOver what was being delivered, or could not be read
     */
    public record Counts(long entries, long verified, long missing, long differing, long extra, long passedOver) {}

    static final String COLUMNS = """
            verification_id, path, deep, reason::text, requested_by, opened_at, begun_at, position, entries, verified, missing,
            differing, extra, passed_over, finished_at
            """;

    static TargetVerification read(ResultSet row, int number) throws SQLException {
        String position = row.getString("position");
        return new TargetVerification(
                row.getLong("verification_id"),
                RelativePath.parse(row.getString("path")),
                row.getBoolean("deep"),
                Reason.valueOf(row.getString("reason")),
                row.getString("requested_by"),
                Rows.instant(row, "opened_at"),
                Rows.instantOrNull(row, "begun_at"),
                position == null ? null : RelativePath.parse(position),
                new Counts(
                        row.getLong("entries"),
                        row.getLong("verified"),
                        row.getLong("missing"),
                        row.getLong("differing"),
                        row.getLong("extra"),
                        row.getLong("passed_over")),
                Rows.instantOrNull(row, "finished_at"));
    }
}
