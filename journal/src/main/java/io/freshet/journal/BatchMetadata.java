package io.freshet.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Spring Batch's own record of runs, which steps and restarts need: cleared away by job instance, a run of ours with all its
 * executions, their parameters, steps and contexts. Our {@code run} is the history.
 */
final class BatchMetadata {
    /**
     * Instances in the order in which they were made, a window of them; what is asked of each is asked of the window only, for
     * there may be millions. An instance is kept as long as something of it happened lately, or its run may be gone on with.
     */
    private static final String WINDOW = """
            WITH w AS MATERIALIZED (
                SELECT job_instance_id AS id FROM batch.batch_job_instance WHERE job_instance_id > :after
                ORDER BY job_instance_id LIMIT :limit),
            e AS MATERIALIZED (
                SELECT w.id, e.job_execution_id, coalesce(e.end_time, e.last_updated, e.create_time) AS at
                FROM w JOIN batch.batch_job_execution e ON e.job_instance_id = w.id),
            failed AS MATERIALIZED (
                SELECT DISTINCT target_id, failed_run FROM work_item WHERE attempts > 0 AND failed_run IS NOT NULL),
            goes_on AS MATERIALIZED (
                SELECT e.id
                FROM e
                JOIN batch.batch_job_execution_params place
                    ON place.job_execution_id = e.job_execution_id AND place.parameter_name = 'target'
                JOIN batch.batch_job_execution_params number
                    ON number.job_execution_id = e.job_execution_id AND number.parameter_name = 'run'
                JOIN target t ON place.parameter_value IN (t.name, t.target_id::text)
                JOIN run r ON r.target_id = t.target_id
                    AND r.run_number = CASE WHEN number.parameter_value ~ '^[0-9]{1,18}$' THEN number.parameter_value::bigint END
                LEFT JOIN failed f ON f.target_id = r.target_id AND f.failed_run = r.run_number
                WHERE r.state IN ('RUNNING', 'FAILED', 'STOPPED') OR f.failed_run IS NOT NULL)
            SELECT w.id, coalesce(bool_or(e.at >= :before), w.id > (SELECT coalesce(max(id), 0) FROM e WHERE at < :before)) AS recent,
                   EXISTS (SELECT FROM goes_on WHERE goes_on.id = w.id) AS goes_on
            FROM w LEFT JOIN e USING (id)
            GROUP BY w.id ORDER BY w.id
            """;

    private static final List<String> DELETE = List.of(
            """
            DELETE FROM batch.batch_step_execution_context WHERE step_execution_id IN (
                SELECT s.step_execution_id FROM batch.batch_step_execution s
                JOIN batch.batch_job_execution e USING (job_execution_id) WHERE e.job_instance_id = ANY (:instances::bigint[]))
            """,
            """
            DELETE FROM batch.batch_step_execution WHERE job_execution_id IN (
                SELECT job_execution_id FROM batch.batch_job_execution WHERE job_instance_id = ANY (:instances::bigint[]))
            """,
            """
            DELETE FROM batch.batch_job_execution_context WHERE job_execution_id IN (
                SELECT job_execution_id FROM batch.batch_job_execution WHERE job_instance_id = ANY (:instances::bigint[]))
            """,
            """
            DELETE FROM batch.batch_job_execution_params WHERE job_execution_id IN (
                SELECT job_execution_id FROM batch.batch_job_execution WHERE job_instance_id = ANY (:instances::bigint[]))
            """,
            "DELETE FROM batch.batch_job_execution WHERE job_instance_id = ANY (:instances::bigint[])",
            "DELETE FROM batch.batch_job_instance WHERE job_instance_id = ANY (:instances::bigint[])");

    private record Instance(long id, boolean recent, boolean goesOn) {}

    private final PassTransactions transactions;
    private final JdbcClient jdbc;

    BatchMetadata(PassTransactions transactions) {
        this.transactions = transactions;
        this.jdbc = transactions.jdbc();
    }

    Cleared clear(RetentionPass pass, Instant before) {
        Cleared cleared = new Cleared();
        Slices slices = new Slices();
        Long after = -1L;
        while (after != null) {
            long begun = System.nanoTime();
            long from = after;
            after = transactions.<@Nullable Long>run(pass, () -> clearWindow(from, slices.limit(), before, cleared));
            slices.took(Duration.ofNanos(System.nanoTime() - begun));
        }
        return cleared;
    }

    /** Returns the last instance of the window, or null if what follows is too recent or not there. */
    private @Nullable Long clearWindow(long after, int limit, Instant before, Cleared cleared) {
        List<Instance> window = jdbc.sql(WINDOW)
                .param("after", after)
                .param("limit", limit)
                // Spring Batch keeps moments without a zone, in that of the process.
                .param("before", LocalDateTime.ofInstant(before, ZoneId.systemDefault()))
                .query((row, number) ->
                        new Instance(row.getLong("id"), row.getBoolean("recent"), row.getBoolean("goes_on")))
                .list();
        Long[] old = window.stream()
                .filter(instance -> !instance.recent && !instance.goesOn)
                .map(Instance::id)
                .toArray(Long[]::new);
        if (old.length > 0) {
            for (String delete : DELETE) {
                jdbc.sql(delete).param("instances", old).update();
            }
            cleared.add("Spring Batch job instances", old.length);
        }
        boolean allRecent = window.stream().allMatch(Instance::recent);
        return allRecent || window.size() < limit ? null : window.get(window.size() - 1).id;
    }
}
