package io.freshet.journal;

import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.target.TargetEntry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What targets hold and we never put there, from the side of the owner of the lease. Thread-safe. */
public final class ExtraEntries {
    /** What was found under a path, to be deleted only if it is still that. */
    public record Extra(RelativePath path, FileType type, long size, long mtimeNanos) {}

    /** Which extras may be deleted. */
    public enum Permission {
        /** Those of which a person was shown that they are there, and approved. */
        APPROVED,
        /** All but those that wait for a person, or that a person decided to keep. */
        POLICY
    }

    private static final String COVERED = """
            EXISTS (SELECT FROM hold_path p JOIN hold h USING (hold_id)
                    WHERE p.target_id = e.target_id AND p.path_key = e.path_key AND h.reason = 'EXTRAS'
                      AND h.state::text = ANY (:states) AND (h.state <> 'APPROVED' OR %s))
            """.formatted(Holds.STANDS);

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public ExtraEntries(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Writes down what a comparison has found. */
    public void found(Lease lease, long verification, Collection<TargetEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        INSERT INTO extra (target_id, path, type, size, mtime_nanos, verification_id)
                        SELECT :target, path, type::"char", size, mtime, :verification
                        FROM unnest(:paths::text[], :types::text[], :sizes::bigint[], :mtimes::bigint[])
                             AS e (path, type, size, mtime)
                        ORDER BY path_key(path)
                        ON CONFLICT (target_id, path_key) DO UPDATE SET type = excluded.type, size = excluded.size,
                            mtime_nanos = excluded.mtime_nanos, verification_id = excluded.verification_id, refusal = NULL
                        """)
                        .param("target", lease.target().value())
                        .param("verification", verification)
                        .param("paths", Columns.text(entries, TargetEntry::path))
                        .param(
                                "types",
                                Columns.text(entries, entry -> entry.type().code()))
                        .param("sizes", Columns.number(entries, TargetEntry::size))
                        .param("mtimes", Columns.number(entries, TargetEntry::mtimeNanos))
                        .update());
    }

    /** Forgets what an ended comparison has not seen again, and what open holds list of it. */
    public void forgetUnseen(Lease lease, TargetVerification verification) {
        transactions.underLease(jdbc, lease, () -> {
            jdbc.sql("""
                            DELETE FROM extra e
                            WHERE target_id = :target AND in_subtree(path, :path) AND verification_id <> :verification
                            """)
                    .param("target", lease.target().value())
                    .param("path", verification.path().toString())
                    .param("verification", verification.id())
                    .update();
            jdbc.sql("""
                            DELETE FROM hold_path p USING hold h
                            WHERE h.target_id = :target AND h.reason = 'EXTRAS' AND h.state = 'OPEN' AND p.hold_id = h.hold_id
                              AND NOT EXISTS (SELECT FROM extra e
                                              WHERE e.target_id = p.target_id AND e.path_key = p.path_key)
                            """).param("target", lease.target().value()).update();
            return jdbc.sql("""
                            UPDATE hold h SET state = 'RESOLVED'
                            WHERE target_id = :target AND reason = 'EXTRAS' AND state = 'OPEN'
                              AND NOT EXISTS (SELECT FROM hold_path p WHERE p.hold_id = h.hold_id)
                            """).param("target", lease.target().value()).update();
        });
    }

    /** Returns how many extras nobody has decided about yet. */
    public long undecided(TargetId target) {
        return jdbc.sql("SELECT count(*) FROM extra e WHERE target_id = :target AND NOT " + COVERED)
                .param("target", target.value())
                .param("states", states(Hold.State.APPROVED, Hold.State.REJECTED))
                .query(Long.class)
                .single();
    }

    /** Puts before a person every extra that nobody has decided about yet, in the one hold that there is for them. */
    public void hold(Lease lease, String detail, long runNumber) {
        transactions.underLease(jdbc, lease, () -> {
            long hold = jdbc.sql("""
                            INSERT INTO hold (target_id, reason, detail, opened_run) VALUES (:target, 'EXTRAS', :detail, :run)
                            ON CONFLICT (target_id, reason) WHERE state = 'OPEN' DO UPDATE SET detail = excluded.detail
                            RETURNING hold_id
                            """)
                    .param("target", lease.target().value())
                    .param("detail", detail)
                    .param("run", runNumber)
                    .query((row, number) -> row.getLong("hold_id"))
                    .single();
            // No change has a number as low as a comparison's: what is listed holds back nothing that is to be
            // delivered, and
            // whoever decides about an older list is told that it has grown.
            jdbc.sql("""
                            INSERT INTO hold_path (hold_id, target_id, path, seq, manifest_rows)
                            SELECT :hold, target_id, path, verification_id, 1 FROM extra e WHERE target_id = :target AND NOT %s
                            ORDER BY path_key ON CONFLICT (hold_id, path_key) DO NOTHING
                            """.formatted(COVERED))
                    .param("hold", hold)
                    .param("target", lease.target().value())
                    .param("states", states(Hold.State.APPROVED, Hold.State.REJECTED))
                    .update();
            NotificationKind.PROGRESS.publish(jdbc);
            return null;
        });
    }

    /**
     * Returns extras that may be deleted, what lies in a directory before the directory.
     *
     * @param before the last one of the page before; null for the first page
     */
    public List<Extra> deletable(TargetId target, Permission permission, @Nullable RelativePath before, int limit) {
        boolean approved = permission == Permission.APPROVED;
        return jdbc.sql("""
                        SELECT path, type, size, mtime_nanos FROM extra e
                        WHERE target_id = :target AND refusal IS NULL AND %s %s
                          AND (:before::text IS NULL
                               OR (left(path COLLATE "C", 512) <= left(:before::text, 512) AND path < :before::text))
                        ORDER BY left(path COLLATE "C", 512) DESC, path DESC LIMIT :limit
                        """.formatted(approved ? "" : "NOT", COVERED))
                .param("target", target.value())
                .param("states", approved ? states(Hold.State.APPROVED) : states(Hold.State.OPEN, Hold.State.REJECTED))
                .param("before", before == null ? null : before.toString())
                .param("limit", limit)
                .query((row, number) -> new Extra(
                        RelativePath.parse(row.getString("path")),
                        FileType.ofCode(row.getString("type").charAt(0)),
                        row.getLong("size"),
                        row.getLong("mtime_nanos")))
                .list();
    }

    /** Returns how many extras may be deleted. */
    public long countDeletable(TargetId target, Permission permission) {
        boolean approved = permission == Permission.APPROVED;
        return jdbc.sql("SELECT count(*) FROM extra e WHERE target_id = :target AND refusal IS NULL AND "
                        + (approved ? "" : "NOT ") + COVERED)
                .param("target", target.value())
                .param("states", approved ? states(Hold.State.APPROVED) : states(Hold.State.OPEN, Hold.State.REJECTED))
                .query(Long.class)
                .single();
    }

    /**
     * Writes down what became of extras.
     *
     * @param gone no extras any more: deleted, absent, or delivered by us meanwhile
     * @param refused those that stay, and why
     * @param counted how many of them count against the limit of deletions
     */
    public void settled(Lease lease, Collection<RelativePath> gone, Map<RelativePath, String> refused, long counted) {
        transactions.underLease(jdbc, lease, () -> {
            jdbc.sql("""
                            DELETE FROM extra e USING unnest(:paths::text[]) AS gone (path)
                            WHERE e.target_id = :target AND e.path_key = path_key(gone.path)
                            """)
                    .param("paths", Columns.text(gone, path -> path))
                    .param("target", lease.target().value())
                    .update();
            jdbc.sql("""
                            UPDATE extra e SET refusal = r.reason
                            FROM unnest(:paths::text[], :reasons::text[]) AS r (path, reason)
                            WHERE e.target_id = :target AND e.path_key = path_key(r.path)
                            """)
                    .param("paths", Columns.text(refused.keySet(), path -> path))
                    .param("reasons", Columns.text(refused.values(), reason -> reason))
                    .param("target", lease.target().value())
                    .update();
            if (counted > 0) {
                jdbc.sql("INSERT INTO deletion_tally (target_id, manifest_rows) VALUES (:target, :counted)")
                        .param("target", lease.target().value())
                        .param("counted", counted)
                        .update();
            }
            return null;
        });
    }

    /** Ends the approvals: whatever they covered was deleted, or is not what it was. */
    public void endApprovals(Lease lease) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE hold SET state = 'RESOLVED' WHERE target_id = :target AND reason = 'EXTRAS' AND state = 'APPROVED'
                        """).param("target", lease.target().value()).update());
    }

    private static String[] states(Hold.State... states) {
        String[] names = new String[states.length];
        for (int i = 0; i < states.length; i++) {
            names[i] = states[i].name();
        }
        return names;
    }
}
