package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What of a path waits in which lane, and what the lane takes before it. Thread-safe.
 *
 * <p>In the order of {@link WorkQueue#ready}: what people expedited, in the express lane, then the oldest first. What failed
 * takes its turn when its next try is due, what is held waits for a person, and neither is in anybody's way. Counting stops
 * at a limit, so the cost does not grow with the queue.
 */
final class Backlogs {
    /** Sizes are looked up for so many items; what the others have is estimated. */
    private static final int SIZED = 100;

    /** Counting stops here: an answer for all targets has 50 ms. */
    static final int LIMIT = 1_001;

    private final JdbcClient jdbc;

    Backlogs(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns it for each of the targets that has something of the path in its queue, by lane. */
    Map<String, List<Backlog.InLane>> read(List<String> targets, Scope scope) {
        return jdbc
                .sql("""
                SELECT t.name AS target, mine.*, ahead.*
                FROM target t
                CROSS JOIN LATERAL (
                    SELECT EXISTS (SELECT FROM expedite e
                                   WHERE e.target_id = t.target_id AND e.expires_at > statement_timestamp()
                                     AND is_ancestor(e.path, :path)) AS now) sent
                CROSS JOIN LATERAL (%s) mine
                CROSS JOIN LATERAL (%s) ahead
                WHERE t.active AND t.name = ANY (:targets)
                ORDER BY t.name, mine.lane
                """.formatted(mine(), ahead()))
                .param("targets", targets.toArray(String[]::new))
                .param("path", scope.path())
                .param("ancestors", scope.ancestors())
                .param("limit", LIMIT)
                .param("sized", SIZED)
                .query((row, number) -> Map.entry(row.getString("target"), inLane(row)))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    /** The path's own rows by lane, and of those that wait for no next try the one that is taken last. */
    private static String mine() {
        return """
                WITH mine AS MATERIALIZED (
                    (SELECT w.path, w.kind, w.first_seq, w.attempts, w.lane, true AS own FROM work_item w
                     WHERE w.target_id = t.target_id AND in_subtree(w.path, :path)
                     ORDER BY left(w.path COLLATE "C", 512) LIMIT :limit)
                    UNION ALL
                    (SELECT w.path, w.kind, w.first_seq, w.attempts, w.lane, false FROM work_item w
                     WHERE w.target_id = t.target_id AND w.path_key IN (SELECT path_key(a) FROM unnest(:ancestors::text[]) a)
                       AND (w.kind <> 'PATH' OR w.moved_from IS NOT NULL)))
                SELECT l.lane, counted.*, sizes.sized, sizes.bytes, last.first_seq AS last_seq, last.path AS last_path
                FROM unnest(enum_range(NULL::lane)) AS l (lane)
                CROSS JOIN LATERAL (
                    SELECT count(*) FILTER (WHERE own) AS items, count(*) FILTER (WHERE kind <> 'PATH') AS walks,
                           (SELECT count(*) FROM mine WHERE own) < :limit AS to_the_end
                    FROM mine WHERE mine.lane = l.lane) counted
                CROSS JOIN LATERAL (%s) sizes
                LEFT JOIN LATERAL (
                    SELECT m.first_seq, m.path FROM mine m WHERE m.lane = l.lane AND m.attempts = 0
                    ORDER BY m.first_seq DESC, m.path DESC LIMIT 1) last ON true
                WHERE counted.items > 0 OR counted.walks > 0
                """.formatted(sizes("mine WHERE mine.lane = l.lane AND own AND kind = 'PATH'"));
    }

    /** What the lane takes before that one. Of rows that are equally old only a part may have been counted. */
    private static String ahead() {
        return """
                WITH older AS MATERIALIZED (
                    SELECT w.path, w.kind, w.first_seq FROM work_item w
                    WHERE NOT sent.now AND w.target_id = t.target_id AND w.lane = mine.lane AND w.attempts = 0
                      AND w.first_seq <= mine.last_seq AND w.ready_at <= statement_timestamp() AND %1$s
                    ORDER BY w.first_seq LIMIT :limit),
                expedited AS MATERIALIZED (
                    SELECT DISTINCT w.path, w.kind FROM (
                        SELECT w.* FROM expedite e JOIN work_item w ON w.target_id = e.target_id AND in_subtree(w.path, e.path)
                        WHERE e.target_id = t.target_id AND e.expires_at > statement_timestamp() AND w.kind = 'PATH'
                          AND (mine.lane = 'EXPRESS' OR sent.now) AND w.ready_at <= statement_timestamp() LIMIT :limit) w
                    WHERE CASE WHEN sent.now THEN (w.first_seq, w.path) < (mine.last_seq, mine.last_path)
                               ELSE w.lane <> mine.lane OR w.attempts > 0
                                   OR (w.first_seq, w.path) >= (mine.last_seq, mine.last_path) END
                      AND mine.last_seq IS NOT NULL AND NOT in_subtree(w.path, :path) AND %1$s),
                others AS MATERIALIZED (
                    SELECT o.path, o.kind FROM older o
                    WHERE NOT in_subtree(o.path, :path) AND (o.first_seq, o.path) < (mine.last_seq, mine.last_path)
                    UNION ALL
                    SELECT path, kind FROM expedited)
                SELECT (SELECT count(*) FROM others) AS ahead,
                       (SELECT count(*) FROM others WHERE kind <> 'PATH') AS ahead_walks,
                       (SELECT count(*) FROM older) < :limit AND (SELECT count(*) FROM expedited) < :limit AS ahead_to_the_end,
                       sizes.sized AS ahead_sized, sizes.bytes AS ahead_bytes
                FROM (%2$s) sizes
                """.formatted(WorkQueue.NOT_HELD, sizes("others WHERE kind = 'PATH'"));
    }

    /**
     * SQL for how many of a sample of rows with a path have a known size, and how large they are together, for the row
     * {@code t} of {@code target}; it uses the parameter {@code sized}.
     */
    static String sizes(String from) {
        return """
                SELECT count(*) AS sized, coalesce(sum(c.size), 0) AS bytes
                FROM (SELECT path, split_part(path, '/', -1) AS name FROM %s LIMIT :sized) p
                CROSS JOIN LATERAL (
                    SELECT d.dir_id FROM catalogue_dir d
                    WHERE d.source_id = t.source_id AND d.path_key = path_key(left(p.path, -length(p.name) - 1))
                    LIMIT 1) d
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN c.type = 'f' THEN c.size ELSE 0 END AS size FROM catalogue c
                    WHERE c.source_id = t.source_id AND c.dir_id = d.dir_id AND c.name = p.name LIMIT 1) c
                """.formatted(from);
    }

    private static Backlog.InLane inLane(ResultSet row) throws SQLException {
        return new Backlog.InLane(
                Lane.valueOf(row.getString("lane")),
                counted(
                        row.getLong("items"),
                        row.getBoolean("to_the_end"),
                        row.getLong("sized"),
                        row.getLong("bytes"),
                        row.getLong("walks")),
                counted(
                        row.getLong("ahead"),
                        row.getBoolean("ahead_to_the_end"),
                        row.getLong("ahead_sized"),
                        row.getLong("ahead_bytes"),
                        row.getLong("ahead_walks")));
    }

    private static Work counted(long items, boolean toTheEnd, long sized, long bytes, long walks) {
        if (toTheEnd) {
            return new Work(items, Work.Counted.EXACTLY, sized, bytes, walks);
        }
        return items < LIMIT - 1
                ? new Work(items, Work.Counted.AT_LEAST, sized, bytes, walks)
                : new Work(LIMIT - 1L, Work.Counted.MORE_THAN, sized, bytes, walks);
    }
}
