package io.freshet.journal;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long changes of the last days would have waited under a policy, from the journal. Thread-safe. */
public final class PolicyDelays {
    private final JdbcClient jdbc;

    public PolicyDelays(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A span in which nothing would have been delivered.
     *
     * @param until when what is observed in it would have been
     */
    public record Closed(Instant from, Instant until) {}

    /**
     * What would have waited of a day.
     *
     * @param day on which a path changed first, in the zone that was asked for
     * @param paths that would have waited; one that changed more often before it was delivered counts once
     * @param changes as often as they were observed to change
     * @param sizesKnown of how many of the paths the size is known
     * @param bytes their sizes as of now; null where none is known
     * @param longestSeconds the longest wait of one of them
     */
    public record Day(
            LocalDate day,
            long paths,
            long changes,
            long sizesKnown,
            @Nullable Long bytes,
            long longestSeconds) {}

    /**
     * Returns what would have waited, day by day.
     *
     * @param sources whose changes are looked at
     * @param closed in order, and not overlapping
     */
    public List<Day> read(List<String> sources, List<Closed> closed, ZoneId zone) {
        return jdbc.sql("""
                        WITH span AS (SELECT :froms::timestamptz[] AS froms, :untils::timestamptz[] AS untils),
                        waiting AS (
                            SELECT c.source_id, c.path, c.observed_at,
                                   span.untils[width_bucket(c.observed_at, span.froms)] AS until
                            FROM change c CROSS JOIN span
                            WHERE c.source_id IN (SELECT source_id FROM source WHERE name = ANY (:sources::text[]))
                              AND c.observed_at >= span.froms[1]),
                        path AS (
                            SELECT source_id, min(path) AS path, min(observed_at) AS since, count(*) AS changes, until
                            FROM waiting WHERE observed_at < until GROUP BY source_id, path_key(path), until),
                        sized AS (
                            SELECT path.*, m.size
                            FROM path
                            LEFT JOIN LATERAL (
                                SELECT min(target_id) AS target_id FROM target t
                                WHERE t.source_id = path.source_id AND t.active) one ON true
                            LEFT JOIN manifest_dir d
                                ON d.target_id = one.target_id
                                   AND d.path_key = path_key(regexp_replace(path.path, '/?[^/]*$', ''))
                            LEFT JOIN manifest m
                                ON m.target_id = one.target_id AND m.dir_id = d.dir_id AND m.type = 'f'
                                   AND m.name = regexp_replace(path.path, '^.*/', ''))
                        SELECT (since AT TIME ZONE :zone)::date AS day, count(*) AS paths, sum(changes) AS changes,
                               count(size) AS sizes_known, sum(size) AS bytes,
                               ceil(extract(epoch FROM max(until - since))) AS longest
                        FROM sized GROUP BY day ORDER BY day
                        """)
                .param(
                        "froms",
                        closed.stream().map(each -> each.from.toString()).toArray(String[]::new))
                .param(
                        "untils",
                        closed.stream().map(each -> each.until.toString()).toArray(String[]::new))
                .param("sources", sources.toArray(String[]::new))
                .param("zone", zone.getId())
                .query(PolicyDelays::day)
                .list();
    }

    private static Day day(ResultSet row, int number) throws SQLException {
        BigDecimal bytes = row.getBigDecimal("bytes");
        return new Day(
                row.getObject("day", LocalDate.class),
                row.getLong("paths"),
                row.getLong("changes"),
                row.getLong("sizes_known"),
                bytes == null ? null : bytes.longValue(),
                row.getLong("longest"));
    }
}
