package io.freshet.journal;

import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who watches which source, by the database's clock. A lease says whose turn it is; what is written is fenced by the epoch that
 * {@link Journal#openWriter} gives out. Thread-safe.
 */
public final class WatcherLeases {
    private final JdbcClient jdbc;
    private final Transactions transactions;

    public WatcherLeases(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /**
     * Takes or prolongs the lease of a source, if nobody else holds it.
     *
     * @param node who asks; only one process with this name may live at a time
     * @return whether it is the node's now
     */
    public boolean hold(SourceId source, String node, Duration timeToLive) {
        return transactions.inTransaction(() -> jdbc.sql("""
                        INSERT INTO watcher_lease AS held (source_id, node, expires_at)
                        VALUES (:source, :node, clock_timestamp() + :millis * interval '1 millisecond')
                        ON CONFLICT (source_id) DO UPDATE SET node = excluded.node, expires_at = excluded.expires_at
                        WHERE held.node = excluded.node OR held.expires_at < clock_timestamp()
                        """)
                        .param("source", source.value())
                        .param("node", node)
                        .param("millis", timeToLive.toMillis())
                        .update()
                == 1);
    }

    /** Returns whether another node holds the lease of a source. */
    public boolean isAnothers(SourceId source, String node) {
        return transactions.inTransaction(() -> jdbc.sql("""
                        SELECT EXISTS (SELECT FROM watcher_lease
                                       WHERE source_id = :source AND node <> :node AND expires_at >= clock_timestamp())
                        """)
                .param("source", source.value())
                .param("node", node)
                .query(Boolean.class)
                .single());
    }

    /** Gives a lease back and tells whoever stands by, so that nobody need wait for it to run out. */
    public void release(SourceId source, String node) {
        transactions.inTransaction(() -> jdbc.sql("""
                        UPDATE watcher_lease SET expires_at = clock_timestamp() WHERE source_id = :source AND node = :node
                        """)
                .param("source", source.value())
                .param("node", node)
                .update());
        NotificationKind.BARRIER.publish(jdbc);
    }
}
