package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What may be sent per second just now, as those who send read it. Thread-safe. */
public final class Bandwidths {
    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Bandwidths(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Returns the limits of every active target. */
    public List<Allowed> read() {
        return transactions.inTransaction(() -> jdbc.sql("""
                        SELECT t.target_id, t.source_id, t.bytes_per_second AS configured, tb.target_id IS NOT NULL AS by_person,
                               CASE WHEN tb.target_id IS NULL THEN t.bytes_per_second ELSE tb.bytes_per_second END AS of_target,
                               CASE WHEN sb.source_id IS NULL THEN s.bytes_per_second ELSE sb.bytes_per_second END
                                   / greatest(1, coalesce(nodes.serving, 1)) AS of_source
                        FROM target t JOIN source s USING (source_id)
                        LEFT JOIN target_bandwidth tb USING (target_id)
                        LEFT JOIN source_bandwidth sb ON sb.source_id = t.source_id
                        LEFT JOIN (
                            SELECT served.source_id, count(DISTINCT l.node) AS serving
                            FROM lease l JOIN target served USING (target_id)
                            WHERE l.expires_at > clock_timestamp() GROUP BY served.source_id) nodes
                        ON nodes.source_id = t.source_id
                        WHERE t.active
                        """)
                .query((row, number) -> new Allowed(
                        new TargetId(row.getInt("target_id")),
                        new SourceId(row.getInt("source_id")),
                        bytes(row, "configured"),
                        row.getBoolean("by_person"),
                        bytes(row, "of_target"),
                        bytes(row, "of_source")))
                .list());
    }

    private static OptionalLong bytes(ResultSet row, String column) throws SQLException {
        Long bytes = row.getObject(column, Long.class);
        return bytes == null ? OptionalLong.empty() : OptionalLong.of(Math.max(1, bytes));
    }

    /**
     * What a target may be sent per second, and what all targets of its source together may be sent by one process.
     *
     * @param configured what its policy lets it be sent
     * @param byPerson whether a person says otherwise
     * @param ofSource an equal share of it where several processes serve targets of the source
     */
    public record Allowed(
            TargetId target,
            SourceId source,
            OptionalLong configured,
            boolean byPerson,
            OptionalLong ofTarget,
            OptionalLong ofSource) {}
}
