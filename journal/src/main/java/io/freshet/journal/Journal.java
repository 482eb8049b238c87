package io.freshet.journal;

import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The journal of changes of all sources.
 *
 * <p>Thread-safe; the {@link DataSource}'s connections must have schema {@code freshet} first in their search path.
 */
public final class Journal {
    private final DataSource dataSource;
    private final JdbcClient jdbc;

    public Journal(DataSource dataSource) {
        this.dataSource = dataSource;
        this.jdbc = JdbcClient.create(dataSource);
    }

    /**
     * Takes over writing a source's journal; whoever wrote before is refused from now on, also if the database is restored to
     * what it was before: epochs are as those of {@link Leases}.
     */
    public ChangeWriter openWriter(SourceId source) {
        return jdbc.sql("""
                        UPDATE source
                        SET writer_epoch = greatest(writer_epoch + 1, extract(epoch FROM clock_timestamp())::bigint)
                        WHERE source_id = :source
                        RETURNING writer_epoch, head
                        """)
                .param("source", source.value())
                .query((row, number) ->
                        new JournalWriter(dataSource, source, row.getLong("writer_epoch"), row.getLong("head")))
                .single();
    }

    /** Returns the last sequence number that a source's journal has given out. */
    public long head(SourceId source) {
        return jdbc.sql("SELECT head FROM source WHERE source_id = :source")
                .param("source", source.value())
                .query(Long.class)
                .single();
    }
}
