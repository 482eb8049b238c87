package io.freshet.journal;

import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who clears away what is kept no longer, and what came of it. Thread-safe. */
public final class RetentionBook {
    private final JdbcClient jdbc;
    private final Transactions transactions;

    public RetentionBook(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /**
     * Begins a pass, unless another node makes one just now; one that has given no sign of life for five minutes does not count.
     *
     * @param node who asks; only one process with this name may live at a time, so an earlier pass of it has ended
     */
    public Optional<RetentionPass> begin(String node) {
        return transactions.inTransaction(() -> jdbc.sql("""
                        UPDATE retention SET pass = pass + 1, node = :node, begun_at = clock_timestamp(),
                            touched_at = clock_timestamp(), ended_at = NULL
                        WHERE ended_at IS NOT NULL OR touched_at IS NULL OR node = :node
                           OR touched_at < clock_timestamp() - interval '5 minutes'
                        RETURNING pass, begun_at
                        """)
                .param("node", node)
                .query((row, number) -> new RetentionPass(row.getLong("pass"), Rows.instant(row, "begun_at")))
                .optional());
    }

    /**
     * A pass has ended.
     *
     * @param failure what it could not do and will try again; null if nothing
     */
    public void end(RetentionPass pass, String done, @Nullable String failure) {
        transactions.inTransaction(() -> jdbc.sql("""
                        UPDATE retention SET ended_at = clock_timestamp(), done = :done, failure = :failure,
                            succeeded_at = CASE WHEN :failure::text IS NULL THEN clock_timestamp() ELSE succeeded_at END
                        WHERE pass = :pass
                        """)
                .param("done", done)
                .param("failure", failure)
                .param("pass", pass.number())
                .update());
    }

    /** Returns what the newest pass came to. */
    public RetentionState state() {
        return jdbc.sql("""
                        SELECT node, begun_at, ended_at, succeeded_at, done, failure, deliveries_since, runs_since FROM retention
                        """)
                .query((row, number) -> new RetentionState(
                        row.getString("node"),
                        Rows.instantOrNull(row, "begun_at"),
                        Rows.instantOrNull(row, "ended_at"),
                        Rows.instantOrNull(row, "succeeded_at"),
                        row.getString("done"),
                        row.getString("failure"),
                        Rows.instantOrNull(row, "deliveries_since"),
                        Rows.instantOrNull(row, "runs_since")))
                .single();
    }
}
