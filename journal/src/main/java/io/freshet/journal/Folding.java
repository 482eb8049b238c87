package io.freshet.journal;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Folds a target's queue that has grown too large into one walk of everything, so that whoever cannot be served costs bounded
 * space (rule 39): the walk compares the source with the manifest, and finds again what of it still differs.
 *
 * <p>What has failed stays, and what people have a say in: what is held, rejected, or approved and not done yet, and what is to
 * be sent now. Claims are not concerned: they live in the process that owns the lease. Thread-safe.
 */
public final class Folding {
    private static final int AT_ONCE = 20_000;

    /** Of an item {@code w}: a person has decided about it, or is to, as of its newest change. */
    static final String DECIDED = decided("");

    /** The same, and no walk that waits tells of anything newer there. */
    private static final String DECIDED_FOR_GOOD = decided("""
            AND NOT EXISTS (
                SELECT FROM (SELECT string_to_array(w.path, '/') AS names) named
                CROSS JOIN generate_series(1, cardinality(names)) AS below
                JOIN work_item a ON a.target_id = w.target_id AND a.kind <> 'PATH' AND NOT a.folded AND a.seq > h.seq
                    AND a.path_key = path_key(array_to_string(trim_array(names, below), '/')))
            """);

    private static final String FOLDABLE = """
            w.target_id = :target AND w.attempts = 0 AND w.path <> '' AND NOT (%s)
            AND NOT EXISTS (SELECT FROM expedite e
                            WHERE e.target_id = w.target_id AND e.expires_at > now() AND in_subtree(w.path, e.path))
            """.formatted(DECIDED_FOR_GOOD);

    private final JdbcClient jdbc;
    private final Transactions transactions;

    private static String decided(String andSo) {
        return """
                EXISTS (SELECT FROM hold_path h JOIN hold o USING (hold_id)
                        WHERE h.target_id = w.target_id AND h.path_key = w.path_key AND h.seq >= w.seq
                          AND (o.state IN ('OPEN', 'REJECTED') OR o.state = 'APPROVED' AND o.ended_at IS NULL)
                          %s)
                """.formatted(andSo);
    }

    public Folding(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Returns how many items of a target may be folded; counted up to {@code limit}. */
    public long foldable(TargetId target, long limit) {
        return jdbc.sql("SELECT count(*) FROM (SELECT FROM work_item w WHERE " + FOLDABLE + " LIMIT :limit) AS counted")
                .param("target", target.value())
                .param("limit", limit)
                .query(Long.class)
                .single();
    }

    /**
     * Folds all that may be folded, in slices: after each of them every item that is gone is asked for by the walk. Walks go
     * last, so that what they tell of is known as long as there is something to decide by it.
     *
     * @return how many items that were
     */
    public long fold(Lease lease) {
        long folded = 0;
        for (boolean walks : new boolean[] {false, true}) {
            long slice;
            do {
                slice = transactions.underLease(jdbc, lease, () -> foldSlice(lease, walks));
                folded += slice;
            } while (slice == AT_ONCE);
        }
        return folded;
    }

    private long foldSlice(Lease lease, boolean walks) {
        return jdbc.sql("""
                        WITH large AS MATERIALIZED (
                            SELECT w.path_key FROM work_item w WHERE %s AND (w.kind <> 'PATH') = :walks
                            ORDER BY w.path_key LIMIT :atOnce FOR UPDATE OF w),
                        gone AS (
                            DELETE FROM work_item w USING large
                            WHERE w.target_id = :target AND w.path_key = large.path_key
                            RETURNING w.first_seq, w.seq, w.first_dirty_at),
                        summed AS (
                            SELECT count(*) AS items, min(first_seq) AS first_seq, max(seq) AS seq,
                                   min(first_dirty_at) AS first_dirty_at
                            FROM gone),
                        walk AS (
                            INSERT INTO work_item AS w
                                (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at, folded)
                            SELECT :target, '', 'TREE', coalesce(s.first_seq, r.first_seq), coalesce(s.seq, r.seq),
                                   coalesce(s.first_dirty_at, r.first_dirty_at), 'BULK', now(), true
                            FROM summed s LEFT JOIN work_item r ON r.target_id = :target AND r.path_key = path_key('')
                            WHERE s.items > 0 OR :walks AND r.kind = 'TREE'
                            ON CONFLICT (target_id, path_key) DO UPDATE SET kind = 'TREE', walk_position = NULL,
                                lane = 'BULK', asked = excluded.asked, walked = false,
                                folded = w.folded OR w.kind = 'PATH' OR :walks,
                                first_seq = least(w.first_seq, excluded.first_seq),
                                seq = greatest(w.seq, excluded.seq),
                                first_dirty_at = least(w.first_dirty_at, excluded.first_dirty_at),
                                ready_at = CASE WHEN w.attempts > 0 THEN w.ready_at ELSE now() END)
                        SELECT items FROM summed
                        """.formatted(FOLDABLE))
                .param("target", lease.target().value())
                .param("walks", walks)
                .param("atOnce", AT_ONCE)
                .query(Long.class)
                .single();
    }
}
