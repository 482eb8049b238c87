package io.freshet.journal;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What only a monitoring system asks for, beside what {@link TargetOverview} tells people: totals, leases, rescans. One query
 * each, for all targets together. Thread-safe.
 */
public final class Readings {
    private final JdbcClient jdbc;

    public Readings(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * How many deliveries of one lane ended in one way, since there is a database.
     *
     * @param code the name of an {@link io.freshet.failure.ErrorCode}; empty where nothing went wrong
     * @param paths lines of the audit trail
     * @param bytes of content that were sent
     */
    public record Total(Lane lane, Outcome outcome, String code, long paths, long bytes) {}

    /**
     * Who may change a target.
     *
     * @param live whether it has not run out, by the database's clock
     */
    public record Holder(String node, long epoch, boolean live) {}

    /** Returns the totals of all active targets, by their names. */
    public Map<String, List<Total>> totals() {
        return jdbc
                .sql("""
                SELECT t.name AS target, d.lane::text, d.outcome::text, d.error_code, d.paths, d.bytes
                FROM delivery_total d JOIN target t USING (target_id)
                WHERE t.active
                ORDER BY t.name, d.lane, d.outcome, d.error_code
                """)
                .query((row, number) -> Map.entry(
                        row.getString("target"),
                        new Total(
                                Lane.valueOf(row.getString("lane")),
                                Outcome.valueOf(row.getString("outcome")),
                                row.getString("error_code"),
                                row.getLong("paths"),
                                row.getLong("bytes"))))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    /** Returns who has the leases of the active targets, by their names; those that nobody ever served are missing. */
    public Map<String, Holder> leases() {
        return jdbc
                .sql("""
                SELECT t.name AS target, l.node, l.epoch, l.expires_at > clock_timestamp() AS live
                FROM lease l JOIN target t USING (target_id) WHERE t.active
                """)
                .query((row, number) -> Map.entry(
                        row.getString("target"),
                        new Holder(row.getString("node"), row.getLong("epoch"), row.getBoolean("live"))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Returns how many rescans of each source are open, by the names of the sources; those without are missing. */
    public Map<String, Long> openRescans() {
        return jdbc
                .sql("""
                SELECT s.name AS source, count(*) AS rescans
                FROM rescan r JOIN source s USING (source_id) WHERE r.finished_at IS NULL GROUP BY s.name
                """)
                .query((row, number) -> Map.entry(row.getString("source"), row.getLong("rescans")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
