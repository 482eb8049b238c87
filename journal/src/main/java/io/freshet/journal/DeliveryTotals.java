package io.freshet.journal;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Counts how deliveries end, in the transaction that records them; one statement for a wave. Thread-safe. */
final class DeliveryTotals {
    private record Ending(Outcome outcome, String code) {
        static Ending of(Delivery delivery) {
            return new Ending(
                    delivery.outcome(),
                    delivery.code() == null ? "" : delivery.code().name());
        }
    }

    private final JdbcClient jdbc;

    DeliveryTotals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds them to the totals of the run's lane, in the transaction under way, which is that of the lease's owner. */
    void add(Lease lease, long runNumber, Collection<Delivery> deliveries) {
        if (deliveries.isEmpty()) {
            return;
        }
        Map<Ending, List<Delivery>> byEnding = deliveries.stream().collect(Collectors.groupingBy(Ending::of));
        Collection<Map.Entry<Ending, List<Delivery>>> rows = byEnding.entrySet();
        jdbc.sql("""
                        INSERT INTO delivery_total AS t (target_id, lane, outcome, error_code, paths, bytes)
                        SELECT r.target_id, r.lane, d.outcome::outcome, d.code, d.paths, d.bytes
                        FROM run r, unnest(:outcomes::text[], :codes::text[], :paths::bigint[], :bytes::bigint[])
                             AS d (outcome, code, paths, bytes)
                        WHERE r.target_id = :target AND r.run_number = :run
                        ORDER BY d.outcome, d.code
                        ON CONFLICT (target_id, lane, outcome, error_code) DO UPDATE
                        SET paths = t.paths + excluded.paths, bytes = t.bytes + excluded.bytes
                        """)
                .param("outcomes", Columns.text(rows, row -> row.getKey().outcome()))
                .param("codes", Columns.text(rows, row -> row.getKey().code()))
                .param("paths", Columns.number(rows, row ->
                        (long) row.getValue().size()))
                .param(
                        "bytes",
                        Columns.number(
                                rows,
                                row -> row.getValue().stream()
                                        .mapToLong(Delivery::bytes)
                                        .sum()))
                .param("target", lease.target().value())
                .param("run", runNumber)
                .update();
    }
}
