package io.freshet.journal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads what the lanes of targets have before them. Thread-safe. */
public final class LaneOutlooks {
    private static final int SIZED = 50;

    private final JdbcClient jdbc;
    private final Paces paces;
    private final RowEstimates estimates;

    public LaneOutlooks(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.paces = new Paces(jdbc);
        this.estimates = new RowEstimates(jdbc);
    }

    private record Row(int target, String name, LaneOutlook outlook) {
        /** Tells one target and lane from the others in one number. */
        int key() {
            return target * 2 + (outlook.lane() == Lane.BULK ? 1 : 0);
        }
    }

    /**
     * Returns them for the lanes that have something to do or a run at work, by the names of the targets.
     *
     * @param target only this one; null for all
     */
    public Map<String, List<LaneOutlook>> read(@Nullable String target) {
        List<Row> rows = rows(target);
        Map<Integer, String> longQueues = new HashMap<>();
        rows.stream()
                .filter(row -> row.outlook.waiting().counted() != Work.Counted.EXACTLY)
                .forEach(row -> longQueues.put(
                        row.key(),
                        "target_id = " + row.target + " AND lane = '"
                                + row.outlook.lane().name() + "' AND attempts = 0"));
        Map<Integer, Long> estimated = estimates.of(longQueues);
        Map<String, Paces.OfTarget> speeds = rows.isEmpty() ? Map.of() : paces.read();
        Map<String, List<LaneOutlook>> outlooks = new HashMap<>();
        for (Row row : rows) {
            outlooks.computeIfAbsent(row.name, name -> new ArrayList<>())
                    .add(row.outlook.with(
                            estimated.get(row.key()),
                            speeds.getOrDefault(row.name, Paces.OfTarget.IDLE).of(row.outlook.lane())));
        }
        return outlooks;
    }

    private List<Row> rows(@Nullable String target) {
        return jdbc.sql("""
                SELECT t.target_id, t.name AS target, l.lane::text, counted.items, walks.walks, sizes.sized, sizes.bytes,
                       at_work.run_number, coalesce(at_work.done, 0) AS done, coalesce(at_work.failed, 0) AS failed,
                       coalesce(at_work.bytes, 0) AS sent
                FROM target t
                CROSS JOIN unnest(enum_range(NULL::lane)) AS l (lane)
                CROSS JOIN LATERAL (
                    SELECT count(*) AS items FROM (
                        SELECT FROM work_item w WHERE w.target_id = t.target_id AND w.lane = l.lane AND w.attempts = 0
                        ORDER BY w.first_seq LIMIT :limit) w) counted
                CROSS JOIN LATERAL (
                    SELECT count(*) AS walks FROM (
                        SELECT FROM work_item w
                        WHERE w.target_id = t.target_id AND w.kind <> 'PATH' AND w.lane = l.lane AND w.attempts = 0
                        LIMIT :limit) w) walks
                CROSS JOIN LATERAL (%s) sizes
                LEFT JOIN LATERAL (
                    SELECT r.run_number, r.bytes, r.failed,
                           r.transferred + r.renamed + r.deleted + r.metadata + r.adopted + r.unchanged + r.excluded
                               + r.unsupported AS done
                    FROM run r WHERE r.target_id = t.target_id AND r.state = 'RUNNING' AND r.lane = l.lane
                    ORDER BY r.run_number DESC LIMIT 1) at_work ON true
                WHERE t.active AND (:target::text IS NULL OR t.name = :target)
                  AND (counted.items > 0 OR at_work.run_number IS NOT NULL)
                ORDER BY t.name, l.lane
                """.formatted(Backlogs.sizes("""
                        (SELECT w.path FROM work_item w
                         WHERE w.target_id = t.target_id AND w.lane = l.lane AND w.attempts = 0 AND w.kind = 'PATH'
                         ORDER BY w.first_seq LIMIT :sized) sample
                        """)))
                .param("target", target)
                .param("limit", Rows.COUNT_LIMIT)
                .param("sized", SIZED)
                .query((row, number) -> new Row(
                        row.getInt("target_id"),
                        row.getString("target"),
                        new LaneOutlook(
                                Lane.valueOf(row.getString("lane")),
                                new Work(
                                        row.getLong("items"),
                                        row.getLong("items") < Rows.COUNT_LIMIT
                                                ? Work.Counted.EXACTLY
                                                : Work.Counted.MORE_THAN,
                                        row.getLong("sized"),
                                        row.getLong("bytes"),
                                        row.getLong("walks")),
                                Pace.UNKNOWN,
                                row.getObject("run_number", Long.class),
                                row.getLong("done"),
                                row.getLong("failed"),
                                row.getLong("sent"))))
                .list();
    }
}
