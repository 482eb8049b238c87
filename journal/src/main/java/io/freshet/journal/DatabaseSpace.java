package io.freshet.journal;

import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How much room the database takes, and how much it has, as the nodes that deliver see it. Thread-safe. */
public final class DatabaseSpace {
    private final JdbcClient jdbc;
    private final Transactions transactions;

    public DatabaseSpace(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /**
     * What was seen last.
     *
     * @param total how large the disk is, in bytes
     * @param minFree how much of it has to stay free
     */
    public record Seen(Instant lookedAt, long total, long free, long minFree, Shortage shortage) {}

    /** Returns how many bytes the database has on its disk. */
    public long size() {
        return transactions.inTransaction(() -> jdbc.sql("SELECT pg_database_size(current_database())")
                .query(Long.class)
                .single());
    }

    /** Tells every node what this one has seen just now. */
    public void tell(String node, long total, long free, long minFree, Shortage shortage) {
        transactions.inTransaction(() -> jdbc.sql("""
                        UPDATE database_space SET node = :node, looked_at = now(), total = :total, free = :free,
                            min_free = :minFree, shortage = :shortage
                        """)
                .param("node", node)
                .param("total", total)
                .param("free", free)
                .param("minFree", minFree)
                .param("shortage", shortage.name())
                .update());
    }

    /** Returns what was seen last; empty if no node sees the disk. */
    public Optional<Seen> seen() {
        return transactions.inTransaction(() -> jdbc.sql("""
                        SELECT looked_at, total, free, min_free, shortage FROM database_space WHERE looked_at IS NOT NULL
                        """)
                .query((row, number) -> new Seen(
                        Rows.instant(row, "looked_at"),
                        row.getLong("total"),
                        row.getLong("free"),
                        row.getLong("min_free"),
                        Shortage.valueOf(row.getString("shortage"))))
                .optional());
    }
}
