package io.freshet.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Runs, and the other rows that come with time, by age and in slices; what somebody may still go on with is kept. */
final class OldRecords {
    /**
     * Runs by their start. Kept whatever their age are the newest of each lane, which says whether it was broken off, those whose failed
     * items still wait, and those of which somebody asked something.
     */
    private static final Sweep RUNS = new Sweep("runs", "-infinity", """
            WITH newest AS MATERIALIZED (
                SELECT t.target_id, l.lane,
                       (SELECT max(n.run_number) FROM run n WHERE n.target_id = t.target_id AND n.lane = l.lane) AS run_number
                FROM target t CROSS JOIN unnest(enum_range(NULL::lane)) AS l (lane)),
            failed AS MATERIALIZED (
                SELECT DISTINCT target_id, failed_run FROM work_item WHERE attempts > 0 AND failed_run IS NOT NULL),
            old AS (
                SELECT r.target_id, r.run_number, r.started_at FROM run r JOIN newest n USING (target_id, lane)
                WHERE r.started_at >= :from::timestamptz AND r.started_at < :before AND r.ended_at < :before
                  AND r.run_number < n.run_number
                  AND NOT EXISTS (SELECT FROM failed f WHERE f.target_id = r.target_id AND f.failed_run = r.run_number)
                  AND NOT EXISTS (SELECT FROM run_request q
                                  WHERE q.target_id = r.target_id AND q.run_number = r.run_number AND q.answered_at IS NULL)
                ORDER BY r.started_at LIMIT :limit),
            gone AS (
                DELETE FROM run r USING old o WHERE r.target_id = o.target_id AND r.run_number = o.run_number
                RETURNING r.started_at)
            SELECT count(*) AS rows, max(started_at)::text AS reached FROM gone
            """);

    /** What hangs on runs, or is as old and said as little of today. */
    private static final List<Sweep> WITH_RUNS = List.of(
            simple("requests of runs", "run_request", "request_id", """
                    o.answered_at < :before
                    OR o.requested_at < :before AND NOT EXISTS (
                        SELECT FROM run r WHERE r.target_id = o.target_id AND r.run_number = o.run_number)
                    """),
            new Sweep("tallies of deletions", "0", """
                    WITH gone AS (
                        DELETE FROM deletion_tally WHERE ctid = ANY (ARRAY (
                            SELECT ctid FROM deletion_tally WHERE at < :before LIMIT :limit))
                        RETURNING 1)
                    SELECT count(*) AS rows, NULL AS reached FROM gone
                    """),
            // The last one of everything says when the next is due.
            simple("verifications", "verification", "verification_id", """
                    o.finished_at < :before AND (o.path <> '' OR EXISTS (
                        SELECT FROM verification n
                        WHERE n.target_id = o.target_id AND n.path = '' AND n.deep = o.deep AND n.verification_id > o.verification_id))
                    """),
            new Sweep("paths of holds", "0", """
                    WITH gone AS (
                        DELETE FROM hold_path WHERE ctid = ANY (ARRAY (
                            SELECT p.ctid FROM hold_path p JOIN hold o USING (hold_id) WHERE %s LIMIT :limit))
                        RETURNING 1)
                    SELECT count(*) AS rows, NULL AS reached FROM gone
                    """.formatted(settled())),
            simple("holds", "hold", "hold_id", settled()));

    private static final List<Sweep> SOON = List.of(
            simple("expedites", "expedite", "expedite_id", "o.expires_at < :before"), new Sweep("barriers", "0", """
                    WITH gone AS (DELETE FROM barrier WHERE requested_at < :before RETURNING 1)
                    SELECT count(*) AS rows, NULL AS reached FROM gone
                    """));

    private static final List<Sweep> ACTIONS =
            List.of(simple("lines of the record of actions", "audit", "audit_id", "o.at < :before"));

    private static final Duration DAY = Duration.ofDays(1);

    /**
     * @param from below every key
     * @param sql with the parameters from, before and limit; answers how many rows went, and the last key
     */
    private record Sweep(String what, String from, String sql) {}

    private final PassTransactions transactions;
    private final JdbcClient jdbc;

    OldRecords(PassTransactions transactions) {
        this.transactions = transactions;
        this.jdbc = transactions.jdbc();
    }

    private static Sweep simple(String what, String table, String key, String condition) {
        return new Sweep(what, "0", """
                WITH old AS (
                    SELECT o.%2$s AS key FROM %1$s o WHERE o.%2$s >= :from::bigint AND (%3$s) ORDER BY o.%2$s LIMIT :limit),
                gone AS (DELETE FROM %1$s USING old WHERE %2$s = old.key RETURNING old.key)
                SELECT count(*) AS rows, max(key)::text AS reached FROM gone
                """.formatted(table, key, condition));
    }

    /** Holds whose reason went away; and what was over a limit and decided on, once nothing waits any more that the decision is about. */
    private static String settled() {
        return """
                o.opened_at < :before AND coalesce(o.decided_at, o.opened_at) < :before
                AND (o.state = 'RESOLVED'
                     OR o.state IN ('APPROVED', 'REJECTED') AND o.reason IN ('DELETIONS_OVER_LIMIT', 'CHANGES_OVER_LIMIT') AND NOT EXISTS (
                         SELECT FROM hold_path hp JOIN work_item w ON w.target_id = hp.target_id AND w.path_key = hp.path_key
                         WHERE hp.hold_id = o.hold_id))
                """;
    }

    /** @param before runs that ended by then go */
    Cleared runs(RetentionPass pass, Instant before) {
        Cleared cleared = new Cleared();
        sweep(pass, RUNS, before, cleared);
        WITH_RUNS.forEach(one -> sweep(pass, one, before, cleared));
        SOON.forEach(one -> sweep(pass, one, pass.now().minus(DAY), cleared));
        return cleared;
    }

    Cleared actions(RetentionPass pass, Instant before) {
        Cleared cleared = new Cleared();
        ACTIONS.forEach(one -> sweep(pass, one, before, cleared));
        return cleared;
    }

    private record Slice(long rows, @Nullable String reached) {}

    private void sweep(RetentionPass pass, Sweep sweep, Instant before, Cleared cleared) {
        String[] from = {sweep.from};
        cleared.add(
                sweep.what,
                Slices.all(limit -> transactions.run(pass, () -> {
                    Slice slice = slice(sweep, from[0], before, limit);
                    if (sweep.equals(RUNS) && slice.rows > 0) {
                        since(before);
                    }
                    from[0] = slice.reached == null ? from[0] : slice.reached;
                    return slice.rows;
                })));
    }

    private Slice slice(Sweep sweep, String from, Instant before, int limit) {
        return jdbc.sql(sweep.sql)
                .param("from", from)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query((row, number) -> new Slice(row.getLong("rows"), row.getString("reached")))
                .single();
    }

    /** Pages tell a run that was cleared away from one that never was. */
    private void since(Instant before) {
        jdbc.sql("UPDATE retention SET runs_since = greatest(runs_since, :since)")
                .param("since", before.atOffset(ZoneOffset.UTC))
                .update();
    }
}
