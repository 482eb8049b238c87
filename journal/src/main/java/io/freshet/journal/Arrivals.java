package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How much of a directory targets hold, counted up to a limit in their manifests. Thread-safe. */
final class Arrivals {
    private static final int LIMIT = 5_001;

    private final JdbcClient jdbc;
    private final Wording wording;

    Arrivals(JdbcClient jdbc, Wording wording) {
        this.jdbc = jdbc;
        this.wording = wording;
    }

    /** Returns what each of the targets holds below a directory, by their names. */
    Map<String, Arrived> read(List<String> targets, Scope scope, Instant now) {
        // The limits keep every look a look by key: joined freely, whole tables would be read at once.
        String sql = scope.isWhole() ? """
                SELECT t.name AS target, greatest(ts.manifest_rows - 1, 0) AS entries, NULL::bigint AS bytes,
                       ts.last_delivery_at AS last_at, true AS exact
                FROM target t JOIN target_state ts USING (target_id)
                WHERE t.active AND t.name = ANY (:targets) AND :path = '' AND :limit > 0
                """ : """
                SELECT t.name AS target, held.*
                FROM target t
                CROSS JOIN LATERAL (
                    SELECT count(*) AS entries, coalesce(sum(size), 0)::bigint AS bytes, count(*) < :limit AS exact,
                           max(delivered_at) AS last_at
                    FROM (SELECT CASE WHEN m.type = 'f' THEN m.size ELSE 0 END AS size, m.delivered_at
                          FROM (SELECT dir_id FROM manifest_dir
                                WHERE target_id = t.target_id AND in_subtree(path, :path)
                                ORDER BY left(path COLLATE "C", 512) LIMIT :limit) d
                          CROSS JOIN LATERAL (
                              SELECT m.type, m.size, m.delivered_at FROM manifest m
                              WHERE m.target_id = t.target_id AND m.dir_id = d.dir_id AND m.supported LIMIT :limit) m
                          LIMIT :limit) entry) held
                WHERE t.active AND t.name = ANY (:targets)
                """;
        return jdbc
                .sql(sql)
                .param("targets", targets.toArray(String[]::new))
                .param("path", scope.path())
                .param("limit", LIMIT)
                .query((row, number) -> Map.entry(row.getString("target"), arrived(row, now)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Arrived arrived(ResultSet row, Instant now) throws SQLException {
        boolean exact = row.getBoolean("exact");
        long entries = exact ? row.getLong("entries") : LIMIT - 1L;
        Long bytes = row.getObject("bytes", Long.class);
        Instant lastAt = exact ? Rows.instantOrNull(row, "last_at") : null;
        String more = exact ? "" : "more than ";
        String words = more + Wording.count(entries, "entry") + " below it are there"
                + (bytes == null || bytes == 0 ? "" : ", " + more + Wording.bytes(bytes))
                + (lastAt == null ? "" : ", the last " + wording.moment(lastAt, now));
        return new Arrived(entries, exact, bytes, lastAt, words);
    }
}
