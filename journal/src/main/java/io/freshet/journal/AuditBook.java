package io.freshet.journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who did what, from where, and why: the audit of people's commands, for reading. Thread-safe. */
public final class AuditBook {
    private final JdbcClient jdbc;

    public AuditBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns commands, newest first.
     *
     * @param actor only this account's; null for everybody's
     * @param before only those older than this number; null for the newest
     */
    public List<Command> commands(@Nullable String actor, @Nullable Long before, int limit) {
        return jdbc.sql("""
                        SELECT a.audit_id, a.at, a.actor, a.origin, a.action, t.name AS target, a.object, a.reason
                        FROM audit a LEFT JOIN target t USING (target_id)
                        WHERE (:before::bigint IS NULL OR a.audit_id < :before) AND (:actor::text IS NULL OR a.actor = :actor)
                        ORDER BY a.audit_id DESC LIMIT :limit
                        """)
                .param("actor", actor)
                .param("before", before)
                .param("limit", limit)
                .query((row, number) -> new Command(
                        row.getLong("audit_id"),
                        Rows.instant(row, "at"),
                        row.getString("actor"),
                        row.getString("origin"),
                        row.getString("action"),
                        row.getString("target"),
                        row.getString("object"),
                        row.getString("reason")))
                .list();
    }

    /**
     * One command.
     *
     * @param number goes up with every command
     * @param origin the address it came from
     * @param object what it was done to, in words that find it again
     */
    public record Command(
            long number,
            Instant at,
            String actor,
            String origin,
            String action,
            @Nullable String target,
            String object,
            String reason) {}
}
