package io.freshet.journal;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a wave means for the items that it took up: those that are done leave the queue, the others wait. Thread-safe. */
final class ItemOutcomes {
    private final JdbcClient jdbc;

    ItemOutcomes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Writes it, in the transaction under way, which is that of the lease's owner. */
    void record(Lease lease, long runNumber, WaveRecord wave) {
        close(lease, wave.closings);
        delay(lease, runNumber, wave.failures);
        postpone(lease, wave.postponements);
        forgetHints(lease, wave.uselessHints);
    }

    /**
     * The rule of acknowledgement: a row leaves only if nobody asked for another look since it was read, which was before
     * this look; else its oldest undelivered change is the one after.
     */
    private void close(Lease lease, List<WaveRecord.Closing> closings) {
        if (closings.isEmpty()) {
            return;
        }
        String closed = """
                unnest(:paths::text[], :asked::bigint[], :seqs::bigint[], :lookedAt::bigint[])
                    AS done (path, asked, seq, looked_at)
                WHERE w.target_id = :target AND w.path_key = path_key(done.path)
                """;
        for (String sql : List.of(
                "DELETE FROM work_item w USING " + closed + " AND w.asked = done.asked",
                """
                UPDATE work_item w SET first_seq = least(done.seq + 1, w.seq), attempts = 0, failed_run = NULL, failed_phase = NULL,
                    error_code = NULL, error = NULL, postponed_at = NULL, postponed_because = NULL,
                    first_dirty_at = timestamptz 'epoch' + done.looked_at * interval '1 microsecond'
                FROM
                """ + closed + " AND w.asked <> done.asked")) {
            jdbc.sql(sql)
                    .param("paths", Columns.text(closings, c -> c.item().path()))
                    .param("asked", Columns.number(closings, c -> c.item().asked()))
                    .param("seqs", Columns.number(closings, c -> c.item().seq()))
                    .param("lookedAt", Columns.micros(closings, WaveRecord.Closing::lookedAt))
                    .param("target", lease.target().value())
                    .update();
        }
    }

    private void delay(Lease lease, long runNumber, List<Failure> failures) {
        if (failures.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE work_item w SET attempts = w.attempts + 1, failed_run = :run, failed_phase = f.phase,
                            error_code = f.code, error = f.message,
                            ready_at = timestamptz 'epoch' + f.next_at * interval '1 microsecond'
                        FROM unnest(:paths::text[], :phases::text[], :codes::text[], :messages::text[], :nextAt::bigint[])
                             AS f (path, phase, code, message, next_at)
                        WHERE w.target_id = :target AND w.path_key = path_key(f.path)
                        """)
                .param("run", runNumber)
                .param("paths", Columns.text(failures, f -> f.item().path()))
                .param("phases", Columns.text(failures, Failure::phase))
                .param("codes", Columns.text(failures, Failure::code))
                .param("messages", Columns.text(failures, Failure::message))
                .param("nextAt", Columns.micros(failures, Failure::nextAttemptAt))
                .param("target", lease.target().value())
                .update();
    }

    private void postpone(Lease lease, List<Postponement> postponements) {
        if (postponements.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE work_item w SET postponed_at = timestamptz 'epoch' + p.since * interval '1 microsecond',
                            postponed_because = p.because, ready_at = now() + p.millis * interval '1 millisecond'
                        FROM unnest(:paths::text[], :since::bigint[], :millis::bigint[], :because::text[])
                             AS p (path, since, millis, because)
                        WHERE w.target_id = :target AND w.path_key = path_key(p.path)
                        """)
                .param("paths", Columns.text(postponements, p -> p.item().path()))
                .param("since", Columns.micros(postponements, Postponement::since))
                .param(
                        "millis",
                        Columns.number(postponements, p -> p.lookAgainAfter().toMillis()))
                .param("because", Columns.text(postponements, Postponement::because))
                .param("target", lease.target().value())
                .update();
    }

    private void forgetHints(Lease lease, List<Move> hints) {
        if (hints.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE work_item w SET moved_from = NULL
                        FROM unnest(:paths::text[], :origins::text[]) AS useless (path, origin)
                        WHERE w.target_id = :target AND w.path_key = path_key(useless.path) AND w.moved_from = useless.origin
                        """)
                .param("paths", Columns.text(hints, Move::to))
                .param("origins", Columns.text(hints, Move::from))
                .param("target", lease.target().value())
                .update();
    }
}
