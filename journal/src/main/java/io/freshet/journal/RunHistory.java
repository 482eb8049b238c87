package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The record of runs: which there were, what each did, path by path. Thread-safe. */
public final class RunHistory {
    private final JdbcClient jdbc;

    public RunHistory(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns the runs of one target, newest first.
     *
     * @param before only those with a smaller number: the last run of the page before; null for the first page
     */
    public List<RunRecord> ofTarget(String target, @Nullable Long before, int limit) {
        return jdbc.sql("""
                        SELECT %s FROM run r JOIN target t USING (target_id)
                        WHERE r.target_id = (SELECT target_id FROM target WHERE name = :target) AND r.run_number < :before
                        ORDER BY r.run_number DESC LIMIT :limit
                        """.formatted(RunRecord.COLUMNS))
                .param("target", target)
                .param("before", before == null ? Long.MAX_VALUE : before)
                .param("limit", limit)
                .query(RunRecord::read)
                .list();
    }

    /**
     * Returns the runs of all targets, newest first.
     *
     * @param before only those that started before the last run of the page before; null for the first page
     */
    public List<RunRecord> ofAll(@Nullable RunKey before, int limit) {
        return jdbc.sql("""
                        SELECT %s FROM run r JOIN target t USING (target_id)
                        WHERE :at::timestamptz IS NULL OR (r.started_at, t.name, r.run_number) < (:at::timestamptz, :target, :run)
                        ORDER BY r.started_at DESC, t.name DESC, r.run_number DESC LIMIT :limit
                        """.formatted(RunRecord.COLUMNS))
                .param("at", before == null ? null : before.startedAt.atOffset(ZoneOffset.UTC))
                .param("target", before == null ? "" : before.target)
                .param("run", before == null ? 0 : before.run)
                .param("limit", limit)
                .query(RunRecord::read)
                .list();
    }

    /** Returns one run. */
    public Optional<RunRecord> find(String target, long run) {
        return jdbc.sql("SELECT " + RunRecord.COLUMNS
                        + "FROM run r JOIN target t USING (target_id) WHERE t.name = :target AND r.run_number = :run")
                .param("target", target)
                .param("run", run)
                .query(RunRecord::read)
                .optional();
    }

    /** Returns before which moment runs were cleared away, if a run that is not there may have been one of them. */
    public Optional<Instant> clearedAway(String target, long run) {
        return jdbc.sql("""
                        SELECT runs_since FROM retention, target t JOIN target_state ts USING (target_id)
                        WHERE runs_since IS NOT NULL AND t.name = :target AND :run BETWEEN 1 AND ts.last_run
                        """)
                .param("target", target)
                .param("run", run)
                .query((row, number) -> Rows.instant(row, "runs_since"))
                .optional();
    }

    /** Returns the steps of a run's executions, as Spring Batch recorded them; empty when those were cleared away. */
    public List<Step> steps(String target, long run) {
        return jdbc.sql("""
                        SELECT st.step_name, st.status, st.start_time, st.end_time, nullif(st.exit_message, '') AS message,
                               dense_rank() OVER (ORDER BY st.job_execution_id) AS execution
                        FROM batch.batch_job_execution_params number
                        JOIN batch.batch_job_execution_params place USING (job_execution_id)
                        JOIN batch.batch_step_execution st USING (job_execution_id)
                        JOIN target t ON t.name = :target
                        WHERE number.parameter_name = 'run' AND number.parameter_value = :run
                          AND place.parameter_name = 'target' AND place.parameter_value IN (t.name, t.target_id::text)
                        ORDER BY st.job_execution_id, st.step_execution_id
                        """)
                .param("target", target)
                .param("run", Long.toString(run))
                .query(RunHistory::step)
                .list();
    }

    /**
     * Returns what a run did to paths, problems first, newest first within an outcome.
     *
     * @param outcome only these; null for all
     * @param after the key of the last delivery of the page before; null for the first page
     */
    public List<DeliveryLine> deliveries(
            String target, long run, @Nullable String outcome, @Nullable DeliveryKey after, int limit) {
        // Conditions that are not meant are left out: "OR :after IS NULL" makes a page cost
        // what all pages before it do.
        return jdbc.sql("""
                        SELECT d.path, d.path_key, d.outcome::text, d.delivered_at, d.first_dirty_at, d.bytes, d.moved_from,
                               encode(d.content_hash, 'hex') AS sha256, d.reason, d.error_code
                        FROM delivery d
                        WHERE d.target_id = (SELECT target_id FROM target WHERE name = :target) AND d.run_number = :run
                          %s %s
                        ORDER BY d.outcome DESC, d.delivered_at DESC, d.path_key DESC
                        LIMIT :limit
                        """.formatted(
                                outcome == null ? "" : "AND d.outcome = :outcome::outcome",
                                after == null
                                        ? ""
                                        : "AND (d.outcome, d.delivered_at, d.path_key)"
                                                + " < (:afterOutcome::outcome, :afterAt, :afterKey)"))
                .param("target", target)
                .param("run", run)
                .param("outcome", outcome)
                .param("afterOutcome", after == null ? null : after.outcome)
                .param("afterAt", after == null ? null : after.deliveredAt.atOffset(ZoneOffset.UTC))
                .param("afterKey", after == null ? null : after.pathKey)
                .param("limit", limit)
                .query(RunHistory::delivery)
                .list();
    }

    /** Returns the last deliveries of one path to any target, newest first. */
    public List<DeliveryLine> deliveriesOf(String source, String path, int limit) {
        return jdbc.sql("""
                        SELECT d.path, d.path_key, d.outcome::text, d.delivered_at, d.first_dirty_at, d.bytes, d.moved_from,
                               encode(d.content_hash, 'hex') AS sha256, d.reason, d.error_code, t.name AS target, d.run_number
                        FROM target t JOIN source s USING (source_id)
                        CROSS JOIN LATERAL (
                            SELECT * FROM delivery one
                            WHERE one.target_id = t.target_id AND one.path_key = path_key(:path) AND one.path = :path
                            ORDER BY one.delivered_at DESC LIMIT :limit) d
                        WHERE s.name = :source
                        ORDER BY d.delivered_at DESC LIMIT :limit
                        """)
                .param("source", source)
                .param("path", path)
                .param("limit", limit)
                .query((row, number) -> delivery(row, number).to(row.getString("target"), row.getLong("run_number")))
                .list();
    }

    private static Step step(ResultSet row, int number) throws SQLException {
        Instant start = batchMoment(row, "start_time");
        Instant end = batchMoment(row, "end_time");
        return new Step(
                row.getString("step_name"),
                row.getString("status"),
                row.getInt("execution"),
                start,
                start == null || end == null ? null : ChronoUnit.MILLIS.between(start, end),
                row.getString("message"));
    }

    /** Spring Batch keeps moments without a zone, in that of the process. */
    private static @Nullable Instant batchMoment(ResultSet row, String column) throws SQLException {
        LocalDateTime moment = row.getObject(column, LocalDateTime.class);
        return moment == null ? null : moment.atZone(ZoneId.systemDefault()).toInstant();
    }

    private static DeliveryLine delivery(ResultSet row, int number) throws SQLException {
        Instant deliveredAt = Rows.instant(row, "delivered_at");
        Instant firstDirtyAt = Rows.instant(row, "first_dirty_at");
        return new DeliveryLine(
                null,
                null,
                row.getString("path"),
                row.getString("outcome"),
                deliveredAt,
                Math.max(0, Duration.between(firstDirtyAt, deliveredAt).toMillis()),
                row.getLong("bytes"),
                row.getString("sha256"),
                row.getString("moved_from"),
                row.getString("reason"),
                row.getString("error_code"),
                new DeliveryKey(row.getString("outcome"), deliveredAt, row.getObject("path_key", UUID.class)).text());
    }

    /**
     * A step of a run.
     *
     * @param status Spring Batch's word for how it stands
     * @param execution 1 for the first time the run was executed, 2 after a restart, …
     */
    public record Step(
            String step,
            String status,
            int execution,
            @Nullable Instant startedAt,
            @Nullable Long tookMillis,
            @Nullable String message) {}

    /**
     * What happened to one path in one run.
     *
     * @param target null where it is plain from the question
     * @param tookMillis from the oldest change it answers to its acknowledgement
     * @param bytes content sent
     * @param key names this delivery as the place where the next page starts
     */
    public record DeliveryLine(
            @Nullable String target,
            @Nullable Long run,
            String path,
            String outcome,
            Instant deliveredAt,
            long tookMillis,
            long bytes,
            @Nullable String sha256,
            @Nullable String movedFrom,
            @Nullable String reason,
            @Nullable String errorCode,
            String key) {

        DeliveryLine to(String target, long run) {
            return new DeliveryLine(
                    target,
                    run,
                    path,
                    outcome,
                    deliveredAt,
                    tookMillis,
                    bytes,
                    sha256,
                    movedFrom,
                    reason,
                    errorCode,
                    key);
        }
    }

    /** Where a page of the runs of all targets ends, and the next one begins. */
    public record RunKey(Instant startedAt, String target, long run) {
        /** Returns the key of a page that ends with this run. */
        public static RunKey of(RunRecord run) {
            return new RunKey(run.startedAt(), run.target(), run.run());
        }

        /** Returns the key as one word for a URL. */
        public String text() {
            return ChronoUnit.MICROS.between(Instant.EPOCH, startedAt) + "~" + run + "~" + target;
        }

        /**
         * Returns the key that {@link #text} wrote.
         *
         * @throws IllegalArgumentException if it wrote no such thing
         */
        public static RunKey parse(String text) {
            String[] parts = text.split("~", 3);
            if (parts.length != 3) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not the key of a page; follow a link to the page instead");
            }
            return new RunKey(
                    Instant.EPOCH.plus(Long.parseLong(parts[0]), ChronoUnit.MICROS),
                    parts[2],
                    Long.parseLong(parts[1]));
        }
    }

    /** Where a page of deliveries ends, and the next one begins. */
    public record DeliveryKey(String outcome, Instant deliveredAt, UUID pathKey) {
        /** Returns the key as one word for a URL. */
        public String text() {
            return outcome + "~" + ChronoUnit.MICROS.between(Instant.EPOCH, deliveredAt) + "~" + pathKey;
        }

        /**
         * Returns the key that {@link #text} wrote.
         *
         * @throws IllegalArgumentException if it wrote no such thing
         */
        public static DeliveryKey parse(String text) {
            String[] parts = text.split("~", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not the key of a page; follow a link to the page instead");
            }
            return new DeliveryKey(
                    parts[0],
                    Instant.EPOCH.plus(Long.parseLong(parts[1]), ChronoUnit.MICROS),
                    UUID.fromString(parts[2]));
        }
    }
}
