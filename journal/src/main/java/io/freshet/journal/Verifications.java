package io.freshet.journal;

import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The comparisons of targets with their manifests, from the side of the owner of the lease. Thread-safe. */
public final class Verifications {
    private static final int ROWS_AT_ONCE = 5000;

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Verifications(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Returns the oldest comparison of a target that has not ended. */
    public Optional<TargetVerification> open(TargetId target) {
        return jdbc.sql("SELECT " + TargetVerification.COLUMNS + """
                        FROM verification WHERE target_id = :target AND finished_at IS NULL ORDER BY verification_id LIMIT 1
                        """)
                .param("target", target.value())
                .query(TargetVerification::read)
                .optional();
    }

    /** Returns whether there is something to compare, or a person approved the deletion of what we never put there. */
    public boolean isWaiting(TargetId target) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT FROM verification WHERE target_id = :target AND finished_at IS NULL)
                            OR EXISTS (SELECT FROM hold
                                       WHERE target_id = :target AND reason = 'EXTRAS' AND state = 'APPROVED' AND %s)
                        """.formatted(Holds.STANDS))
                .param("target", target.value())
                .query(Boolean.class)
                .single();
    }

    /**
     * Opens a comparison of a whole target if one is due: the first after an adoption, to find what nobody asked for; and by
     * policy, once the last one that hashed everything was opened long enough ago. Never while the target is still being
     * looked through for the first time.
     *
     * @param every the time between two by policy; null where it asks for none
     * @return whether one was opened
     */
    public boolean openIfDue(Lease lease, @Nullable Duration every) {
        String due = """
                FROM target_state s CROSS JOIN (VALUES (%s)) AS due (deep)
                WHERE s.target_id = :target AND s.marker IS NOT NULL AND s.manifest_rows > 0
                  AND NOT EXISTS (SELECT FROM verification v WHERE v.target_id = s.target_id AND v.finished_at IS NULL)
                  AND NOT EXISTS (SELECT FROM work_item w
                                  WHERE w.target_id = s.target_id AND w.kind = 'TREE' AND w.attempts = 0)
                  AND CASE WHEN deep
                      THEN NOT EXISTS (SELECT FROM verification v
                                       WHERE v.target_id = s.target_id AND v.path = '' AND v.deep
                                         AND v.opened_at > now() - :seconds * interval '1 second')
                      ELSE s.adopting AND NOT EXISTS (
                          SELECT FROM verification v WHERE v.target_id = s.target_id AND v.path = '') END
                """.formatted(every == null ? "false" : "true");
        long seconds = every == null ? 0 : every.toSeconds();
        boolean isDue = jdbc.sql("SELECT EXISTS (SELECT " + due + ")")
                .param("target", lease.target().value())
                .param("seconds", seconds)
                .query(Boolean.class)
                .single();
        if (!isDue) {
            return false;
        }
        return transactions.underLease(
                        jdbc,
                        lease,
                        () -> jdbc.sql("""
                                INSERT INTO verification (target_id, path, deep, reason)
                                SELECT s.target_id, '', deep, (CASE WHEN deep THEN 'POLICY' ELSE 'ADOPTION' END)::verification_reason
                                """ + due)
                                .param("target", lease.target().value())
                                .param("seconds", seconds)
                                .update())
                > 0;
    }

    /** The first look is about to be taken. */
    public void begin(Lease lease, long verification) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql(
                                "UPDATE verification SET begun_at = coalesce(begun_at, now()) WHERE verification_id = :id")
                        .param("id", verification)
                        .update());
    }

    /** A part was compared by a run, up to and including {@code position}. */
    public void advance(
            Lease lease, long verification, long runNumber, RelativePath position, TargetVerification.Counts counts) {
        transactions.underLease(jdbc, lease, () -> {
            jdbc.sql("""
                            UPDATE verification SET position = :position, entries = entries + :entries,
                                verified = verified + :verified, missing = missing + :missing,
                                differing = differing + :differing, extra = extra + :extra,
                                passed_over = passed_over + :passedOver
                            WHERE verification_id = :id
                            """)
                    .param("position", position.toString())
                    .param("entries", counts.entries())
                    .param("verified", counts.verified())
                    .param("missing", counts.missing())
                    .param("differing", counts.differing())
                    .param("extra", counts.extra())
                    .param("passedOver", counts.passedOver())
                    .param("id", verification)
                    .update();
            jdbc.sql("""
                            UPDATE run SET differing = differing + :differing, extra = extra + :extra
                            WHERE target_id = :target AND run_number = :run
                            """)
                    .param("differing", counts.missing() + counts.differing())
                    .param("extra", counts.extra())
                    .param("target", lease.target().value())
                    .param("run", runNumber)
                    .update();
            NotificationKind.PROGRESS.publish(jdbc);
            return null;
        });
    }

    /** Everything was compared. */
    public void finish(Lease lease, long verification) {
        transactions.underLease(jdbc, lease, () -> {
            jdbc.sql("UPDATE verification SET finished_at = now() WHERE verification_id = :id")
                    .param("id", verification)
                    .update();
            NotificationKind.PROGRESS.publish(jdbc);
            return null;
        });
    }

    /** Returns which files in these directories were found right since a comparison began, so that it can go on after a stop. */
    public Set<RelativePath> verifiedSince(TargetId target, long verification, Collection<RelativePath> directories) {
        return new HashSet<>(jdbc.sql("""
                        SELECT d.path, m.name
                        FROM unnest(:directories::text[]) AS asked (directory)
                        JOIN manifest_dir d ON d.target_id = :target AND d.path_key = path_key(asked.directory)
                        JOIN manifest m ON m.target_id = :target AND m.dir_id = d.dir_id
                        WHERE m.verified_at >= (SELECT begun_at FROM verification WHERE verification_id = :id)
                        """)
                .param("directories", Columns.text(directories, path -> path))
                .param("target", target.value())
                .param("id", verification)
                .query((row, number) ->
                        RelativePath.parse(row.getString("path")).child(TextForm.decode(row.getString("name"))))
                .list());
    }

    /**
     * Forgets what a target held below a directory that is not there any more, some thousand rows at a time. Whoever calls
     * has queued a look at everything there before.
     *
     * @return how many entries there were
     */
    public long forgetBelow(Lease lease, RelativePath directory) {
        long forgotten = 0;
        long page = ROWS_AT_ONCE;
        while (page == ROWS_AT_ONCE) {
            page = transactions.underLease(jdbc, lease, () -> forgetPage(lease, directory));
            forgotten += page;
        }
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("DELETE FROM manifest_dir WHERE target_id = :target AND in_subtree(path, :directory)")
                        .param("target", lease.target().value())
                        .param("directory", directory.toString())
                        .update());
        return forgotten;
    }

    private long forgetPage(Lease lease, RelativePath directory) {
        long rows = jdbc.sql("""
                        DELETE FROM manifest m USING (
                            SELECT e.dir_id, e.name FROM manifest_dir d JOIN manifest e USING (target_id, dir_id)
                            WHERE d.target_id = :target AND e.target_id = :target AND in_subtree(d.path, :directory)
                              AND e.name <> ''
                            LIMIT :limit) AS gone
                        WHERE m.target_id = :target AND m.dir_id = gone.dir_id AND m.name = gone.name
                        """)
                .param("target", lease.target().value())
                .param("directory", directory.toString())
                .param("limit", ROWS_AT_ONCE)
                .update();
        jdbc.sql("UPDATE target_state SET manifest_rows = manifest_rows - :rows WHERE target_id = :target")
                .param("rows", rows)
                .param("target", lease.target().value())
                .update();
        return rows;
    }
}
