package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What was seen of each source and how it was compared, to be shown. Thread-safe. */
public final class SourceBook {
    private final JdbcClient jdbc;

    public SourceBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns the newest change in a source's journal; empty where there is none, or it is not kept any more. */
    public Optional<LastChange> lastChange(String source) {
        return jdbc.sql("""
                        SELECT path, observed_at, detector::text FROM change
                        WHERE source_id = (SELECT source_id FROM source WHERE name = :source)
                        ORDER BY seq DESC LIMIT 1
                        """)
                .param("source", source)
                .query((row, number) -> new LastChange(
                        row.getString("path"),
                        Rows.instant(row, "observed_at"),
                        Detector.valueOf(row.getString("detector"))))
                .optional();
    }

    /**
     * Returns the comparisons of a source with what it was seen to hold, newest first.
     *
     * @param before the number of the last one of the page before; null for the first page
     */
    public List<Comparison> rescans(String source, @Nullable Long before, int limit) {
        return jdbc.sql("""
                        SELECT rescan_id, path, reason::text, opened_at, begun_at, finished_at, walk_position, directories, entries,
                               changes, unreadable, detail
                        FROM rescan
                        WHERE source_id = (SELECT source_id FROM source WHERE name = :source) AND rescan_id < :before
                        ORDER BY rescan_id DESC LIMIT :limit
                        """)
                .param("source", source)
                .param("before", before == null ? Long.MAX_VALUE : before)
                .param("limit", limit)
                .query(SourceBook::comparison)
                .list();
    }

    private static Comparison comparison(ResultSet row, int number) throws SQLException {
        return new Comparison(
                row.getLong("rescan_id"),
                row.getString("path"),
                RescanReason.valueOf(row.getString("reason")),
                Rows.instant(row, "opened_at"),
                Rows.instantOrNull(row, "begun_at"),
                Rows.instantOrNull(row, "finished_at"),
                row.getString("walk_position"),
                row.getLong("directories"),
                row.getLong("entries"),
                row.getLong("changes"),
                row.getLong("unreadable"),
                row.getString("detail"));
    }

    /** A change, and by what it was noticed. */
    public record LastChange(String path, Instant observedAt, Detector detector) {}

    /**
     * A comparison of a source, or a part of it, with what it was seen to hold.
     *
     * @param path relative to the source; empty for all of it
     * @param begunAt null before it has looked at anything
     * @param finishedAt null before its end
     * @param position the last directory that was compared; null before the first and after the last
     * @param entries that were looked at
     * @param changes that were found
     * @param unreadable directories that could not be read
     * @param detail what could not be read, and what to do about it
     */
    public record Comparison(
            long id,
            String path,
            RescanReason reason,
            Instant openedAt,
            @Nullable Instant begunAt,
            @Nullable Instant finishedAt,
            @Nullable String position,
            long directories,
            long entries,
            long changes,
            long unreadable,
            @Nullable String detail) {}
}
