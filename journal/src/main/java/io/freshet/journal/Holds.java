package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What waits for a person, from the side of the owner of the lease, who opens and resolves holds; people decide them.
 *
 * <p>Thread-safe.
 */
public final class Holds {
    /**
     * What a hold covers: a path as of a sequence number, and how many manifest entries would vanish with it.
     *
     * @param found of drift what the target holds there, in words; null for other holds
     */
    public record HeldPath(
            RelativePath path,
            long seq,
            long manifestRows,
            @Nullable String found) {
        public HeldPath(RelativePath path, long seq, long manifestRows) {
            this(path, seq, manifestRows, null);
        }
    }

    /** Of an approval: it still permits what was approved. */
    static final String STANDS = "ended_at IS NULL AND (expires_at IS NULL OR expires_at > now())";

    /** Of a path that a hold lists: it is still to be decided. */
    private static final String WAITS = """
            (EXISTS (SELECT FROM work_item w WHERE w.target_id = p.target_id AND w.path_key = p.path_key AND w.seq <= p.seq)
             OR EXISTS (SELECT FROM extra e WHERE e.target_id = p.target_id AND e.path_key = p.path_key AND e.refusal IS NULL))
            """;

    /** Of an approval: something of it was not done. What concerns the target as a whole is resolved when it was done. */
    private static final String UNDONE = """
            CASE WHEN h.reason IN ('DELETIONS_OVER_LIMIT', 'CHANGES_OVER_LIMIT', 'EXTRAS', 'DRIFT')
                 THEN EXISTS (SELECT FROM hold_path p WHERE p.hold_id = h.hold_id AND %s)
                 WHEN h.reason = 'SOURCE_EMPTY'
                 THEN EXISTS (SELECT FROM target_state s WHERE s.target_id = h.target_id AND s.manifest_rows > 1)
                 ELSE true END
            """.formatted(WAITS);

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Holds(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /**
     * Opens a hold, or adds to the one that is open for the same reason.
     *
     * @param subject what an approval accepts besides the paths, for example an identity
     */
    public void hold(
            Lease lease,
            HoldReason reason,
            String detail,
            @Nullable String subject,
            @Nullable Long runNumber,
            Collection<HeldPath> paths) {
        transactions.underLease(jdbc, lease, () -> {
            long hold = jdbc.sql("""
                            INSERT INTO hold (target_id, reason, detail, subject, opened_run)
                            VALUES (:target, :reason::hold_reason, :detail, :subject, :run)
                            ON CONFLICT (target_id, reason) WHERE state = 'OPEN'
                            DO UPDATE SET detail = excluded.detail, subject = excluded.subject
                            RETURNING hold_id, pg_notify('freshet', 'progress')
                            """)
                    .param("target", lease.target().value())
                    .param("reason", reason.name())
                    .param("detail", detail)
                    .param("subject", subject)
                    .param("run", runNumber)
                    .query((row, number) -> row.getLong("hold_id"))
                    .single();
            return jdbc.sql("""
                            INSERT INTO hold_path (hold_id, target_id, path, seq, manifest_rows, found)
                            SELECT :hold, :target, path, seq, entries, found
                            FROM unnest(:paths::text[], :seqs::bigint[], :entries::bigint[], :found::text[])
                                AS held (path, seq, entries, found)
                            ORDER BY path_key(path)
                            ON CONFLICT (hold_id, path_key) DO UPDATE SET seq = excluded.seq,
                                manifest_rows = excluded.manifest_rows, found = excluded.found
                            """)
                    .param("hold", hold)
                    .param("target", lease.target().value())
                    .param("paths", Columns.text(paths, HeldPath::path))
                    .param("seqs", Columns.number(paths, HeldPath::seq))
                    .param("entries", Columns.number(paths, HeldPath::manifestRows))
                    .param("found", Columns.text(paths, HeldPath::found))
                    .update();
        });
    }

    /** Ends holds whose reason has gone away by itself, and approvals that no longer have an object. */
    public void resolve(Lease lease, Collection<HoldReason> reasons) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE hold SET state = 'RESOLVED' WHERE target_id = :target AND state IN ('OPEN', 'APPROVED')
                          AND reason::text = ANY (:reasons::text[])
                        """)
                        .param("target", lease.target().value())
                        .param("reasons", Columns.text(reasons, HoldReason::name))
                        .update());
    }

    /** Ends an open hold whose reason has gone away by itself; what people approved stands. */
    public void resolveOpen(Lease lease, HoldReason reason) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE hold SET state = 'RESOLVED'
                        WHERE target_id = :target AND state = 'OPEN' AND reason = :reason::hold_reason
                        """)
                        .param("target", lease.target().value())
                        .param("reason", reason.name())
                        .update());
    }

    /**
     * Ends the approvals whose time is over; what of them was not done is held again.
     *
     * @return how many holds that opened
     */
    public int expire(Lease lease) {
        return end(lease, "expires_at <= now()", "was not used in time, and has expired", "");
    }

    /**
     * Ends the approvals that were given while the source had another root than it shows now; what of them was not done is
     * held again, apart from what is about the root itself.
     *
     * @param root the identity of the root that is there now: approvals of just this one stand
     * @return how many holds that opened
     */
    public int lapse(Lease lease, String root) {
        return end(lease, """
                reason IN ('DELETIONS_OVER_LIMIT', 'CHANGES_OVER_LIMIT', 'EXTRAS', 'MOUNT_MISSING', 'DRIFT')
                OR reason IN ('SOURCE_EMPTY', 'SOURCE_REPLACED') AND subject IS DISTINCT FROM :root
                """, "has lapsed, as the source's root is another one than when it was given", root);
    }

    private int end(Lease lease, String which, String why, String root) {
        return transactions.underLease(jdbc, lease, () -> {
            List<Ended> undone = jdbc
                    .sql("""
                            UPDATE hold h SET ended_at = now(), state = CASE WHEN %s THEN 'LAPSED' ELSE h.state END
                            WHERE target_id = :target AND state = 'APPROVED' AND ended_at IS NULL AND (%s)
                            RETURNING hold_id, state = 'LAPSED' AS undone, decided_by, reason IN ('SOURCE_EMPTY', 'SOURCE_REPLACED') AS of_root
                            """.formatted(UNDONE, which))
                    .param("target", lease.target().value())
                    .param("root", root)
                    .query((row, number) -> new Ended(
                            row.getLong("hold_id"),
                            row.getString("decided_by"),
                            row.getBoolean("undone") && !(row.getBoolean("of_root") && !root.isEmpty())))
                    .list()
                    .stream()
                    .filter(Ended::isHeldAgain)
                    .toList();
            undone.forEach(ended -> holdAgain(ended, why));
            return undone.size();
        });
    }

    private void holdAgain(Ended ended, String why) {
        long hold = jdbc.sql("""
                        INSERT INTO hold (target_id, reason, detail, subject, opened_run, note)
                        SELECT target_id, reason, detail, subject, opened_run, :note FROM hold WHERE hold_id = :ended
                        ON CONFLICT (target_id, reason) WHERE state = 'OPEN' DO UPDATE SET note = excluded.note
                        RETURNING hold_id, pg_notify('freshet', 'progress')
                        """)
                .param("ended", ended.hold())
                .param("note", "the approval of hold " + ended.hold() + " by " + ended.by() + " " + why)
                .query((row, number) -> row.getLong("hold_id"))
                .single();
        jdbc.sql("""
                INSERT INTO hold_path (hold_id, target_id, path, seq, manifest_rows, found)
                SELECT :hold, target_id, path, seq, manifest_rows, found FROM hold_path p
                WHERE hold_id = :ended AND %s
                ORDER BY path_key
                ON CONFLICT (hold_id, path_key) DO UPDATE SET seq = GREATEST(hold_path.seq, excluded.seq),
                    manifest_rows = GREATEST(hold_path.manifest_rows, excluded.manifest_rows)
                """.formatted(WAITS))
                .param("hold", hold)
                .param("ended", ended.hold())
                .update();
    }

    /** An approval that permits nothing more. */
    private record Ended(long hold, String by, boolean isHeldAgain) {}

    /** Returns whether a hold for this reason is open. */
    public boolean isOpen(TargetId target, HoldReason reason) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT 1 FROM hold
                                       WHERE target_id = :target AND reason = :reason::hold_reason AND state = 'OPEN')
                        """)
                .param("target", target.value())
                .param("reason", reason.name())
                .query(Boolean.class)
                .single();
    }

    /** Returns what the open hold for this reason is about; empty if there is none. */
    public Optional<String> openSubject(TargetId target, HoldReason reason) {
        return jdbc.sql("""
                        SELECT subject FROM hold
                        WHERE target_id = :target AND reason = :reason::hold_reason AND state = 'OPEN' AND subject IS NOT NULL
                        """)
                .param("target", target.value())
                .param("reason", reason.name())
                .query(String.class)
                .optional();
    }

    /** Returns whether a person rejected a hold for this reason with this subject, and nothing came of it since. */
    public boolean isRejected(TargetId target, HoldReason reason, String subject) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT 1 FROM hold WHERE target_id = :target AND reason = :reason::hold_reason
                                         AND state = 'REJECTED' AND subject = :subject)
                        """)
                .param("target", target.value())
                .param("reason", reason.name())
                .param("subject", subject)
                .query(Boolean.class)
                .single();
    }

    /** Returns what all approvals for this reason accepted that still stand. */
    public List<String> approvedSubjects(TargetId target, HoldReason reason) {
        return jdbc.sql("""
                        SELECT DISTINCT subject FROM hold
                        WHERE target_id = :target AND reason = :reason::hold_reason AND state = 'APPROVED'
                          AND subject IS NOT NULL AND %s
                        """.formatted(STANDS))
                .param("target", target.value())
                .param("reason", reason.name())
                .query((row, number) -> row.getString("subject"))
                .list();
    }

    /** Returns what the newest approval for this reason accepted, if there is one that still stands. */
    public Optional<String> approvedSubject(TargetId target, HoldReason reason) {
        return jdbc.sql("""
                        SELECT coalesce(subject, '') FROM hold
                        WHERE target_id = :target AND reason = :reason::hold_reason AND state = 'APPROVED'
                          AND %s
                        ORDER BY decided_at DESC LIMIT 1
                        """.formatted(STANDS))
                .param("target", target.value())
                .param("reason", reason.name())
                .query(String.class)
                .optional();
    }

    /**
     * Returns for those of {@code paths} of which a person approved what was over a limit what was shown to that person. An
     * approval covers that path, up to that sequence number, with at most so many entries, and nothing later.
     */
    public Map<RelativePath, HeldPath> approved(TargetId target, HoldReason reason, Collection<RelativePath> paths) {
        Map<RelativePath, HeldPath> approved = new HashMap<>();
        List<HeldPath> rows = jdbc.sql("""
                        SELECT h.path, h.seq, h.manifest_rows
                        FROM unnest(:paths::text[]) AS asked (path)
                        JOIN hold_path h ON h.target_id = :target AND h.path_key = path_key(asked.path)
                        JOIN hold o USING (hold_id)
                        WHERE o.state = 'APPROVED' AND o.reason = :reason::hold_reason AND %s
                        ORDER BY h.seq
                        """.formatted(STANDS))
                .param("paths", Columns.text(paths, path -> path))
                .param("reason", reason.name())
                .param("target", target.value())
                .query((row, number) -> new HeldPath(
                        RelativePath.parse(row.getString("path")), row.getLong("seq"), row.getLong("manifest_rows")))
                .list();
        rows.forEach(row -> approved.put(row.path(), row));
        return approved;
    }
}
