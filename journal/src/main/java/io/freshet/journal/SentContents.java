package io.freshet.journal;

import io.freshet.file.ContentHash;
import io.freshet.path.RelativePath;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The files that a run has sent, page by page. Thread-safe. */
public final class SentContents {
    /**
     * A file that was sent.
     *
     * @param seq the newest change that its delivery had seen
     * @param hash of the bytes that were sent
     * @param key its place among the run's
     */
    public record Sent(RelativePath path, long seq, ContentHash hash, Key key) {}

    /** Where a page ends. */
    public record Key(long deliveredAtMicros, UUID pathKey) {}

    private final JdbcClient jdbc;

    public SentContents(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    /** Returns what a run has sent after a key, or from the start for null; at most {@code limit}. */
    public List<Sent> after(@Nullable Key key, TargetId target, long runNumber, int limit) {
        return jdbc.sql("""
                        SELECT path, seq, content_hash, path_key,
                               (extract(epoch FROM delivered_at) * 1000000)::bigint AS at_micros
                        FROM delivery
                        WHERE target_id = :target AND run_number = :run AND outcome = 'TRANSFERRED'
                          AND content_hash IS NOT NULL
                          AND (delivered_at, path_key) > (timestamptz 'epoch' + :micros * interval '1 microsecond', :key)
                        ORDER BY delivered_at, path_key LIMIT :limit
                        """)
                .param("target", target.value())
                .param("run", runNumber)
                .param("micros", key == null ? 0 : key.deliveredAtMicros)
                .param("key", key == null ? new UUID(0, 0) : key.pathKey)
                .param("limit", limit)
                .query((row, number) -> new Sent(
                        RelativePath.parse(row.getString("path")),
                        row.getLong("seq"),
                        ContentHash.of(row.getBytes("content_hash")),
                        new Key(row.getLong("at_micros"), row.getObject("path_key", UUID.class))))
                .list();
    }
}
