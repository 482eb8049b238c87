package io.freshet.journal;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How items come into a target's queue: from the journal, or because everything has to be looked at. Thread-safe. */
public final class Planning {
    /** How many paths of one top-level folder may wait in the express lane. */
    static final int CROWD = 1000;

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Planning(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /**
     * Moves the next changes of the journal into the queue and advances the target's cursor, in one transaction. Nobody waits
     * until that is on the disk: if it gets lost it is planned again, and whatever is recorded later is on the disk behind it.
     *
     * @param limit the most changes to move
     * @return how many changes were moved
     */
    public long plan(Lease lease, Settling settling, int limit) {
        return transactions.underLease(jdbc, lease, () -> {
            record Span(int source, long cursor, long upTo, boolean expedited) {}
            Span span = jdbc.sql("""
                            SELECT s.source_id, ts.cursor, least(s.head, ts.cursor + :limit) AS up_to,
                                   EXISTS (SELECT FROM expedite e
                                           WHERE e.target_id = ts.target_id AND e.applied_at IS NULL) AS expedited,
                                   set_config('synchronous_commit', 'off', true)
                            FROM target_state ts JOIN target t USING (target_id) JOIN source s USING (source_id)
                            WHERE ts.target_id = :target FOR UPDATE OF ts
                            """)
                    .param("limit", limit)
                    .param("target", lease.target().value())
                    .query((row, number) -> new Span(
                            row.getInt("source_id"),
                            row.getLong("cursor"),
                            row.getLong("up_to"),
                            row.getBoolean("expedited")))
                    .single();
            if (span.expedited()) {
                makeExpeditedReady(lease);
            }
            if (span.upTo() == span.cursor()) {
                return 0L;
            }
            enqueue(lease, settling, span.source(), span.cursor(), span.upTo());
            long reached = Math.max(span.upTo(), makeUpForTrimmed(lease, span.source(), span.cursor()));
            jdbc.sql("UPDATE target_state SET cursor = :reached WHERE target_id = :target")
                    .param("reached", reached)
                    .param("target", lease.target().value())
                    .update();
            return span.upTo() - span.cursor();
        });
    }

    /**
     * The journal is dropped behind the targets that are configured. One that was not, and is again, may have missed some of it,
     * and looks at everything instead. Asked after the changes were read: what is dropped from then on was.
     *
     * @return up to where nothing is to be read any more
     */
    private long makeUpForTrimmed(Lease lease, int source, long cursor) {
        long trimmed = jdbc.sql("SELECT coalesce(max(up_to), 0) FROM change_trim WHERE source_id = :source")
                .param("source", source)
                .query(Long.class)
                .single();
        if (trimmed > cursor) {
            addEverything(lease, false);
        }
        return trimmed;
    }

    /**
     * One row per path: the widest kind, the oldest and the newest number. A walk that is asked for again starts over, for what
     * it has passed may have changed since. What a rescan found is as old as its opening:
     * whoever waits for a number from then on waits for it. A path that was closed once is ready at once;
     * one that is being written, or changed again while it waits, settles. One that was found changing while it was read
     * waits its time out, for it is changed all the time.
     *
     * <p>Of one top-level folder only so many paths wait in the express lane; what comes beyond goes by the bulk lane, so that
     * somebody who copies a million files there is not in the way of everybody else (rule 40).
     */
    private void enqueue(Lease lease, Settling settling, int source, long after, long upTo) {
        jdbc.sql("""
                        WITH grouped AS (
                            SELECT path, max(kind) AS kind, top_folder(path) AS folder,
                                   min(coalesce(since_seq, seq)) AS first_seq, max(seq) AS seq,
                                   min(observed_at) AS first_at, max(observed_at) AS last_at,
                                   (array_agg(writing ORDER BY seq DESC))[1] AS writing,
                                   count(*) FILTER (WHERE NOT writing) AS closings,
                                   (array_agg(moved_from ORDER BY seq DESC)
                                       FILTER (WHERE moved_from IS NOT NULL))[1] AS moved_from
                            FROM change WHERE source_id = :source AND seq > :after AND seq <= :upTo
                            GROUP BY path),
                        waiting AS (
                            SELECT top_folder(path) AS folder, count(*) AS items FROM work_item
                            WHERE target_id = :target AND lane = 'EXPRESS' AND attempts = 0 GROUP BY 1),
                        placed AS (
                            SELECT grouped.*, coalesce(waiting.items, 0)
                                   + row_number() OVER (PARTITION BY folder ORDER BY first_seq, path) AS place
                            FROM grouped LEFT JOIN waiting USING (folder))
                        INSERT INTO work_item AS w
                            (target_id, path, kind, moved_from, first_seq, seq, first_dirty_at, lane, ready_at)
                        SELECT :target, path, kind, moved_from, first_seq, seq, first_at,
                               (CASE WHEN moved_from IS NOT NULL OR (kind = 'PATH' AND place <= :crowd)
                                     THEN 'EXPRESS' ELSE 'BULK' END)::lane,
                               CASE WHEN writing OR closings > 1
                                    THEN least(last_at + :settle * interval '1 millisecond',
                                               first_at + :settleMax * interval '1 millisecond')
                                    ELSE first_at END
                        FROM placed
                        ORDER BY path_key(path)
                        ON CONFLICT (target_id, path_key) DO UPDATE SET
                            kind = greatest(w.kind, excluded.kind),
                            moved_from = coalesce(excluded.moved_from, w.moved_from),
                            walk_position = CASE WHEN excluded.kind = 'PATH' THEN w.walk_position END,
                            asked = excluded.asked,
                            walked = false,
                            folded = w.folded AND excluded.kind = 'PATH',
                            first_seq = least(w.first_seq, excluded.first_seq),
                            seq = greatest(w.seq, excluded.seq),
                            first_dirty_at = least(w.first_dirty_at, excluded.first_dirty_at),
                            lane = CASE WHEN greatest(w.kind, excluded.kind) = 'PATH'
                                        THEN least(w.lane, excluded.lane)
                                        WHEN excluded.moved_from IS NOT NULL THEN excluded.lane ELSE w.lane END,
                            ready_at = CASE
                                WHEN w.attempts > 0 AND w.error_code = 'SOURCE_CHANGED' THEN w.ready_at
                                WHEN w.attempts > 0 THEN least(w.ready_at, now() + interval '5 seconds')
                                WHEN excluded.ready_at > excluded.first_dirty_at OR w.ready_at <= w.first_dirty_at
                                THEN least(now() + :settle * interval '1 millisecond',
                                           w.first_dirty_at + :settleMax * interval '1 millisecond')
                                ELSE excluded.ready_at END
                        """)
                .param("target", lease.target().value())
                .param("source", source)
                .param("after", after)
                .param("upTo", upTo)
                .param("crowd", CROWD)
                .param("settle", settling.settle().toMillis())
                .param("settleMax", settling.settleMax().toMillis())
                .update();
    }

    /** What a person asked to be sent now is tried at once, even if it failed a moment ago; once per request. */
    private void makeExpeditedReady(Lease lease) {
        int requests = jdbc.sql("""
                        UPDATE expedite SET applied_at = now() WHERE target_id = :target AND applied_at IS NULL
                        """).param("target", lease.target().value()).update();
        if (requests > 0) {
            jdbc.sql("""
                            UPDATE work_item w SET ready_at = now() FROM expedite e
                            WHERE e.target_id = :target AND e.applied_at = now() AND w.target_id = e.target_id
                              AND in_subtree(w.path, e.path) AND w.ready_at > now()
                            """).param("target", lease.target().value()).update();
        }
    }

    /** Asks for one more look at everything, without which nothing counts for arrived: the target turned out to be another. */
    public void lookAtEverything(Lease lease) {
        transactions.underLease(jdbc, lease, () -> addEverything(lease, true));
    }

    /** @param sinceEver whether nothing counts for arrived before it is done, rather than what changes from now on */
    private int addEverything(Lease lease, boolean sinceEver) {
        return jdbc.sql("""
                        INSERT INTO work_item AS w (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at)
                        SELECT target_id, '', 'TREE', CASE WHEN :sinceEver THEN 0 ELSE cursor END, cursor, now(), 'BULK', now()
                        FROM target_state WHERE target_id = :target
                        ON CONFLICT (target_id, path_key) DO UPDATE SET kind = 'TREE', walk_position = NULL, lane = 'BULK',
                            asked = excluded.asked, walked = false, folded = false, seq = greatest(w.seq, excluded.seq), ready_at = now(),
                            first_seq = least(w.first_seq, excluded.first_seq)
                        """)
                .param("target", lease.target().value())
                .param("sinceEver", sinceEver)
                .update();
    }

    /**
     * Has everything looked at again if the rules that say what is replicated are not those of the last time.
     *
     * @param fingerprint of the rules that hold now
     * @return whether they changed
     */
    public boolean followFilter(Lease lease, String fingerprint) {
        return transactions.underLease(jdbc, lease, () -> {
            int changed = jdbc.sql("""
                            UPDATE target_state SET filter = :filter
                            WHERE target_id = :target AND filter IS DISTINCT FROM :filter
                            """)
                    .param("filter", fingerprint)
                    .param("target", lease.target().value())
                    .update();
            return changed > 0 && addEverything(lease, false) > 0;
        });
    }
}
