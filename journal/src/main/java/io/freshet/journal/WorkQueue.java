package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What each target still has to look at: one row per path however often it changes.
 *
 * <p>Thread-safe. A target's rows are changed only under its lease. Claims are not kept here: they live in the process
 * that owns the lease.
 */
public final class WorkQueue {
    private static final String ITEM_COLUMNS =
            "w.path, w.kind, w.moved_from, w.first_seq, w.seq, w.first_dirty_at, w.lane, w.attempts, w.walk_position,"
                    + " w.asked, w.walked, w.postponed_at";

    /** A path is held while a hold that nobody approved covers its newest change. */
    static final String NOT_HELD = """
            NOT EXISTS (SELECT 1 FROM hold_path h JOIN hold o USING (hold_id)
                        WHERE h.target_id = w.target_id AND h.path_key = w.path_key AND h.seq >= w.seq
                          AND o.state IN ('OPEN', 'REJECTED'))
            """;

    private static final String TURN =
            "row_number() OVER (PARTITION BY top_folder(w.path) ORDER BY w.first_seq, w.path), ";

    private static final String EXPEDITED = """
             FROM expedite e CROSS JOIN LATERAL (
                SELECT i.* FROM work_item i WHERE i.target_id = e.target_id AND in_subtree(i.path, e.path)
                UNION ALL
                SELECT i.* FROM (SELECT string_to_array(e.path, '/') AS names) named
                CROSS JOIN generate_series(1, cardinality(names)) AS below
                JOIN work_item i ON i.target_id = e.target_id AND i.kind = 'PATH'
                    AND i.path_key = path_key(array_to_string(trim_array(names, below), '/'))) w
            WHERE e.target_id = :target AND e.expires_at > now() AND w.ready_at <= now() AND %s
            """.formatted(NOT_HELD);

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public WorkQueue(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** SQL for whether a lane of a target has something to do now, apart from what is held; both are SQL, too. */
    static String isReady(String target, String lane) {
        return """
                EXISTS (SELECT 1 FROM work_item w
                        WHERE w.target_id = %1$s AND w.lane = %2$s AND w.attempts = 0 AND w.ready_at <= now() AND %3$s)
                OR EXISTS (SELECT 1 FROM work_item w
                           WHERE w.target_id = %1$s AND w.lane = %2$s AND w.attempts > 0 AND w.ready_at <= now() AND %3$s)
                """.formatted(target, lane, NOT_HELD);
    }

    /** Returns the lanes that have something to do now, apart from what is held. */
    public Set<Lane> readyLanes(TargetId target) {
        List<String> lanes = jdbc.sql("""
                        SELECT lane FROM unnest(enum_range(NULL::lane)) AS lane WHERE %s
                        """.formatted(isReady(":target", "lane.lane")))
                .param("target", target.value())
                .query((row, n) -> row.getString("lane"))
                .list();
        Set<Lane> ready = EnumSet.noneOf(Lane.class);
        lanes.forEach(lane -> ready.add(Lane.valueOf(lane)));
        return ready;
    }

    /**
     * Returns items of a lane that may be worked on now: what people expedited first, then fresh ones, oldest first, then
     * those whose next try is due. In the express lane the top-level folders take turns, so that nobody waits behind all of
     * another's (rule 40). Nothing is marked: the caller keeps its claims.
     */
    public List<WorkItem> ready(TargetId target, Lane lane, int limit) {
        List<WorkItem> items = new ArrayList<>();
        if (lane == Lane.EXPRESS) {
            items.addAll(jdbc.sql("""
                            SELECT DISTINCT ON (w.first_seq, w.path) %s
                            FROM expedite e JOIN work_item w
                              ON w.target_id = e.target_id AND in_subtree(w.path, e.path)
                            WHERE e.target_id = :target AND e.expires_at > now() AND w.ready_at <= now()
                              AND w.kind = 'PATH' AND %s
                            ORDER BY w.first_seq, w.path LIMIT :limit
                            """.formatted(ITEM_COLUMNS, NOT_HELD))
                    .param("target", target.value())
                    .param("limit", limit)
                    .query(WorkQueue::item)
                    .list());
        }
        items.addAll(jdbc.sql("""
                        (SELECT %1$s FROM work_item w
                         WHERE w.target_id = :target AND w.lane = :lane::lane AND w.attempts = 0 AND w.ready_at <= now()
                           AND %2$s
                         ORDER BY %3$s w.first_seq, w.path LIMIT :limit)
                        UNION ALL
                        (SELECT %1$s FROM work_item w
                         WHERE w.target_id = :target AND w.lane = :lane::lane AND w.attempts > 0 AND w.ready_at <= now()
                           AND %2$s
                         ORDER BY w.ready_at LIMIT :limit / 4 + 1)
                        """.formatted(ITEM_COLUMNS, NOT_HELD, lane == Lane.EXPRESS ? TURN : ""))
                .param("target", target.value())
                .param("lane", lane.name())
                .param("limit", limit)
                .query(WorkQueue::item)
                .list());
        return items;
    }

    /**
     * Returns what people asked to be sent now, as far as it may be worked on: of each request what is at and below its path,
     * and what waits of the directories above.
     */
    public List<WorkItem> expedited(TargetId target, int limit) {
        return jdbc.sql("SELECT DISTINCT ON (w.first_seq, w.path) " + ITEM_COLUMNS + EXPEDITED
                        + "ORDER BY w.first_seq, w.path LIMIT :limit")
                .param("target", target.value())
                .param("limit", limit)
                .query(WorkQueue::item)
                .list();
    }

    /** Returns whether there is something to do that people asked to be sent now. */
    public boolean hasExpedited(TargetId target) {
        return jdbc.sql("SELECT EXISTS (SELECT 1" + EXPEDITED + ")")
                .param("target", target.value())
                .query(Boolean.class)
                .single();
    }

    /** Returns the items whose last failure is of this run, whenever their next try is due. */
    public List<WorkItem> failedOf(TargetId target, long runNumber, int limit) {
        return jdbc.sql("""
                        SELECT %s FROM work_item w
                        WHERE w.target_id = :target AND w.attempts > 0 AND w.failed_run = :run AND %s
                        ORDER BY w.first_seq, w.path LIMIT :limit
                        """.formatted(ITEM_COLUMNS, NOT_HELD))
                .param("target", target.value())
                .param("run", runNumber)
                .param("limit", limit)
                .query(WorkQueue::item)
                .list();
    }

    /**
     * Queues what a walk found and moves the walk on, or ends it, in one transaction. The children take over the walk's
     * numbers, so that whatever waits for the walk waits for them.
     *
     * @param position the last directory that was listed, or null when the walk is complete
     */
    public void advanceWalk(Lease lease, WorkItem walk, Found found, @Nullable RelativePath position) {
        transactions.underLease(jdbc, lease, () -> {
            add(jdbc, lease, walk, found.paths, ChangeKind.PATH, walk.kind() == ChangeKind.TREE);
            add(jdbc, lease, walk, found.trees, ChangeKind.TREE, false);
            MoveHints.add(jdbc, lease, found.moves);
            addUnreadable(lease, walk, found.unreadable);
            if (position != null) {
                jdbc.sql("""
                                UPDATE work_item SET walk_position = :position, moved_from = NULL
                                WHERE target_id = :target AND path_key = path_key(:path) AND asked = :asked
                                """)
                        .param("asked", walk.asked())
                        .param("position", position.toString())
                        .param("target", lease.target().value())
                        .param("path", walk.path().toString())
                        .update();
            } else if (!found.unreadable.contains(walk.path())) {
                finishWalk(lease, walk);
            }
            return null;
        });
    }

    /**
     * What a walk came across.
     *
     * @param paths that have to be looked at
     * @param trees directories that have to be looked at with all below, later
     * @param moves which of {@code paths} and {@code trees} seem to have been elsewhere
     * @param unreadable directories that could not be read; each becomes a walk of its own
     */
    public record Found(
            Collection<RelativePath> paths,
            Collection<RelativePath> trees,
            Collection<Move> moves,
            Collection<RelativePath> unreadable) {
        public static final Found NOTHING = new Found(List.of(), List.of(), List.of(), List.of());
    }

    /**
     * Queues paths that have to be looked at because of an item, which goes on waiting.
     *
     * @param kind {@code PATH} for no more than the paths themselves, whatever the target has there
     */
    public void alsoLookAt(Lease lease, WorkItem because, Collection<RelativePath> paths, ChangeKind kind) {
        transactions.underLease(jdbc, lease, () -> {
            add(jdbc, lease, because, paths, kind, true);
            return null;
        });
    }

    /**
     * Asks for everything below the paths of items too.
     *
     * @return the items as they are now by their paths, without those whose rows are gone
     */
    public Map<RelativePath, WorkItem> widen(Lease lease, Collection<WorkItem> items) {
        Map<RelativePath, Long> asked =
                widenAt(lease, items.stream().map(WorkItem::path).toList());
        Map<RelativePath, WorkItem> widened = new HashMap<>();
        for (WorkItem item : items) {
            Long newlyAsked = asked.get(item.path());
            if (newlyAsked != null) {
                widened.put(item.path(), item.widened(newlyAsked));
            }
        }
        return widened;
    }

    /** Makes items that wait for these directories, whatever for, look at everything below them too. */
    public void widenThere(Lease lease, Collection<RelativePath> directories) {
        widenAt(lease, directories);
    }

    private Map<RelativePath, Long> widenAt(Lease lease, Collection<RelativePath> paths) {
        Map<RelativePath, Long> asked = new HashMap<>();
        if (paths.isEmpty()) {
            return asked;
        }
        transactions
                .underLease(
                        jdbc,
                        lease,
                        () -> jdbc.sql("""
                                UPDATE work_item w
                                SET kind = 'TREE', walk_position = NULL, walked = false, asked = nextval('work_item_asked')
                                FROM unnest(:paths::text[]) AS wide (path)
                                WHERE w.target_id = :target AND w.path_key = path_key(wide.path)
                                RETURNING w.path, w.asked
                                """)
                                .param("paths", Columns.text(paths, path -> path))
                                .param("target", lease.target().value())
                                .query((row, number) ->
                                        Map.entry(RelativePath.parse(row.getString("path")), row.getLong("asked")))
                                .list())
                .forEach(one -> asked.put(one.getKey(), one.getValue()));
        return asked;
    }

    /**
     * Queues paths because of an item, in the transaction under way. A walk for which items were folded tells nothing new of
     * what a person has decided about a path: that keeps its number.
     */
    static void add(
            JdbcClient jdbc,
            Lease lease,
            WorkItem because,
            Collection<RelativePath> paths,
            ChangeKind kind,
            boolean walked) {
        if (paths.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        INSERT INTO work_item AS w
                            (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at, walked, folded)
                        SELECT :target, path, :kind::change_kind, :firstSeq, :seq, :firstDirtyAt::timestamptz,
                               :lane::lane, now(), :walked,
                               coalesce((SELECT b.folded FROM work_item b
                                         WHERE b.target_id = :target AND b.path_key = path_key(:because)), false)
                        FROM unnest(:paths::text[]) AS found (path) ORDER BY path_key(path)
                        ON CONFLICT (target_id, path_key) DO UPDATE SET
                            kind = greatest(w.kind, excluded.kind),
                            walk_position = CASE WHEN excluded.kind = 'PATH' THEN w.walk_position END,
                            asked = excluded.asked,
                            walked = w.walked AND excluded.walked,
                            folded = CASE WHEN excluded.kind = 'PATH' THEN w.folded
                                          ELSE excluded.folded AND (w.folded OR w.kind = 'PATH') END,
                            first_seq = least(w.first_seq, excluded.first_seq),
                            seq = CASE WHEN excluded.folded AND %s THEN w.seq ELSE greatest(w.seq, excluded.seq) END,
                            first_dirty_at = least(w.first_dirty_at, excluded.first_dirty_at)
                        """.formatted(Folding.DECIDED))
                .param("target", lease.target().value())
                .param("because", because.path().toString())
                .param("kind", kind.name())
                .param("walked", walked)
                .param("firstSeq", because.firstSeq())
                .param("seq", because.seq())
                .param("firstDirtyAt", because.firstDirtyAt().toString())
                .param("lane", because.lane().name())
                .param("paths", Columns.text(paths, path -> path))
                .update();
    }

    /**
     * A directory that cannot be read becomes a walk of its own with its own back-off, so that the walk above can end. One that
     * is to be looked at itself is walked with that, and not later: the target may lack it.
     */
    private void addUnreadable(Lease lease, WorkItem walk, Collection<RelativePath> directories) {
        if (directories.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        WITH looked_at AS (
                            UPDATE work_item w SET kind = 'TREE', asked = DEFAULT, walked = false
                            FROM unnest(:paths::text[]) AS found (path)
                            WHERE w.target_id = :target AND w.path_key = path_key(found.path)
                              AND w.kind = 'PATH' AND w.attempts = 0
                            RETURNING w.path)
                        INSERT INTO work_item AS w
                            (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at, attempts, error_code,
                             error, failed_phase)
                        SELECT :target, path, 'TREE', :firstSeq, :seq, :firstDirtyAt::timestamptz, 'BULK',
                               now() + interval '30 seconds', 1, 'SOURCE_UNREADABLE',
                               'the directory cannot be read on the source; nothing below it is delivered or deleted until '
                                   || 'it can: give Freshet''s account the right to read it', 'read'
                        FROM unnest(:paths::text[]) AS found (path)
                        WHERE path NOT IN (SELECT path FROM looked_at) ORDER BY path_key(path)
                        ON CONFLICT (target_id, path_key) DO UPDATE SET kind = 'TREE',
                            first_seq = least(w.first_seq, excluded.first_seq),
                            seq = greatest(w.seq, excluded.seq),
                            walk_position = NULL, asked = excluded.asked, walked = false,
                            ready_at = now() + least(w.attempts + 1, 20) * interval '30 seconds',
                            attempts = w.attempts + 1, error_code = excluded.error_code, error = excluded.error,
                            failed_phase = excluded.failed_phase
                        """)
                .param("target", lease.target().value())
                .param("firstSeq", walk.firstSeq())
                .param("seq", walk.seq())
                .param("firstDirtyAt", walk.firstDirtyAt().toString())
                .param("paths", Columns.text(directories, path -> path))
                .update();
    }

    /**
     * Returns whether a lane's queue holds at least so many rows, so that a walk should wait for it. Those that wait for a
     * walk themselves do not count.
     */
    public boolean holdsAtLeast(TargetId target, Lane lane, int rows) {
        return jdbc.sql("""
                        SELECT count(*) >= :rows FROM (
                            SELECT 1 FROM work_item WHERE target_id = :target AND lane = :lane::lane AND attempts = 0
                              AND postponed_at IS NULL
                            LIMIT :rows) AS waiting
                        """)
                .param("rows", rows)
                .param("target", target.value())
                .param("lane", lane.name())
                .query(Boolean.class)
                .single();
    }

    /** A walk's row leaves if nothing asked for a new walk since the row was read; else the walk starts over. */
    private void finishWalk(Lease lease, WorkItem walk) {
        for (String sql : List.of(
                "DELETE FROM work_item WHERE target_id = :target AND path_key = path_key(:path) AND asked = :asked",
                """
                UPDATE work_item SET walk_position = NULL, first_seq = least(:seq + 1, seq), first_dirty_at = now()
                WHERE target_id = :target AND path_key = path_key(:path) AND asked <> :asked
                """)) {
            jdbc.sql(sql)
                    .param("asked", walk.asked())
                    .param("seq", walk.seq())
                    .param("target", lease.target().value())
                    .param("path", walk.path().toString())
                    .update();
        }
    }

    /** Hands items over to the other lane, as large files are that the express lane came across; that lane is told. */
    public void changeLane(Lease lease, Collection<RelativePath> paths, Lane lane) {
        if (paths.isEmpty()) {
            return;
        }
        transactions.underLease(jdbc, lease, () -> {
            jdbc.sql("""
                            UPDATE work_item w SET lane = :lane::lane FROM unnest(:paths::text[]) AS moved (path)
                            WHERE w.target_id = :target AND w.path_key = path_key(moved.path)
                            """)
                    .param("lane", lane.name())
                    .param("paths", Columns.text(paths, path -> path))
                    .param("target", lease.target().value())
                    .update();
            NotificationKind.WORK.publish(jdbc);
            return null;
        });
    }

    private static WorkItem item(ResultSet row, int number) throws SQLException {
        String movedFrom = row.getString("moved_from");
        String walkPosition = row.getString("walk_position");
        return new WorkItem(
                RelativePath.parse(row.getString("path")),
                ChangeKind.valueOf(row.getString("kind")),
                movedFrom == null ? null : RelativePath.parse(movedFrom),
                row.getLong("first_seq"),
                row.getLong("seq"),
                row.getTimestamp("first_dirty_at").toInstant(),
                Lane.valueOf(row.getString("lane")),
                row.getInt("attempts"),
                walkPosition == null ? null : RelativePath.parse(walkPosition),
                row.getLong("asked"),
                row.getBoolean("walked"),
                Rows.instantOrNull(row, "postponed_at"));
    }
}
