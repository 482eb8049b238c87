package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Where what queued items are about seems to have been before, and what may still turn out to have been moved
 * (docs/adr/0010-lost-hints.md). Thread-safe; hints are added under the target's lease.
 */
public final class MoveHints {
    private final JdbcClient jdbc;
    private final Transactions transactions;

    public MoveHints(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Takes note of where queued items seem to have been before; a directory is asked for with everything below it. */
    public void add(Lease lease, Collection<Move> moves) {
        transactions.underLease(jdbc, lease, () -> {
            add(jdbc, lease, moves);
            return null;
        });
    }

    /** The same in the transaction under way. */
    static void add(JdbcClient jdbc, Lease lease, Collection<Move> moves) {
        if (moves.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE work_item w SET moved_from = coalesce(w.moved_from, m.origin), asked = nextval('work_item_asked'),
                            kind = CASE WHEN m.directory THEN 'TREE' ELSE w.kind END,
                            walk_position = CASE WHEN m.directory THEN NULL ELSE w.walk_position END,
                            walked = w.walked AND NOT m.directory
                        FROM unnest(:paths::text[], :origins::text[], :directories::boolean[]) AS m (path, origin, directory)
                        WHERE w.target_id = :target AND w.path_key = path_key(m.path)
                        """)
                .param("paths", Columns.text(moves, Move::to))
                .param("origins", Columns.text(moves, Move::from))
                .param("directories", Columns.text(moves, Move::isDirectory))
                .param("target", lease.target().value())
                .update();
    }

    /**
     * Returns the moves, as hints tell of them, that unfinished items would make: of these paths, of directories above them,
     * and of what is below those of them that are directories.
     */
    public List<Move> awaitingMove(
            TargetId target, Collection<RelativePath> paths, Collection<RelativePath> directories) {
        if (paths.isEmpty()) {
            return List.of();
        }
        Set<RelativePath> line = new HashSet<>(paths);
        paths.forEach(path -> line.addAll(path.ancestors()));
        return jdbc.sql("""
                        SELECT w.moved_from, w.path, w.kind FROM unnest(:line::text[]) AS asked (path)
                        JOIN work_item w ON w.target_id = :target AND path_key(w.moved_from) = path_key(asked.path)
                        WHERE w.moved_from IS NOT NULL AND w.attempts = 0
                        UNION
                        SELECT w.moved_from, w.path, w.kind FROM unnest(:directories::text[]) AS asked (path)
                        JOIN work_item w ON w.target_id = :target AND in_subtree(w.moved_from, asked.path)
                        WHERE w.moved_from IS NOT NULL AND w.attempts = 0
                        """)
                .param("line", Columns.text(line, path -> path))
                .param("directories", Columns.text(directories, path -> path))
                .param("target", target.value())
                .query((row, number) -> new Move(
                        RelativePath.parse(row.getString("moved_from")),
                        RelativePath.parse(row.getString("path")),
                        !row.getString("kind").equals(ChangeKind.PATH.name())))
                .list();
    }

    /**
     * Returns the lowest number from which on something may still turn up at another path, if there is one: that of the
     * oldest walk that has not found all there is to find, or of a rescan that has not told every target of it. Walks that
     * failed, and what waits itself, are not waited for.
     *
     * @param gone paths that the source has no more, whatever was asked of them
     */
    public Optional<Long> oldestUnexpanded(TargetId target, Collection<RelativePath> gone) {
        return jdbc.sql("""
                        SELECT least(
                            (SELECT min(w.first_seq) FROM work_item w
                             WHERE w.target_id = :target AND w.kind <> 'PATH' AND w.attempts = 0 AND w.postponed_at IS NULL
                               AND w.path_key NOT IN (SELECT path_key(path) FROM unnest(:gone::text[]) AS gone (path))
                               AND %s),
                            (SELECT min(r.since_seq) FROM rescan r
                             WHERE r.source_id = t.source_id AND r.finished_at IS NULL AND r.reason <> 'SCHEDULE'),
                            (SELECT min(c.since_seq) FROM change c
                             WHERE c.source_id = t.source_id AND c.seq > ts.cursor AND c.since_seq IS NOT NULL))
                        FROM target t JOIN target_state ts USING (target_id) WHERE t.target_id = :target
                        """.formatted(WorkQueue.NOT_HELD))
                .param("gone", Columns.text(gone, path -> path))
                .param("target", target.value())
                .query((row, number) -> Optional.ofNullable(row.getObject(1, Long.class)))
                .single();
    }
}
