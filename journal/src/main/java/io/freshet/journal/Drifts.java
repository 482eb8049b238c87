package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The paths of targets that hold something else than they were given, as far as they are put before a person, from the side
 * of the owner of the lease. Thread-safe.
 */
public final class Drifts {
    /**
     * A path that is or was put before a person.
     *
     * @param seq the newest change that its hold covers
     * @param found what the target held there, in words
     * @param approved whether a person said to overwrite that; otherwise nobody has decided yet, or a person said to keep it
     */
    public record Listed(RelativePath path, long seq, String found, boolean approved) {
        /** Returns whether it covers a change of a path at which this was found. */
        public boolean covers(long change, String there) {
            return seq >= change && found.equals(there);
        }
    }

    private static final String LISTED = """
            SELECT p.path, p.seq, coalesce(p.found, '') AS found, h.state = 'APPROVED' AS approved
            FROM hold h JOIN hold_path p USING (hold_id)
            WHERE h.target_id = :target AND h.reason = 'DRIFT'
              AND (h.state IN ('OPEN', 'REJECTED') OR h.state = 'APPROVED' AND h.ended_at IS NULL
                                                      AND (h.expires_at IS NULL OR h.expires_at > now()))
            """;

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Drifts(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Returns by path what was found at those of {@code paths} that are before a person, and what that person said. */
    public Map<RelativePath, List<Listed>> listed(TargetId target, Collection<RelativePath> paths) {
        Map<RelativePath, List<Listed>> listed = new HashMap<>();
        jdbc.sql(LISTED
                        + " AND p.path_key IN (SELECT path_key(path) FROM unnest(:paths::text[]) AS asked (path))"
                        + " ORDER BY h.hold_id")
                .param("target", target.value())
                .param("paths", Columns.text(paths, path -> path))
                .query((row, number) -> new Listed(
                        RelativePath.parse(row.getString("path")),
                        row.getLong("seq"),
                        row.getString("found"),
                        row.getBoolean("approved")))
                .list()
                .forEach(one -> listed.computeIfAbsent(one.path(), path -> new ArrayList<>())
                        .add(one));
        return listed;
    }

    /** Returns whether anything is before a person, or approved by one. */
    public boolean isAny(TargetId target) {
        return jdbc.sql("SELECT EXISTS (" + LISTED + ")")
                .param("target", target.value())
                .query(Boolean.class)
                .single();
    }

    /** Returns paths, in order, about which nobody has said that they are to be overwritten. */
    public List<RelativePath> waiting(TargetId target, @Nullable RelativePath after, int limit) {
        return jdbc.sql("SELECT DISTINCT path FROM (" + LISTED + ") AS listed WHERE NOT approved"
                        + " AND (:after::text IS NULL OR path > :after) ORDER BY path LIMIT :limit")
                .param("target", target.value())
                .param("after", after == null ? null : after.toString())
                .param("limit", limit)
                .query((row, number) -> RelativePath.parse(row.getString("path")))
                .list();
    }

    /**
     * Takes paths from the holds about which nobody has said that they are to be overwritten: the target holds there what it
     * was given, or something newer of ours. A hold that lists nothing more ends.
     */
    public void release(Lease lease, Collection<RelativePath> paths) {
        if (paths.isEmpty()) {
            return;
        }
        transactions.underLease(jdbc, lease, () -> {
            jdbc.sql("""
                            DELETE FROM hold_path p USING hold h
                            WHERE h.hold_id = p.hold_id AND h.target_id = :target AND h.reason = 'DRIFT'
                              AND h.state IN ('OPEN', 'REJECTED')
                              AND p.path_key IN (SELECT path_key(path) FROM unnest(:paths::text[]) AS gone (path))
                            """)
                    .param("target", lease.target().value())
                    .param("paths", Columns.text(paths, path -> path))
                    .update();
            jdbc.sql("""
                            UPDATE hold h SET state = 'RESOLVED'
                            WHERE h.target_id = :target AND h.reason = 'DRIFT' AND h.state = 'OPEN'
                              AND NOT EXISTS (SELECT FROM hold_path p WHERE p.hold_id = h.hold_id)
                            """).param("target", lease.target().value()).update();
            NotificationKind.WORK.publish(jdbc);
            return null;
        });
    }
}
