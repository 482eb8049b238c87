package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The holds: what waits for a person, what was decided, and the way to decide. Thread-safe. */
public final class HoldBook {
    private static final String SELECT = """
            SELECT h.hold_id, s.name AS source, t.name AS target, h.reason::text, h.detail, h.subject, h.state::text,
                   h.opened_at, h.opened_run, h.decided_at, h.decided_by, h.decision_reason,
                   p.paths, p.manifest_rows, p.paths || '-' || p.newest || coalesce('-' || left(md5(h.subject), 8), '') AS version
            FROM hold h JOIN target t USING (target_id) JOIN source s USING (source_id)
            CROSS JOIN LATERAL (
                SELECT count(*) AS paths, coalesce(sum(hp.manifest_rows), 0) AS manifest_rows, coalesce(max(hp.seq), 0) AS newest
                FROM hold_path hp WHERE hp.hold_id = h.hold_id) p
            """;

    private final JdbcClient jdbc;

    public HoldBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns the open holds, oldest first. */
    public List<Hold> open() {
        return jdbc.sql(SELECT + " WHERE h.state = 'OPEN' AND t.active ORDER BY h.hold_id")
                .query(HoldBook::read)
                .list();
    }

    /** Returns the last holds that are no longer open, newest decision first. */
    public List<Hold> decided(int limit) {
        return jdbc.sql(SELECT + """
                        WHERE h.hold_id IN (
                            SELECT hold_id FROM hold WHERE state <> 'OPEN'
                            ORDER BY decided_at DESC NULLS LAST, hold_id DESC LIMIT :limit)
                        ORDER BY h.decided_at DESC NULLS LAST, h.hold_id DESC
                        """)
                .param("limit", limit)
                .query(HoldBook::read)
                .list();
    }

    /** Returns one hold. */
    public Optional<Hold> find(long hold) {
        return jdbc.sql(SELECT + " WHERE h.hold_id = :hold")
                .param("hold", hold)
                .query(HoldBook::read)
                .optional();
    }

    /**
     * Returns the paths that a hold lists, in order.
     *
     * @param after the last path of the page before; null for the first page
     */
    public List<Covered> paths(long hold, @Nullable String after, int limit) {
        return jdbc.sql("""
                        SELECT path, seq, manifest_rows FROM hold_path
                        WHERE hold_id = :hold AND (:after::text IS NULL OR path > :after)
                        ORDER BY path LIMIT :limit
                        """)
                .param("hold", hold)
                .param("after", after)
                .param("limit", limit)
                .query((row, number) ->
                        new Covered(row.getString("path"), row.getLong("seq"), row.getLong("manifest_rows")))
                .list();
    }

    /** Returns what an open hold would take away, by top-level folder, largest first. */
    public List<Covered> largestFolders(long hold, int limit) {
        return jdbc.sql("""
                        SELECT split_part(path, '/', 1) AS path, max(seq) AS seq, sum(manifest_rows) AS manifest_rows
                        FROM hold_path WHERE hold_id = :hold
                        GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT :limit
                        """)
                .param("hold", hold)
                .param("limit", limit)
                .query((row, number) ->
                        new Covered(row.getString("path"), row.getLong("seq"), row.getLong("manifest_rows")))
                .list();
    }

    /**
     * Decides a hold, once. To be called in a transaction: the hold stays locked, so that it cannot grow, until the end.
     *
     * @param version the version that was looked at, or null to decide whatever it covers now
     */
    public Decision decide(long hold, boolean approve, @Nullable String version, String by, String reason) {
        Optional<Hold.State> state = jdbc.sql("SELECT state::text FROM hold WHERE hold_id = :hold FOR UPDATE")
                .param("hold", hold)
                .query((row, number) -> Hold.State.valueOf(row.getString("state")))
                .optional();
        if (state.isEmpty()) {
            return Decision.UNKNOWN;
        }
        if (state.get() != Hold.State.OPEN) {
            return Decision.DECIDED_BEFORE;
        }
        if (version != null && !find(hold).orElseThrow().version().equals(version)) {
            return Decision.GREW;
        }
        jdbc.sql("""
                UPDATE hold SET state = :state::hold_state, decided_at = now(), decided_by = :by, decision_reason = :reason
                WHERE hold_id = :hold
                """)
                .param("hold", hold)
                .param("state", approve ? "APPROVED" : "REJECTED")
                .param("by", by)
                .param("reason", reason)
                .update();
        return Decision.DONE;
    }

    static Hold read(ResultSet row, int number) throws SQLException {
        return new Hold(
                row.getLong("hold_id"),
                row.getString("source"),
                row.getString("target"),
                HoldReason.valueOf(row.getString("reason")),
                row.getString("detail"),
                row.getString("subject"),
                Hold.State.valueOf(row.getString("state")),
                Rows.instant(row, "opened_at"),
                row.getObject("opened_run", Long.class),
                Rows.instantOrNull(row, "decided_at"),
                row.getString("decided_by"),
                row.getString("decision_reason"),
                row.getLong("paths"),
                row.getLong("manifest_rows"),
                row.getString("version"));
    }

    /** How an attempt to decide a hold ended. */
    public enum Decision {
        DONE,
        /** There is no such hold. */
        UNKNOWN,
        /** Somebody else was first, or it resolved by itself. */
        DECIDED_BEFORE,
        /** It covers more, or newer changes, than the version that was looked at. */
        GREW
    }

    /**
     * A path that is held.
     *
     * @param seq the newest change that the hold covers
     * @param manifestRows how many entries of the target would vanish with it
     */
    public record Covered(String path, long seq, long manifestRows) {}
}
