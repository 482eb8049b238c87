package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How far each target is; changed by the owner of its lease. Thread-safe. */
public final class TargetStates {
    /** Changes when the database is another one, or went back and on from there; null never. */
    private static final String DATABASE =
            "(SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) FROM pg_control_system())";

    /** Whether it is time to look at a target's marker although nothing is to be sent. */
    static final String UNCHECKED =
            "coalesce(ts.marker IS NOT NULL AND ts.generation_at < clock_timestamp() - interval '10 minutes', false)";

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public TargetStates(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    public TargetState get(TargetId target) {
        return jdbc.sql("""
                        SELECT cursor, source_identity, marker, adopting, manifest_rows, failing_attempts
                        FROM target_state WHERE target_id = :target
                        """)
                .param("target", target.value())
                .query((row, number) -> new TargetState(
                        row.getLong("cursor"),
                        row.getString("source_identity"),
                        row.getObject("marker", UUID.class),
                        row.getBoolean("adopting"),
                        row.getLong("manifest_rows"),
                        row.getInt("failing_attempts")))
                .single();
    }

    /** Returns whether the target may be worked on: not paused, and its next attempt due if it is failing. */
    public boolean isServable(TargetId target) {
        return jdbc.sql("""
                        SELECT (next_attempt_at IS NULL OR next_attempt_at <= now())
                            AND NOT EXISTS (SELECT 1 FROM target_pause p WHERE p.target_id = ts.target_id)
                        FROM target_state ts WHERE target_id = :target
                        """)
                .param("target", target.value())
                .query(Boolean.class)
                .single();
    }

    /** Returns whether nobody has looked at the marker of a target that has one for ten minutes. */
    public boolean isUnchecked(TargetId target) {
        return jdbc.sql("SELECT %s FROM target_state ts WHERE target_id = :target".formatted(UNCHECKED))
                .param("target", target.value())
                .query(Boolean.class)
                .single();
    }

    /** Returns what tells whether the target and this database are of one time. */
    public TargetGeneration generation(TargetId target) {
        return jdbc.sql("""
                        SELECT generation, pending_generation, database_identity, %s AS database,
                               coalesce(generation_at < clock_timestamp() - interval '1 minute', true) AS is_old
                        FROM target_state WHERE target_id = :target
                        """.formatted(DATABASE))
                .param("target", target.value())
                .query((row, number) -> new TargetGeneration(
                        row.getObject("generation", UUID.class),
                        row.getObject("pending_generation", UUID.class),
                        row.getBoolean("is_old"),
                        row.getString("database_identity"),
                        row.getString("database")))
                .single();
    }

    /**
     * The target was marked as ours for the first time.
     *
     * @param generation what the marker says; null if it is one of before there were generations
     */
    public void marked(Lease lease, UUID marker, @Nullable UUID generation, boolean adopting) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE target_state SET marker = :marker, adopting = :adopting, generation = :generation::uuid,
                            pending_generation = NULL, generation_at = clock_timestamp(), database_identity = %s
                        WHERE target_id = :target
                        """.formatted(DATABASE))
                        .param("marker", marker)
                        .param("generation", generation)
                        .param("adopting", adopting)
                        .param("target", lease.target().value())
                        .update());
    }

    /** The marker is about to say this. */
    public void renewing(Lease lease, UUID generation) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("UPDATE target_state SET pending_generation = :generation WHERE target_id = :target")
                        .param("generation", generation)
                        .param("target", lease.target().value())
                        .update());
    }

    /** The marker says this now, durably. */
    public void renewed(Lease lease, @Nullable UUID generation) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE target_state SET generation = :generation::uuid, pending_generation = NULL,
                            generation_at = clock_timestamp(), database_identity = %s
                        WHERE target_id = :target
                        """.formatted(DATABASE))
                        .param("generation", generation)
                        .param("target", lease.target().value())
                        .update());
    }

    /** The manifest is made from this source root from now on. */
    public void sourceIdentified(Lease lease, String identity) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE target_state SET source_identity = :identity WHERE target_id = :target
                        """)
                        .param("identity", identity)
                        .param("target", lease.target().value())
                        .update());
    }

    /** A person confirmed that the target is another, or was emptied: what we knew of it is void. */
    public void forgetManifest(Lease lease) {
        forget(lease, "UPDATE target_state SET marker = NULL, manifest_rows = 0 WHERE target_id = :target");
    }

    /** The target is ours, and may hold anything of ours: what we knew of it is void until it was compared. */
    public void suspect(Lease lease) {
        forget(lease, "UPDATE target_state SET adopting = true, manifest_rows = 0 WHERE target_id = :target");
    }

    private void forget(Lease lease, String state) {
        transactions.underLease(jdbc, lease, () -> {
            for (String sql : new String[] {
                "DELETE FROM manifest WHERE target_id = :target",
                "DELETE FROM manifest_dir WHERE target_id = :target",
                "DELETE FROM extra WHERE target_id = :target",
                "DELETE FROM verification WHERE target_id = :target",
                state
            }) {
                jdbc.sql(sql).param("target", lease.target().value()).update();
            }
            return null;
        });
    }

    /** The target as a whole cannot be served just now. */
    public void failing(Lease lease, ErrorCode code, String message, Instant nextAttemptAt) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE target_state SET failing_since = coalesce(failing_since, now()),
                            failing_attempts = failing_attempts + 1, failing_code = :code, failing_message = :message,
                            next_attempt_at = :nextAt::timestamptz
                        WHERE target_id = :target
                        """)
                        .param("code", code.name())
                        .param("message", message)
                        .param("nextAt", nextAttemptAt.toString())
                        .param("target", lease.target().value())
                        .update());
    }

    /** The target was reached and can do this. */
    public void reached(Lease lease, Collection<String> capabilities) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE target_state SET failing_since = NULL, failing_attempts = 0, failing_code = NULL,
                            failing_message = NULL, next_attempt_at = NULL, capabilities = :capabilities::text[],
                            capabilities_at = now()
                        WHERE target_id = :target
                          AND (failing_code IS NOT NULL OR capabilities <> :capabilities::text[])
                        """)
                        .param("capabilities", capabilities.stream().sorted().toArray(String[]::new))
                        .param("target", lease.target().value())
                        .update());
    }

    /** Somebody wants the target tried now, whatever the back-off says. */
    public void tryNow(Lease lease) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE target_state SET next_attempt_at = NULL WHERE target_id = :target
                        """).param("target", lease.target().value()).update());
    }
}
