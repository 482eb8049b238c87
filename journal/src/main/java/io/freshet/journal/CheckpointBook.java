package io.freshet.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The checkpoints, from the side of those who create them and look at them. Thread-safe. */
public final class CheckpointBook {
    private final JdbcClient jdbc;
    private final Completeness completeness;

    public CheckpointBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.completeness = new Completeness(jdbc);
    }

    /**
     * Creates a checkpoint of the targets that the source has now; to be part of a transaction.
     *
     * @return whether this call did it; false where the source has one with this label, or no target
     */
    public boolean create(New checkpoint) {
        return jdbc.sql("""
                        WITH made AS (
                            INSERT INTO checkpoint (source_id, label, path, seq, created_by, reason)
                            SELECT source_id, :label, :path, :seq, :by, :reason FROM source s
                            WHERE s.name = :source AND EXISTS (SELECT FROM target t WHERE t.source_id = s.source_id AND t.active)
                            ON CONFLICT (source_id, label) DO NOTHING
                            RETURNING checkpoint_id, source_id)
                        INSERT INTO checkpoint_target (checkpoint_id, target_id)
                        SELECT checkpoint_id, target_id FROM made JOIN target USING (source_id) WHERE active
                        """)
                        .param("source", checkpoint.source)
                        .param("label", checkpoint.label)
                        .param("path", checkpoint.path)
                        .param("seq", checkpoint.seq)
                        .param("by", checkpoint.by)
                        .param("reason", checkpoint.reason)
                        .update()
                > 0;
    }

    /** Returns the names of the sources that have targets. */
    public List<String> sources() {
        return jdbc.sql("""
                        SELECT s.name FROM source s
                        WHERE EXISTS (SELECT FROM target t WHERE t.source_id = s.source_id AND t.active) ORDER BY s.name
                        """).query((row, number) -> row.getString("name")).list();
    }

    /** Returns the names of the sources that have a checkpoint with this label. */
    public List<String> sourcesWith(String label) {
        return jdbc.sql("""
                        SELECT s.name FROM checkpoint JOIN source s USING (source_id) WHERE label = :label ORDER BY s.name
                        """)
                .param("label", label)
                .query((row, number) -> row.getString("name"))
                .list();
    }

    /** Returns a checkpoint and how each of its targets stands with it. */
    public Optional<Checkpoint> find(String source, String label) {
        return jdbc.sql("""
                        SELECT c.checkpoint_id, c.path, c.seq, c.created_at, c.created_by, c.reason
                        FROM checkpoint c JOIN source s USING (source_id) WHERE s.name = :source AND c.label = :label
                        """)
                .param("source", source)
                .param("label", label)
                .query((row, number) -> new Checkpoint(
                        row.getLong("checkpoint_id"),
                        source,
                        label,
                        row.getString("path"),
                        row.getLong("seq"),
                        Rows.instant(row, "created_at"),
                        row.getString("created_by"),
                        row.getString("reason"),
                        List.of()))
                .optional()
                .map(this::withTargets);
    }

    private Checkpoint withTargets(Checkpoint found) {
        List<Recorded> recorded = jdbc.sql("""
                        SELECT t.name, ct.completed_at, ct.entries, ct.unsupported, encode(ct.digest, 'hex') AS digest
                        FROM checkpoint_target ct JOIN target t USING (target_id)
                        WHERE ct.checkpoint_id = :id ORDER BY t.name
                        """)
                .param("id", found.id())
                .query((row, number) -> new Recorded(
                        row.getString("name"),
                        Rows.instantOrNull(row, "completed_at"),
                        row.getObject("entries", Long.class),
                        row.getObject("unsupported", Long.class),
                        row.getString("digest")))
                .list();
        List<String> open = recorded.stream()
                .filter(one -> one.completedAt == null)
                .map(Recorded::target)
                .toList();
        Map<String, Completeness.Arrival> arrivals = completeness.check(found.seq(), found.path(), open).stream()
                .collect(Collectors.toMap(Completeness.Arrival::target, Function.identity()));
        List<Checkpoint.AtTarget> targets = new ArrayList<>();
        recorded.forEach(one -> targets.add(one.with(arrivals.get(one.target))));
        return new Checkpoint(
                found.id(),
                found.source(),
                found.label(),
                found.path(),
                found.seq(),
                found.createdAt(),
                found.createdBy(),
                found.reason(),
                targets);
    }

    /**
     * Returns the checkpoints, newest first.
     *
     * @param source only of this one; null for all
     * @param before the number of the last one of the page before; null for the first page
     */
    public List<Summary> list(@Nullable String source, @Nullable Long before, int limit) {
        return jdbc.sql("""
                        SELECT c.checkpoint_id, s.name AS source, c.label, c.path, c.seq, c.created_at, c.created_by, c.reason,
                               (SELECT count(*) FROM checkpoint_target ct WHERE ct.checkpoint_id = c.checkpoint_id) AS targets,
                               (SELECT count(ct.completed_at) FROM checkpoint_target ct
                                WHERE ct.checkpoint_id = c.checkpoint_id) AS complete
                        FROM checkpoint c JOIN source s USING (source_id)
                        WHERE (:source::text IS NULL OR s.name = :source::text)
                          AND (:before::bigint IS NULL OR c.checkpoint_id < :before::bigint)
                        ORDER BY c.checkpoint_id DESC LIMIT :limit
                        """)
                .param("source", source)
                .param("before", before)
                .param("limit", limit)
                .query((row, number) -> new Summary(
                        row.getLong("checkpoint_id"),
                        row.getString("source"),
                        row.getString("label"),
                        row.getString("path"),
                        row.getLong("seq"),
                        Rows.instant(row, "created_at"),
                        row.getString("created_by"),
                        row.getString("reason"),
                        row.getInt("targets"),
                        row.getInt("complete")))
                .list();
    }

    /** Returns who we are to our targets, which is told beside whatever we claim of them. */
    public UUID installation() {
        return jdbc.sql("SELECT installation_id FROM installation")
                .query(UUID.class)
                .single();
    }

    /**
     * A checkpoint that is to be created.
     *
     * @param path relative to the source; empty for all of it
     * @param seq the answer to a barrier
     */
    public record New(String source, String label, String path, long seq, String by, String reason) {}

    /**
     * A checkpoint in a list.
     *
     * @param targets how many it is about
     * @param complete how many of them are complete
     */
    public record Summary(
            long id,
            String source,
            String label,
            String path,
            long seq,
            Instant createdAt,
            String createdBy,
            String reason,
            int targets,
            int complete) {}

    private record Recorded(
            String target,
            @Nullable Instant completedAt,
            @Nullable Long entries,
            @Nullable Long unsupported,
            @Nullable String digest) {

        /** @param arrival how it stands; null where it is recorded, or the target is no longer configured */
        Checkpoint.AtTarget with(Completeness.@Nullable Arrival arrival) {
            Completeness.State state;
            String waitingFor = null;
            if (completedAt != null) {
                state = Completeness.State.COMPLETE;
            } else if (arrival == null) {
                state = Completeness.State.FAILED;
                waitingFor = target + " is no longer configured";
            } else if (arrival.state() == Completeness.State.COMPLETE) {
                state = Completeness.State.WAITING;
                waitingFor = "everything has arrived; the process that serves " + target + " is about to record it";
            } else {
                state = arrival.state();
                waitingFor = arrival.waitingFor();
            }
            return new Checkpoint.AtTarget(
                    target,
                    state,
                    waitingFor,
                    arrival == null ? 0 : arrival.remaining(),
                    arrival == null ? List.of() : arrival.held(),
                    arrival == null ? List.of() : arrival.failures(),
                    completedAt,
                    entries,
                    unsupported,
                    digest);
        }
    }
}
