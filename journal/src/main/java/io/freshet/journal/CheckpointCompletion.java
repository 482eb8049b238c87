package io.freshet.journal;

import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Records when a target is complete with a checkpoint, and what it held then; from the side of the owner of its lease.
 *
 * <p>Thread-safe. What is recorded is never taken back: the claim stays true whatever changes later.
 */
public final class CheckpointCompletion {
    /** With more entries in its folder a checkpoint has no digest. */
    public static final long LARGEST_DIGEST = 200_000;

    private final JdbcClient jdbc;
    private final Transactions transactions;
    private final Completeness completeness;
    private final long largestDigest;

    public CheckpointCompletion(DataSource dataSource) {
        this(dataSource, LARGEST_DIGEST);
    }

    CheckpointCompletion(DataSource dataSource, long largestDigest) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
        this.completeness = new Completeness(jdbc);
        this.largestDigest = largestDigest;
    }

    /**
     * Returns what is not complete yet of these targets, oldest first.
     *
     * @param after the last checkpoint of the call before, 0 for the first: of many no more than {@code limit} are given
     */
    public List<Open> open(Collection<TargetId> targets, long after, int limit) {
        return transactions.inTransaction(() -> jdbc.sql("""
                        SELECT ct.checkpoint_id, ct.target_id, t.name, c.path, c.seq
                        FROM checkpoint_target ct JOIN checkpoint c USING (checkpoint_id) JOIN target t USING (target_id)
                        WHERE ct.completed_at IS NULL AND t.active AND ct.target_id = ANY (:targets)
                          AND ct.checkpoint_id > :after
                        ORDER BY ct.checkpoint_id, ct.target_id FETCH FIRST :limit ROWS WITH TIES
                        """)
                .param("targets", targets.stream().map(TargetId::value).toArray(Integer[]::new))
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> new Open(
                        row.getLong("checkpoint_id"),
                        new TargetId(row.getInt("target_id")),
                        row.getString("name"),
                        row.getString("path"),
                        row.getLong("seq")))
                .list());
    }

    /**
     * Records that a target is complete with a checkpoint, if it is.
     *
     * <p>What the target held is read in one statement, whose moment is the one that is recorded, and without the lease, which
     * must stay renewable meanwhile; that the target is complete is looked at before and after it.
     *
     * @return whether it was recorded
     */
    public boolean record(Lease lease, Open open) {
        if (!isComplete(open)) {
            return false;
        }
        Held held = transactions.inTransaction(() -> held(open));
        return transactions.underLease(jdbc, lease, () -> isComplete(open) && write(open, held) == 1);
    }

    private boolean isComplete(Open open) {
        return completeness.isComplete(open.seq, open.path, List.of(open.name));
    }

    private Held held(Open open) {
        Scope scope = new Scope(open.path);
        return jdbc.sql("""
                        WITH scope AS NOT MATERIALIZED (
                            SELECT m.*, CASE WHEN d.path = '' THEN m.name WHEN m.name = '' THEN d.path
                                             ELSE d.path || '/' || m.name END AS path
                            FROM manifest_dir d JOIN manifest m USING (target_id, dir_id)
                            WHERE d.target_id = :target AND in_subtree(d.path, :path)
                            UNION ALL
                            SELECT m.*, :path::text
                            FROM manifest_dir d JOIN manifest m USING (target_id, dir_id)
                            WHERE :path <> '' AND d.target_id = :target AND d.path_key = path_key(:parent) AND d.path = :parent
                              AND m.name = :name),
                        counted AS (
                            SELECT count(*) FILTER (WHERE supported) AS entries,
                                   count(*) FILTER (WHERE NOT supported) AS unsupported
                            FROM scope)
                        SELECT statement_timestamp() AS at, entries, unsupported,
                               CASE WHEN (SELECT entries FROM counted) <= :largest THEN (
                                   SELECT encode(sha256(coalesce(string_agg(convert_to(
                                       encode(sha256(convert_to(path, 'UTF8')), 'hex') || ' ' || type::text
                                       || ' ' || CASE WHEN type = 'f' THEN size ELSE 0 END || ' ' || mtime_nanos
                                       || ' ' || mode || ' ' || uid || ' ' || gid || ' ' || device
                                       || ' ' || coalesce(encode(content_hash, 'hex'), '-')
                                       || ' ' || coalesce(encode(sha256(convert_to(link_target, 'UTF8')), 'hex'), '-')
                                       || chr(10), 'UTF8'), ''::bytea ORDER BY path COLLATE "C"), ''::bytea)), 'hex')
                                   FROM scope WHERE supported) END AS digest
                        FROM counted
                        """)
                .param("target", open.target.value())
                .param("path", scope.path())
                .param("parent", scope.parent())
                .param("name", scope.name())
                .param("largest", largestDigest)
                .query((row, number) -> new Held(
                        row.getObject("at", OffsetDateTime.class),
                        row.getLong("entries"),
                        row.getLong("unsupported"),
                        row.getString("digest")))
                .single();
    }

    private int write(Open open, Held held) {
        int rows = jdbc.sql("""
                        UPDATE checkpoint_target
                        SET completed_at = :at, entries = :entries, unsupported = :unsupported, digest = decode(:digest, 'hex')
                        WHERE checkpoint_id = :checkpoint AND target_id = :target AND completed_at IS NULL
                        """)
                .param("at", held.at)
                .param("entries", held.entries)
                .param("unsupported", held.unsupported)
                .param("digest", held.digest)
                .param("checkpoint", open.checkpoint)
                .param("target", open.target.value())
                .update();
        NotificationKind.PROGRESS.publish(jdbc);
        return rows;
    }

    /** A target that is not complete with a checkpoint yet. */
    public record Open(long checkpoint, TargetId target, String name, String path, long seq) {}

    /** @param digest in hexadecimal; null if there are too many entries */
    private record Held(
            OffsetDateTime at,
            long entries,
            long unsupported,
            @Nullable String digest) {}
}
