package io.freshet.journal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What people ask for, as rows that the other processes act on. Thread-safe; each call is to be part of a transaction that
 * also writes the audit row. Who may ask what is decided before.
 */
public final class Requests {
    private final JdbcClient jdbc;

    public Requests(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns the number of an active target. */
    public Optional<Integer> target(String name) {
        return jdbc.sql("SELECT target_id FROM target WHERE name = :name AND active")
                .param("name", name)
                .query(Integer.class)
                .optional();
    }

    /** Returns the names of a source's active targets. */
    public List<String> targetsOf(String source) {
        return jdbc.sql("""
                        SELECT t.name FROM target t JOIN source s USING (source_id)
                        WHERE s.name = :source AND t.active ORDER BY t.name
                        """)
                .param("source", source)
                .query((row, n) -> row.getString("name"))
                .list();
    }

    /** Lets everything at or below a path go first on a target until a moment. */
    public void expedite(int target, String path, String by, String reason, Instant until) {
        jdbc.sql("""
                INSERT INTO expedite (target_id, path, requested_by, reason, expires_at)
                VALUES (:target, :path, :by, :reason, :until)
                """)
                .param("target", target)
                .param("path", path)
                .param("by", by)
                .param("reason", reason)
                .param("until", until.atOffset(ZoneOffset.UTC))
                .update();
        NotificationKind.REQUEST.publish(jdbc);
    }

    /**
     * Asks something of a run.
     *
     * @return whether this is a new request; false where the same one waits for its answer
     */
    public boolean ofRun(int target, long run, RunRequest.Action action, String by) {
        int rows = jdbc.sql("""
                INSERT INTO run_request (target_id, run_number, action, requested_by)
                VALUES (:target, :run, :action, :by)
                ON CONFLICT (target_id, run_number, action) WHERE answered_at IS NULL DO NOTHING
                """)
                .param("target", target)
                .param("run", run)
                .param("action", action.name())
                .param("by", by)
                .update();
        NotificationKind.REQUEST.publish(jdbc);
        return rows == 1;
    }

    /** Returns what was asked of a run, newest first. */
    public List<AskedOfRun> ofRun(String target, long run) {
        return jdbc.sql("""
                        SELECT r.action, r.requested_by, r.requested_at, r.answered_at, r.answer
                        FROM run_request r JOIN target t USING (target_id)
                        WHERE t.name = :target AND r.run_number = :run ORDER BY r.request_id DESC
                        """)
                .param("target", target)
                .param("run", run)
                .query((row, number) -> new AskedOfRun(
                        RunRequest.Action.valueOf(row.getString("action")),
                        row.getString("requested_by"),
                        Rows.instant(row, "requested_at"),
                        Rows.instantOrNull(row, "answered_at"),
                        row.getString("answer")))
                .list();
    }

    /**
     * Asks that what is at and below a path be compared with what is known of it, and with every target of its source.
     *
     * @return the name of the source
     */
    public String rescan(int target, String path, String by) {
        String source = jdbc.sql("""
                        WITH asked AS (
                            INSERT INTO rescan_request (source_id, path, requested_by)
                            SELECT source_id, :path, :by FROM target WHERE target_id = :target
                            RETURNING source_id)
                        SELECT s.name FROM asked JOIN source s USING (source_id)
                        """)
                .param("path", path)
                .param("by", by)
                .param("target", target)
                .query((row, n) -> row.getString("name"))
                .single();
        NotificationKind.BARRIER.publish(jdbc);
        return source;
    }

    /**
     * Asks the same where somebody who asked for a path has seen what was not observed. Nobody commanded it, so there is no
     * audit row. A page asks again with every change it shows: so the same wish is not written down twice while it waits, nor
     * within ten seconds of its rescan.
     */
    void rescanUnobserved(String source, String path) {
        int rows = jdbc.sql("""
                INSERT INTO rescan_request (source_id, path, requested_by)
                SELECT s.source_id, :path, 'where' FROM source s
                WHERE s.name = :source
                  AND NOT EXISTS (SELECT FROM rescan_request waiting
                                  WHERE waiting.source_id = s.source_id AND waiting.path = :path)
                  AND NOT EXISTS (SELECT FROM rescan last
                                  WHERE last.source_id = s.source_id AND last.path = :path
                                    AND last.opened_at > now() - interval '10 seconds')
                """).param("path", path).param("source", source).update();
        if (rows == 1) {
            NotificationKind.BARRIER.publish(jdbc);
        }
    }

    /**
     * Asks that what a target holds at and below a path be compared with its manifest.
     *
     * @param deep whether the target is to hash every file
     * @return whether this is a new request; false where the same one has not begun yet
     */
    public boolean verify(int target, String path, boolean deep, String by) {
        int rows = jdbc.sql("""
                        INSERT INTO verification (target_id, path, deep, reason, requested_by)
                        SELECT :target, :path, :deep, 'REQUEST', :by
                        WHERE NOT EXISTS (SELECT FROM verification
                                          WHERE target_id = :target AND path = :path AND deep = :deep AND begun_at IS NULL)
                        """)
                .param("target", target)
                .param("path", path)
                .param("deep", deep)
                .param("by", by)
                .update();
        NotificationKind.REQUEST.publish(jdbc);
        return rows == 1;
    }

    /**
     * Stops deliveries to a target; changes queue up.
     *
     * @return whether this call did it; false where it was paused already
     */
    public boolean pause(int target, String by, String reason) {
        int rows = jdbc.sql("""
                INSERT INTO target_pause (target_id, paused_by, reason) VALUES (:target, :by, :reason)
                ON CONFLICT (target_id) DO NOTHING
                """)
                .param("target", target)
                .param("by", by)
                .param("reason", reason)
                .update();
        NotificationKind.REQUEST.publish(jdbc);
        return rows == 1;
    }

    /** Lets deliveries to a target go on; returns whether it was paused. */
    public boolean resume(int target) {
        int rows = jdbc.sql("DELETE FROM target_pause WHERE target_id = :target")
                .param("target", target)
                .update();
        NotificationKind.REQUEST.publish(jdbc);
        return rows == 1;
    }

    /** Returns the number of a source. */
    public Optional<Integer> source(String name) {
        return jdbc.sql("SELECT source_id FROM source WHERE name = :name")
                .param("name", name)
                .query(Integer.class)
                .optional();
    }

    /** Lets a target be sent so much per second, whatever the configuration says; empty for any rate. */
    public void limitTarget(int target, OptionalLong bytesPerSecond, String by, String reason) {
        limit("target", target, bytesPerSecond, by, reason);
    }

    /** Lets all targets of a source together be sent so much per second, whatever the configuration says; empty for any rate. */
    public void limitSource(int source, OptionalLong bytesPerSecond, String by, String reason) {
        limit("source", source, bytesPerSecond, by, reason);
    }

    private void limit(String what, int id, OptionalLong bytesPerSecond, String by, String reason) {
        jdbc.sql("""
                INSERT INTO %1$s_bandwidth (%1$s_id, bytes_per_second, set_by, reason) VALUES (:id, :bytes, :by, :reason)
                ON CONFLICT (%1$s_id) DO UPDATE SET bytes_per_second = excluded.bytes_per_second, set_at = now(),
                    set_by = excluded.set_by, reason = excluded.reason
                """.formatted(what))
                .param("id", id)
                .param("bytes", bytesPerSecond.isPresent() ? bytesPerSecond.getAsLong() : null)
                .param("by", by)
                .param("reason", reason)
                .update();
        NotificationKind.REQUEST.publish(jdbc);
    }

    /** Lets the configuration say again what a target may be sent per second; returns whether a person had said it. */
    public boolean unlimitTarget(int target) {
        return unlimit("target", target);
    }

    /** Lets the configuration say again what all targets of a source may be sent; returns whether a person had said it. */
    public boolean unlimitSource(int source) {
        return unlimit("source", source);
    }

    private boolean unlimit(String what, int id) {
        int rows = jdbc.sql("DELETE FROM %1$s_bandwidth WHERE %1$s_id = :id".formatted(what))
                .param("id", id)
                .update();
        NotificationKind.REQUEST.publish(jdbc);
        return rows == 1;
    }

    /** Writes down who did what. */
    public void audit(AuditEntry entry) {
        jdbc.sql("""
                INSERT INTO audit (actor, origin, action, target_id, object, reason)
                VALUES (:actor, :origin, :action, :target, :object, :reason)
                """)
                .param("actor", entry.actor)
                .param("origin", entry.origin)
                .param("action", entry.action)
                .param("target", entry.target)
                .param("object", entry.object)
                .param("reason", entry.reason)
                .update();
    }

    /** Something that was asked of a run, and the answer once there is one. */
    public record AskedOfRun(
            RunRequest.Action action,
            String requestedBy,
            Instant requestedAt,
            @Nullable Instant answeredAt,
            @Nullable String answer) {}

    /**
     * A row of the audit trail.
     *
     * @param actor the account, or the token by its label
     * @param origin the address it came from
     * @param object what it was done to, in words that find it again
     */
    public record AuditEntry(
            String actor,
            String origin,
            String action,
            @Nullable Integer target,
            String object,
            String reason) {}
}
