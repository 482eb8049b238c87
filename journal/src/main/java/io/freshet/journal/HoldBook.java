package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The holds: what waits for a person, what was decided, and the way to decide. Thread-safe. */
public final class HoldBook {
    private static final String SELECT = """
            SELECT h.hold_id, s.name AS source, t.name AS target, t.policy, h.reason::text, h.detail, h.note, h.subject,
                   h.state::text, h.opened_at, h.opened_run, h.decided_at, h.decided_by, h.decision_reason, h.expires_at,
                   coalesce((SELECT v.definition ->> 'four-eyes' = 'true' FROM policy_version v
                             WHERE v.name = t.policy ORDER BY v.version DESC LIMIT 1), false) AS four_eyes,
                   h.first_approval_by, h.first_approval_at, h.first_approval_reason, h.first_approval_version,
                   p.paths, p.manifest_rows, p.paths || '-' || p.newest || coalesce('-' || left(md5(h.subject), 8), '')
                       || coalesce('-' || left(p.found, 8), '') AS version
            FROM hold h JOIN target t USING (target_id) JOIN source s USING (source_id)
            CROSS JOIN LATERAL (
                SELECT count(*) AS paths, coalesce(sum(hp.manifest_rows), 0) AS manifest_rows, coalesce(max(hp.seq), 0) AS newest,
                       md5(string_agg(hp.found, ',' ORDER BY hp.path_key)) AS found
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
                        SELECT path, seq, manifest_rows, found FROM hold_path
                        WHERE hold_id = :hold AND (:after::text IS NULL OR path > :after)
                        ORDER BY path LIMIT :limit
                        """)
                .param("hold", hold)
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> new Covered(
                        row.getString("path"),
                        row.getLong("seq"),
                        row.getLong("manifest_rows"),
                        row.getString("found")))
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
                        new Covered(row.getString("path"), row.getLong("seq"), row.getLong("manifest_rows"), null))
                .list();
    }

    /**
     * Decides a hold, once, or records the first of two approvals. To be called in a transaction: the hold stays locked, so
     * that it cannot grow, until the end.
     *
     * @param version the version that was looked at, or null to decide whatever it covers now
     * @param goodFor how long an approval may wait to be used
     */
    public Decision decide(
            long hold, boolean approve, @Nullable String version, String by, String reason, Duration goodFor) {
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
        Hold now = find(hold).orElseThrow();
        if (version != null && !now.version().equals(version)) {
            return Decision.GREW;
        }
        Hold.FirstApproval first = now.firstApproval();
        if (approve && now.fourEyes()) {
            if (first == null || !first.stands()) {
                approveFirst(now, by, reason);
                return first == null ? Decision.FIRST_OF_TWO : Decision.FIRST_AGAIN;
            }
            if (first.by().equals(by)) {
                return Decision.SAME_PERSON;
            }
        }
        jdbc.sql("""
                UPDATE hold SET state = :state::hold_state, decided_at = now(), decided_by = :by, decision_reason = :reason,
                    expires_at = now() + :goodFor * interval '1 millisecond'
                WHERE hold_id = :hold
                """)
                .param("hold", hold)
                .param("state", approve ? "APPROVED" : "REJECTED")
                .param("by", by)
                .param("reason", reason)
                .param("goodFor", approve && now.reason().approvalExpires() ? goodFor.toMillis() : null, Types.BIGINT)
                .update();
        return Decision.DONE;
    }

    private void approveFirst(Hold hold, String by, String reason) {
        jdbc.sql("""
                UPDATE hold SET first_approval_by = :by, first_approval_at = now(), first_approval_reason = :reason,
                    first_approval_version = :version
                WHERE hold_id = :hold
                """)
                .param("hold", hold.hold())
                .param("by", by)
                .param("reason", reason)
                .param("version", hold.version())
                .update();
    }

    static Hold read(ResultSet row, int number) throws SQLException {
        String version = row.getString("version");
        return new Hold(
                row.getLong("hold_id"),
                row.getString("source"),
                row.getString("target"),
                row.getString("policy"),
                HoldReason.valueOf(row.getString("reason")),
                row.getString("detail"),
                row.getString("note"),
                row.getString("subject"),
                Hold.State.valueOf(row.getString("state")),
                Rows.instant(row, "opened_at"),
                row.getObject("opened_run", Long.class),
                Rows.instantOrNull(row, "decided_at"),
                row.getString("decided_by"),
                row.getString("decision_reason"),
                Rows.instantOrNull(row, "expires_at"),
                row.getBoolean("four_eyes"),
                firstApproval(row, version),
                row.getLong("paths"),
                row.getLong("manifest_rows"),
                version);
    }

    private static Hold.@Nullable FirstApproval firstApproval(ResultSet row, String version) throws SQLException {
        String by = row.getString("first_approval_by");
        if (by == null) {
            return null;
        }
        String approved = row.getString("first_approval_version");
        return new Hold.FirstApproval(
                by,
                Rows.instant(row, "first_approval_at"),
                row.getString("first_approval_reason"),
                approved,
                version.equals(approved));
    }

    /** How an attempt to decide a hold ended. */
    public enum Decision {
        DONE,
        /** There is no such hold. */
        UNKNOWN,
        /** Somebody else was first, or it resolved by itself. */
        DECIDED_BEFORE,
        /** It covers more, or newer changes, than the version that was looked at. */
        GREW,
        /** It takes two persons, and this was the first approval: the hold stays open. */
        FIRST_OF_TWO,
        /** The same, where an earlier first approval counts no more, as the hold has grown since. */
        FIRST_AGAIN,
        /** It takes two persons, and this one has approved it already. */
        SAME_PERSON
    }

    /**
     * A path that is held.
     *
     * @param seq the newest change that the hold covers
     * @param manifestRows how many entries of the target would vanish with it
     * @param found of drift what the target holds there, in words; null for other holds
     */
    public record Covered(
            String path,
            long seq,
            long manifestRows,
            @Nullable String found) {}
}
