package io.freshet.journal;

import java.util.Collection;
import java.util.OptionalLong;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The sources and targets that the configuration defines, and their keys. Thread-safe. */
public final class Registry {
    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Registry(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Returns who we are to our targets. */
    public UUID installation() {
        return jdbc.sql("SELECT installation_id FROM installation")
                .query(UUID.class)
                .single();
    }

    /** Adds a source, or gives it a new root, and returns its key. */
    public SourceId registerSource(String name, String rootPath) {
        return new SourceId(jdbc.sql("""
                        INSERT INTO source (name, root_path) VALUES (:name, :rootPath)
                        ON CONFLICT (name) DO UPDATE SET root_path = excluded.root_path
                        RETURNING source_id
                        """)
                .param("name", name)
                .param("rootPath", rootPath)
                .query(Integer.class)
                .single());
    }

    /**
     * Adds a target, or takes over its new definition, and returns its key. A new target starts at the journal's head
     * with everything to look at, both in one transaction, so that no change falls between.
     */
    public TargetId registerTarget(SourceId source, String name, String url, String policy) {
        return transactions.inTransaction(() -> {
            jdbc.sql("SELECT 1 FROM source WHERE source_id = :source FOR UPDATE")
                    .param("source", source.value())
                    .query(Integer.class)
                    .single();
            int target = jdbc.sql("""
                            INSERT INTO target (source_id, name, url, policy) VALUES (:source, :name, :url, :policy)
                            ON CONFLICT (name) DO UPDATE SET url = excluded.url, policy = excluded.policy, active = true
                            RETURNING target_id
                            """)
                    .param("source", source.value())
                    .param("name", name)
                    .param("url", url)
                    .param("policy", policy)
                    .query(Integer.class)
                    .single();
            int created = jdbc.sql("""
                            INSERT INTO target_state (target_id, cursor)
                            SELECT :target, head FROM source WHERE source_id = :source
                            ON CONFLICT (target_id) DO NOTHING
                            """)
                    .param("target", target)
                    .param("source", source.value())
                    .update();
            if (created == 1) {
                startWithEverything(target);
            }
            return new TargetId(target);
        });
    }

    /** Takes over what the configuration lets all targets of a source together be sent per second; empty for any rate. */
    public void limit(SourceId source, OptionalLong bytesPerSecond) {
        jdbc.sql("UPDATE source SET bytes_per_second = :bytes WHERE source_id = :source")
                .param("bytes", orNull(bytesPerSecond))
                .param("source", source.value())
                .update();
    }

    /** Takes over what the configuration lets a target be sent per second; empty for any rate. */
    public void limit(TargetId target, OptionalLong bytesPerSecond) {
        jdbc.sql("UPDATE target SET bytes_per_second = :bytes WHERE target_id = :target")
                .param("bytes", orNull(bytesPerSecond))
                .param("target", target.value())
                .update();
    }

    private static @Nullable Long orNull(OptionalLong bytesPerSecond) {
        return bytesPerSecond.isPresent() ? bytesPerSecond.getAsLong() : null;
    }

    private void startWithEverything(int target) {
        jdbc.sql("SELECT create_manifest_partition(:target)")
                .param("target", target)
                .query((row, number) -> 0)
                .list();
        jdbc.sql("""
                        INSERT INTO work_item (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at)
                        SELECT target_id, '', 'TREE', cursor, cursor, now(), 'BULK', now()
                        FROM target_state WHERE target_id = :target
                        """).param("target", target).update();
    }

    /** Marks every target that is not in {@code configured} as no longer served; its history stays. */
    public void deactivateOthers(Collection<TargetId> configured) {
        Integer[] targets = configured.stream().map(TargetId::value).toArray(Integer[]::new);
        jdbc.sql("UPDATE target SET active = false WHERE active AND target_id <> ALL (:targets::int[])")
                .param("targets", targets)
                .update();
    }
}
