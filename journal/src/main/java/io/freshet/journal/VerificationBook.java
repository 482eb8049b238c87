package io.freshet.journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What was compared with the manifests of targets, and what they hold that we never put there, to be shown. Thread-safe. */
public final class VerificationBook {
    /**
     * Something that a target holds and we never put there.
     *
     * @param type one letter, as {@code find -type} has it
     * @param foundAt when it was seen first
     * @param refusal why it was not deleted although it may be; null where nothing spoke against it
     */
    public record ExtraPath(
            String path,
            String type,
            long size,
            Instant modifiedAt,
            Instant foundAt,
            @Nullable String refusal) {}

    private final JdbcClient jdbc;

    public VerificationBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns the newest comparisons of a target, newest first. */
    public List<TargetVerification> latest(String target, int limit) {
        return jdbc.sql("SELECT " + TargetVerification.COLUMNS + """
                        FROM verification WHERE target_id = (SELECT target_id FROM target WHERE name = :target AND active)
                        ORDER BY verification_id DESC LIMIT :limit
                        """)
                .param("target", target)
                .param("limit", limit)
                .query(TargetVerification::read)
                .list();
    }

    /** Returns how many paths a target holds that we never put there, as of the last comparison. */
    public long extras(String target) {
        return jdbc.sql("""
                        SELECT count(*) FROM extra JOIN target t USING (target_id) WHERE t.name = :target AND t.active
                        """).param("target", target).query(Long.class).single();
    }

    /**
     * Returns what a target holds that we never put there, in the order of the paths.
     *
     * @param after the last path of the page before; null for the first page
     */
    public List<ExtraPath> extras(String target, @Nullable String after, int limit) {
        return jdbc.sql("""
                        SELECT path, type, size, mtime_nanos, found_at, refusal FROM extra
                        WHERE target_id = (SELECT target_id FROM target WHERE name = :target AND active)
                          AND (:after::text IS NULL
                               OR (left(path COLLATE "C", 512) >= left(:after::text, 512) AND path > :after::text))
                        ORDER BY left(path COLLATE "C", 512), path LIMIT :limit
                        """)
                .param("target", target)
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> new ExtraPath(
                        row.getString("path"),
                        row.getString("type"),
                        row.getLong("size"),
                        Instant.EPOCH.plusNanos(row.getLong("mtime_nanos")),
                        Rows.instant(row, "found_at"),
                        row.getString("refusal")))
                .list();
    }
}
