package io.freshet.journal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The ranges of sequence numbers in which the journal is kept: dropped behind every cursor, never deleted from.
 *
 * <p>Only what is after a target's cursor is ever read for it. A rescan that is open, a barrier, a checkpoint and whoever
 * waits compare numbers with cursors and with work items, and read no change behind a cursor.
 */
final class ChangePartitions {
    /** How far nobody needs a source's changes any more; that of a target somebody serves counts even if another node has it not. */
    private static final String NEEDLESS = """
            SELECT least(s.head, (SELECT min(ts.cursor)
                                  FROM target t JOIN target_state ts USING (target_id) LEFT JOIN lease l USING (target_id)
                                  WHERE t.source_id = s.source_id AND (t.active OR l.expires_at > now())))
            FROM source s WHERE s.source_id = :source
            """;

    private record Part(String name, @Nullable Long end) {}

    private final PassTransactions transactions;
    private final JdbcClient jdbc;

    ChangePartitions(PassTransactions transactions) {
        this.transactions = transactions;
        this.jdbc = transactions.jdbc();
    }

    /** @param before what was observed later is kept, for the preview of policies */
    Cleared trim(RetentionPass pass, Instant before) {
        Cleared cleared = new Cleared();
        List<Integer> sources = jdbc.sql("SELECT source_id FROM source ORDER BY source_id")
                .query((row, number) -> row.getInt("source_id"))
                .list();
        for (int source : sources) {
            for (Part part : parts(source)) {
                try {
                    trim(pass, source, part, before, cleared);
                } catch (PessimisticLockingFailureException e) {
                    cleared.postpone("changes in " + part.name + " (locked by somebody)");
                }
            }
            transactions.dropDetached(pass, "change_" + source + "_[0-9]+");
        }
        return cleared;
    }

    private List<Part> parts(int source) {
        return jdbc.sql("""
                        SELECT c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''?(\\d+)''?\\)'))[1]::bigint AS "end"
                        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                        WHERE i.inhparent = to_regclass('change_' || :source::text)
                        ORDER BY 2 NULLS FIRST
                        """)
                .param("source", source)
                .query((row, number) -> new Part(row.getString("relname"), row.getObject("end", Long.class)))
                .list();
    }

    private void trim(RetentionPass pass, int source, Part part, Instant before, Cleared cleared) {
        Optional<Long> last = part.end == null ? lastOfDefault(source, part) : Optional.of(part.end - 1);
        if (last.isEmpty() || isNeeded(source, last.get()) || isYoung(source, part, before)) {
            return;
        }
        boolean detached = transactions.run(pass, () -> {
            long upTo = part.end == null ? lastOfDefaultWhenLocked(source, part).orElse(last.get()) : last.get();
            if (isNeeded(source, upTo)) {
                return false;
            }
            jdbc.sql(
                            part.end == null
                                    ? "TRUNCATE " + part.name
                                    : "ALTER TABLE change_" + source + " DETACH PARTITION " + part.name)
                    .update();
            jdbc.sql("""
                            INSERT INTO change_trim AS t (source_id, up_to) VALUES (:source, :upTo)
                            ON CONFLICT (source_id) DO UPDATE
                            SET up_to = greatest(t.up_to, excluded.up_to), trimmed_at = excluded.trimmed_at
                            """).param("source", source).param("upTo", upTo).update();
            return true;
        });
        if (detached) {
            cleared.add("partitions of changes", 1);
        }
    }

    /** Changes may have come into it until it was locked, and come no more from then on. */
    private Optional<Long> lastOfDefaultWhenLocked(int source, Part part) {
        jdbc.sql("LOCK TABLE " + part.name + " IN ACCESS EXCLUSIVE MODE").update();
        return lastOfDefault(source, part);
    }

    private Optional<Long> lastOfDefault(int source, Part part) {
        return Optional.ofNullable(jdbc.sql("SELECT max(seq) FROM " + part.name + " WHERE source_id = :source")
                .param("source", source)
                .query((row, number) -> row.getObject(1, Long.class))
                .list()
                .get(0));
    }

    private boolean isNeeded(int source, long last) {
        return last
                > jdbc.sql(NEEDLESS).param("source", source).query(Long.class).single();
    }

    private boolean isYoung(int source, Part part, Instant before) {
        return jdbc.sql("SELECT observed_at >= :before FROM " + part.name
                        + " WHERE source_id = :source ORDER BY seq DESC LIMIT 1")
                .param("source", source)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }
}
