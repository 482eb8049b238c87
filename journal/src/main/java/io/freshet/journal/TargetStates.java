package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How far each target is; changed by the owner of its lease. Thread-safe. */
public final class TargetStates {
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
                        row.getString("marker"),
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

    /** The target was marked as ours for the first time. */
    public void marked(Lease lease, UUID marker, boolean adopting) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE target_state SET marker = :marker, adopting = :adopting WHERE target_id = :target
                        """)
                        .param("marker", marker)
                        .param("adopting", adopting)
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
        transactions.underLease(jdbc, lease, () -> {
            for (String sql : new String[] {
                "DELETE FROM manifest WHERE target_id = :target",
                "DELETE FROM manifest_dir WHERE target_id = :target",
                "DELETE FROM extra WHERE target_id = :target",
                "DELETE FROM verification WHERE target_id = :target",
                "UPDATE target_state SET marker = NULL, manifest_rows = 0 WHERE target_id = :target"
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
