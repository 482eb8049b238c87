package io.freshet.journal;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Questions to the watchers: up to which sequence number is everything before this moment journaled? Thread-safe. */
public final class Barriers {
    private final JdbcClient jdbc;

    public Barriers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Asks the watcher of a source; the answer is to be looked for, and the question withdrawn in any case. */
    public UUID ask(String source) {
        UUID barrier = jdbc.sql("""
                        INSERT INTO barrier (barrier_id, source_id)
                        SELECT gen_random_uuid(), source_id FROM source WHERE name = :source
                        RETURNING barrier_id
                        """).param("source", source).query(UUID.class).single();
        NotificationKind.BARRIER.publish(jdbc);
        return barrier;
    }

    /** Returns the answers that there are to these questions. */
    public List<Answer> answers(Collection<UUID> barriers) {
        return jdbc.sql("""
                        SELECT barrier_id, seq, failure FROM barrier
                        WHERE barrier_id = ANY (:barriers) AND (seq IS NOT NULL OR failure IS NOT NULL)
                        """)
                .param("barriers", barriers.toArray(UUID[]::new))
                .query((row, number) -> new Answer(
                        row.getObject("barrier_id", UUID.class),
                        row.getObject("seq", Long.class),
                        row.getString("failure")))
                .list();
    }

    /** Withdraws a question, answered or not. */
    public void withdraw(UUID barrier) {
        jdbc.sql("DELETE FROM barrier WHERE barrier_id = :barrier")
                .param("barrier", barrier)
                .update();
    }

    /**
     * A watcher's answer.
     *
     * @param seq everything before the question is journaled up to here; null if the watcher cannot tell
     * @param failure why it cannot
     */
    public record Answer(
            UUID barrier, @Nullable Long seq, @Nullable String failure) {}
}
