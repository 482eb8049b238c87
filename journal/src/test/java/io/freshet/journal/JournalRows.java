package io.freshet.journal;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows as the other processes would have written them, for tests of what is read from them. */
public final class JournalRows {
    private final JdbcClient jdbc;

    public JournalRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A source that was observed just now, with a watcher. */
    public JournalRows source(String name, String root) {
        jdbc.sql("INSERT INTO source (name, root_path, observed_at) VALUES (:name, :root, now())")
                .param("name", name)
                .param("root", root)
                .update();
        jdbc.sql("SELECT create_change_partitions(source_id, head) FROM source WHERE name = :name")
                .param("name", name)
                .query()
                .listOfRows();
        jdbc.sql("""
                INSERT INTO watcher_status (source_id, node, tier, tier_reason, state, events)
                SELECT source_id, 'node1', 'FANOTIFY', 'the kernel offers it', 'WATCHING', 4711 FROM source WHERE name = :name
                """).param("name", name).update();
        return this;
    }

    /** A target that owes nothing. */
    public JournalRows target(String source, String name) {
        jdbc.sql("""
                WITH made AS (
                    INSERT INTO target (source_id, name, url)
                    SELECT source_id, :name, 'sftp://app@' || :name || ':22/srv/' || :name FROM source WHERE name = :source
                    RETURNING target_id, source_id)
                INSERT INTO target_state (target_id, cursor) SELECT target_id, head FROM made JOIN source USING (source_id)
                """).param("name", name).param("source", source).update();
        jdbc.sql("SELECT create_manifest_partition(target_id) FROM target WHERE name = :name")
                .param("name", name)
                .query()
                .listOfRows();
        sql("INSERT INTO manifest_dir (target_id, path) SELECT target_id, '' FROM target WHERE name = '" + name + "'");
        return this;
    }

    /** A change in the journal, not planned yet; returns its sequence number. */
    public long change(String source, String path, String kind, String movedFrom) {
        return jdbc.sql("""
                        WITH numbered AS (
                            UPDATE source SET head = head + 1 WHERE name = :source RETURNING source_id, head),
                        written AS (
                            INSERT INTO change (source_id, seq, path, kind, moved_from, writing, detector, observed_at)
                            SELECT source_id, head, :path, :kind::change_kind, :movedFrom, false, 'FANOTIFY', now() FROM numbered
                            RETURNING seq)
                        SELECT seq FROM written
                        """)
                .param("source", source)
                .param("path", path)
                .param("kind", kind)
                .param("movedFrom", movedFrom)
                .query(Long.class)
                .single();
    }

    /** The target has everything of its source's journal in its queue. */
    public void plan(String target) {
        jdbc.sql("""
                UPDATE target_state ts SET cursor = s.head FROM target t JOIN source s USING (source_id)
                WHERE ts.target_id = t.target_id AND t.name = :target
                """).param("target", target).update();
    }

    /** A work item that is {@code age} old and ready. */
    public void item(String target, String path, String kind, long firstSeq, Duration age) {
        jdbc.sql("""
                INSERT INTO work_item (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at)
                SELECT target_id, :path, :kind::change_kind, :seq, :seq, now() - :age * interval '1 millisecond', 'EXPRESS', now()
                FROM target WHERE name = :target
                """)
                .param("target", target)
                .param("path", path)
                .param("kind", kind)
                .param("seq", firstSeq)
                .param("age", age.toMillis())
                .update();
    }

    /** The work item failed. */
    public void failed(String target, String path, int attempts, String code, String error) {
        jdbc.sql("""
                UPDATE work_item w SET attempts = :attempts, error_code = :code, error = :error, failed_phase = 'write',
                    ready_at = now() + interval '1 minute'
                FROM target t WHERE t.target_id = w.target_id AND t.name = :target AND w.path = :path
                """)
                .param("target", target)
                .param("path", path)
                .param("attempts", attempts)
                .param("code", code)
                .param("error", error)
                .update();
    }

    /** The target holds it: directory above, entry, delivery. */
    public void delivered(String target, String path, String type, long run) {
        Scope scope = new Scope(path);
        jdbc.sql("""
                INSERT INTO manifest_dir (target_id, path) SELECT target_id, :parent FROM target WHERE name = :target
                ON CONFLICT DO NOTHING
                """).param("target", target).param("parent", scope.parent()).update();
        jdbc.sql("""
                INSERT INTO manifest (target_id, dir_id, name, type, mode, uid, gid, size, mtime_nanos, ctime_nanos,
                    file_system, inode, birth_nanos, evidence, run_number)
                SELECT target_id, dir_id, :name, :type::"char", 420, 0, 0, 1234, 1700000000123456789, 0, 1, 1, 1, 'SENT', :run
                FROM manifest_dir JOIN target USING (target_id)
                WHERE target.name = :target AND manifest_dir.path = :parent
                """)
                .param("name", scope.name())
                .param("type", type)
                .param("run", run)
                .param("target", target)
                .param("parent", scope.parent())
                .update();
        delivery(target, run, path, "TRANSFERRED", null);
    }

    /** A line of the audit trail. */
    public void delivery(String target, long run, String path, String outcome, String code) {
        jdbc.sql("""
                INSERT INTO delivery (target_id, run_number, path, outcome, seq, first_dirty_at, bytes, error_code)
                SELECT target_id, :run, :path, :outcome::outcome, 1, now() - interval '40 milliseconds', 1234, :code
                FROM target WHERE name = :target
                """)
                .param("target", target)
                .param("run", run)
                .param("path", path)
                .param("outcome", outcome)
                .param("code", code)
                .update();
    }

    /** A run that started {@code age} ago; ended after a second unless it is running. */
    public void run(String target, long run, String state, long transferred, long failed, Duration age) {
        jdbc.sql("""
                INSERT INTO run (target_id, run_number, lane, state, cause, policy, node, epoch, started_at, ended_at,
                    transferred, failed, bytes)
                SELECT target_id, :run, 'EXPRESS', :state::run_state, 'CHANGES', 'continuous', 'node1', 1,
                       now() - :age * interval '1 millisecond',
                       CASE WHEN :state = 'RUNNING' THEN NULL ELSE now() - :age * interval '1 millisecond' + interval '1 second' END,
                       :transferred, :failed, :transferred * 51200
                FROM target WHERE name = :target
                """)
                .param("target", target)
                .param("run", run)
                .param("state", state)
                .param("transferred", transferred)
                .param("failed", failed)
                .param("age", age.toMillis())
                .update();
    }

    /** An open hold over paths, each of which is one entry; returns its number. */
    public long hold(String target, String reason, String detail, String... paths) {
        long hold = jdbc.sql("""
                        INSERT INTO hold (target_id, reason, detail)
                        SELECT target_id, :reason::hold_reason, :detail FROM target WHERE name = :target RETURNING hold_id
                        """)
                .param("target", target)
                .param("reason", reason)
                .param("detail", detail)
                .query(Long.class)
                .single();
        for (String path : paths) {
            addToHold(hold, path);
        }
        return hold;
    }

    /** One more path in a hold. */
    public void addToHold(long hold, String path) {
        jdbc.sql("""
                INSERT INTO hold_path (hold_id, target_id, path, seq, manifest_rows)
                SELECT hold_id, target_id, :path, 9000000000000000000, 1 FROM hold WHERE hold_id = :hold
                """).param("hold", hold).param("path", path).update();
    }

    /** Anything else. */
    public void sql(String sql) {
        jdbc.sql(sql).update();
    }
}
