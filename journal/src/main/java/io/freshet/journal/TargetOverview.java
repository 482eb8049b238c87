package io.freshet.journal;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How far every source and target is. Some ten queries for all targets together, and two more where queues are long, whose cost
 * does not grow with queues, manifests or histories: what is counted is counted up to a limit and estimated beyond.
 * Thread-safe.
 */
public final class TargetOverview {
    private static final int RUNS_SHOWN = 20;

    private final JdbcClient jdbc;
    private final HoldBook holds;
    private final ProgressReports progress;
    private final TargetVerdict verdict;
    private final LaneOutlooks outlooks;
    private final RowEstimates estimates;

    public TargetOverview(JdbcClient jdbc, OpeningHours openingHours, Wording wording) {
        this.jdbc = jdbc;
        this.holds = new HoldBook(jdbc);
        this.progress = new ProgressReports(jdbc);
        this.verdict = new TargetVerdict(openingHours, wording);
        this.outlooks = new LaneOutlooks(jdbc);
        this.estimates = new RowEstimates(jdbc);
    }

    /** Returns the status of all sources and their active targets, by name. */
    public Status read() {
        Instant asOf = jdbc.sql("SELECT statement_timestamp() AS as_of")
                .query((row, number) -> Rows.instant(row, "as_of"))
                .single();
        Map<String, List<TargetStatus.Failures>> failures = failures();
        Map<String, List<RunRecord>> runs = runs();
        Map<String, List<LaneProgress>> moving = progress.read();
        Map<String, List<Hold>> open = holds.open().stream().collect(Collectors.groupingBy(Hold::target));
        Map<String, List<TargetStatus>> targets = new LinkedHashMap<>();
        List<TargetFacts> all = facts();
        Map<Integer, Long> estimated = estimates(all);
        Map<String, List<LaneOutlook>> lanes = outlooks.read(null);
        for (TargetFacts facts : all) {
            Long estimate = estimated.get(facts.id());
            targets.computeIfAbsent(facts.source(), name -> new ArrayList<>())
                    .add(verdict.of(
                            estimate == null ? facts : facts.withEstimate(estimate),
                            failures.getOrDefault(facts.target(), List.of()),
                            open.getOrDefault(facts.target(), List.of()),
                            runs.getOrDefault(facts.target(), List.of()),
                            moving.getOrDefault(facts.target(), List.of()),
                            lanes.getOrDefault(facts.target(), List.of())));
        }
        return new Status(asOf, sources(targets));
    }

    private List<TargetFacts> facts() {
        return jdbc.sql("""
                SELECT t.target_id, s.name AS source, t.name AS target, t.url, t.policy, s.observed_at, rescanning.since AS rescanning_since,
                       statement_timestamp() AS as_of,
                       (SELECT count(*) FROM (
                            SELECT FROM work_item w WHERE w.target_id = t.target_id LIMIT :limit) counted) AS pending,
                       (SELECT count(*) FROM (
                            SELECT FROM change c
                            WHERE c.source_id = s.source_id AND c.seq > ts.cursor AND c.seq <= s.head LIMIT :limit) counted
                       ) AS unplanned,
                       LEAST(
                           (SELECT w.first_dirty_at FROM work_item w
                            WHERE w.target_id = t.target_id AND w.lane = 'EXPRESS' AND w.attempts = 0
                            ORDER BY w.first_seq LIMIT 1),
                           (SELECT w.first_dirty_at FROM work_item w
                            WHERE w.target_id = t.target_id AND w.lane = 'BULK' AND w.attempts = 0
                            ORDER BY w.first_seq LIMIT 1),
                           (SELECT min(w.first_dirty_at) FROM work_item w
                            WHERE w.target_id = t.target_id AND w.attempts > 0),
                           (SELECT c.observed_at FROM change c
                            WHERE c.source_id = s.source_id AND c.seq > ts.cursor AND c.seq <= s.head
                            ORDER BY c.seq LIMIT 1),
                           rescanning.since) AS oldest_pending_at,
                       (SELECT count(*) FROM (
                            SELECT FROM hold h JOIN hold_path hp USING (hold_id)
                            JOIN work_item w ON w.target_id = h.target_id AND w.path_key = hp.path_key AND w.seq <= hp.seq
                            WHERE h.target_id = t.target_id AND h.state = 'REJECTED' LIMIT :limit) counted) AS kept,
                       p.paused_at, p.paused_by, p.reason AS pause_reason, %s,
                       ts.failing_code, ts.failing_message, ts.failing_since, coalesce(ts.failing_attempts, 0) AS failing_attempts,
                       ts.next_attempt_at,
                       EXISTS (SELECT FROM firing f WHERE f.target_id = t.target_id AND f.state = 'OPEN') AS is_firing,
                       ts.last_delivery_at, coalesce(ts.manifest_rows, 0) AS entries,
                       ts.target_id IS NOT NULL AS prepared, l.expires_at AS lease_expires_at
                FROM target t
                JOIN source s USING (source_id)
                LEFT JOIN target_state ts USING (target_id)
                LEFT JOIN target_pause p USING (target_id)
                LEFT JOIN target_bandwidth b USING (target_id)
                LEFT JOIN lease l USING (target_id)
                CROSS JOIN LATERAL (SELECT %s AS since) rescanning
                WHERE t.active
                ORDER BY s.name, t.name
                """.formatted(BandwidthLimit.COLUMNS.formatted("t"), Scope.rescanningSince("s.head")))
                .param("path", "")
                .param("limit", Rows.COUNT_LIMIT)
                .query(TargetFacts::read)
                .list();
    }

    private Map<String, List<TargetStatus.Failures>> failures() {
        return jdbc
                .sql("""
                SELECT t.name AS target, coalesce(w.error_code, 'TARGET_FAILURE') AS code, count(*) AS paths,
                       min(w.error) AS example, min(w.ready_at) AS next_attempt_at
                FROM work_item w JOIN target t USING (target_id)
                WHERE w.attempts > 0 AND t.active
                GROUP BY t.name, w.error_code
                ORDER BY t.name, count(*) DESC
                """)
                .query((row, number) -> Map.entry(
                        row.getString("target"),
                        new TargetStatus.Failures(
                                row.getString("code"),
                                row.getLong("paths"),
                                row.getString("example"),
                                Rows.instant(row, "next_attempt_at"),
                                Rows.needsPerson(row.getString("code")))))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private Map<String, List<RunRecord>> runs() {
        return jdbc
                .sql("""
                SELECT %s
                FROM target t
                CROSS JOIN LATERAL (
                    SELECT * FROM (
                        SELECT * FROM run latest WHERE latest.target_id = t.target_id
                        ORDER BY latest.run_number DESC LIMIT :shown) shown
                    UNION
                    SELECT * FROM run under_way WHERE under_way.target_id = t.target_id AND under_way.state = 'RUNNING') r
                WHERE t.active
                ORDER BY t.name, r.run_number DESC
                """.formatted(RunRecord.COLUMNS))
                .param("shown", RUNS_SHOWN)
                .query(RunRecord::read)
                .list()
                .stream()
                .collect(Collectors.groupingBy(RunRecord::target));
    }

    /** How many rows the long queues have, about. */
    private Map<Integer, Long> estimates(List<TargetFacts> facts) {
        return estimates.of(facts.stream()
                .filter(each -> each.pending() >= Rows.COUNT_LIMIT)
                .collect(Collectors.toMap(TargetFacts::id, each -> "target_id = " + each.id())));
    }

    private List<SourceStatus> sources(Map<String, List<TargetStatus>> targets) {
        return jdbc.sql("""
                SELECT s.name, s.root_path, s.head, s.observed_at, w.node, w.tier, w.tier_reason, w.limits, w.state, w.detail,
                       w.events, w.overflows, w.rescanning, w.waiting_paths, w.waiting_bytes, w.updated_at, u.paths, u.reasons, %s
                FROM source s LEFT JOIN watcher_status w USING (source_id) LEFT JOIN source_bandwidth b USING (source_id)
                LEFT JOIN LATERAL (
                    SELECT array_agg(path ORDER BY path) AS paths, array_agg(reason ORDER BY path) AS reasons
                    FROM unwatched_subtree WHERE source_id = s.source_id) u ON true
                ORDER BY s.name
                """.formatted(BandwidthLimit.COLUMNS.formatted("s")))
                .query((row, number) -> new SourceStatus(
                        row.getString("name"),
                        row.getString("root_path"),
                        row.getLong("head"),
                        Rows.instantOrNull(row, "observed_at"),
                        watcher(row),
                        BandwidthLimit.read(row),
                        targets.getOrDefault(row.getString("name"), List.of())))
                .list();
    }

    private static SourceStatus.@Nullable Watcher watcher(ResultSet row) throws SQLException {
        if (row.getString("node") == null) {
            return null;
        }
        return new SourceStatus.Watcher(
                row.getString("node"),
                row.getString("tier"),
                row.getString("tier_reason"),
                row.getString("limits"),
                row.getString("state"),
                row.getString("detail"),
                row.getLong("events"),
                row.getLong("overflows"),
                row.getBoolean("rescanning"),
                row.getLong("waiting_paths"),
                row.getLong("waiting_bytes"),
                unwatched(row.getArray("paths"), row.getArray("reasons")),
                Rows.instant(row, "updated_at"));
    }

    private static List<SourceStatus.Unwatched> unwatched(@Nullable Array paths, @Nullable Array reasons)
            throws SQLException {
        if (paths == null || reasons == null) {
            return List.of();
        }
        String[] path = (String[]) paths.getArray();
        String[] reason = (String[]) reasons.getArray();
        return IntStream.range(0, path.length)
                .mapToObj(i -> new SourceStatus.Unwatched(path[i], reason[i]))
                .toList();
    }
}
