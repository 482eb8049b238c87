package io.freshet.journal;

import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the targets of a process wait for, asked of all at once and without writing: a target that wants nothing costs nothing,
 * however many there are. Thread-safe.
 */
public final class Agenda {
    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Agenda(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /**
     * What one target waits for.
     *
     * @param planning changes that are not in its queue yet, or what people asked to be sent now since the last planning
     * @param requests answers to people who want a run stopped, restarted or done again
     * @param ready the lanes that have something to do now, apart from what is held and what planning will bring
     * @param verification a comparison of the whole target, or the removal of what it found
     * @param expired approvals that were not used in time
     * @param adopting the comparison that follows an adoption, which may be due
     * @param unchecked a look whether it is still there and the one we know
     */
    public record Entry(
            boolean planning,
            boolean requests,
            Set<Lane> ready,
            boolean verification,
            boolean expired,
            boolean adopting,
            boolean unchecked) {
        public Entry {
            ready = Set.copyOf(ready);
        }
    }

    /** Returns what each of these targets waits for. */
    public Map<TargetId, Entry> of(Collection<TargetId> targets) {
        Map<TargetId, Entry> agenda = new HashMap<>();
        transactions
                .inTransaction(() -> jdbc.sql("""
                                SELECT ts.target_id, ts.adopting,
                                       s.head > ts.cursor
                                           OR EXISTS (SELECT FROM expedite e
                                                      WHERE e.target_id = ts.target_id AND e.applied_at IS NULL) AS planning,
                                       EXISTS (SELECT FROM run_request r
                                               WHERE r.target_id = ts.target_id AND r.answered_at IS NULL) AS requests,
                                       EXISTS (SELECT FROM verification v
                                               WHERE v.target_id = ts.target_id AND v.finished_at IS NULL)
                                           OR EXISTS (SELECT FROM hold h
                                                      WHERE h.target_id = ts.target_id AND h.reason = 'EXTRAS'
                                                        AND h.state = 'APPROVED' AND %s) AS verification,
                                       EXISTS (SELECT FROM hold h
                                               WHERE h.target_id = ts.target_id AND h.state = 'APPROVED' AND h.ended_at IS NULL
                                                 AND h.expires_at <= now()) AS expired,
                                       %s AS unchecked, %s AS express, %s AS bulk
                                FROM target_state ts JOIN target t USING (target_id) JOIN source s USING (source_id)
                                WHERE ts.target_id = ANY (:targets)
                                """.formatted(
                                        Holds.STANDS,
                                        TargetStates.UNCHECKED,
                                        WorkQueue.isReady("ts.target_id", "'EXPRESS'"),
                                        WorkQueue.isReady("ts.target_id", "'BULK'")))
                        .param("targets", targets.stream().map(TargetId::value).toArray(Integer[]::new))
                        .query((row, number) -> Map.entry(
                                new TargetId(row.getInt("target_id")),
                                new Entry(
                                        row.getBoolean("planning"),
                                        row.getBoolean("requests"),
                                        lanes(row.getBoolean("express"), row.getBoolean("bulk")),
                                        row.getBoolean("verification"),
                                        row.getBoolean("expired"),
                                        row.getBoolean("adopting"),
                                        row.getBoolean("unchecked"))))
                        .list())
                .forEach(one -> agenda.put(one.getKey(), one.getValue()));
        return agenda;
    }

    private static Set<Lane> lanes(boolean express, boolean bulk) {
        Set<Lane> lanes = EnumSet.noneOf(Lane.class);
        if (express) {
            lanes.add(Lane.EXPRESS);
        }
        if (bulk) {
            lanes.add(Lane.BULK);
        }
        return lanes;
    }
}
