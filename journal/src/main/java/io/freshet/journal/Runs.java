package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The runs of every target, and what people ask of them. Thread-safe. */
public final class Runs {
    private static final String RUN = """
            SELECT target_id, run_number, lane, state, cause, parent_run, held, failed FROM run
            """;

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Runs(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Opens a run with the target's next number. */
    public Run open(
            Lease lease,
            Lane lane,
            RunCause cause,
            @Nullable String requestedBy,
            @Nullable Long parentRun,
            PolicyUsed policy) {
        return transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        WITH numbered AS (
                            UPDATE target_state SET last_run = last_run + 1 WHERE target_id = :target RETURNING last_run)
                        INSERT INTO run (target_id, run_number, lane, state, cause, requested_by, parent_run, policy,
                            policy_version, node, epoch)
                        SELECT :target, last_run, :lane::lane, 'RUNNING', :cause::run_cause, :requestedBy, :parentRun,
                               :policy, :policyVersion, :node, :epoch
                        FROM numbered
                        RETURNING target_id, run_number, lane, state, cause, parent_run, held, failed
                        """)
                        .param("target", lease.target().value())
                        .param("lane", lane.name())
                        .param("cause", cause.name())
                        .param("requestedBy", requestedBy)
                        .param("parentRun", parentRun)
                        .param("policy", policy.name())
                        .param("policyVersion", policy.version())
                        .param("node", lease.node())
                        .param("epoch", lease.epoch())
                        .query(Runs::run)
                        .single());
    }

    /** The policy under which a run is opened, and which version of it. */
    public record PolicyUsed(String name, int version) {}

    public Optional<Run> find(TargetId target, long runNumber) {
        return jdbc.sql(RUN + "WHERE target_id = :target AND run_number = :run")
                .param("target", target.value())
                .param("run", runNumber)
                .query(Runs::run)
                .optional();
    }

    /**
     * Returns the newest run of a lane if it was broken off: its process died, or the target as a whole failed it. It goes
     * on when the target can be served again.
     */
    public Optional<Run> brokenOff(TargetId target, Lane lane) {
        return jdbc.sql(RUN + """
                        WHERE target_id = :target AND lane = :lane::lane ORDER BY run_number DESC LIMIT 1
                        """)
                .param("target", target.value())
                .param("lane", lane.name())
                .query(Runs::run)
                .optional()
                .filter(run -> run.state() == RunState.RUNNING || run.state() == RunState.FAILED);
    }

    /** Returns how many items a run has failed and nobody delivered since. */
    public long stillFailed(TargetId target, long runNumber) {
        return jdbc.sql("""
                        SELECT count(*) FROM work_item WHERE target_id = :target AND failed_run = :run AND attempts > 0
                        """)
                .param("target", target.value())
                .param("run", runNumber)
                .query(Long.class)
                .single();
    }

    /** A run goes on under a new owner or after a stop, and under the policy as it is by then. */
    public void restarted(Lease lease, long runNumber, PolicyUsed policy) {
        change(lease, runNumber, RunState.RUNNING, null, null);
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE run SET policy = :policy, policy_version = :version
                        WHERE target_id = :target AND run_number = :run
                        """)
                        .param("policy", policy.name())
                        .param("version", policy.version())
                        .param("target", lease.target().value())
                        .param("run", runNumber)
                        .update());
    }

    /**
     * A run has ended.
     *
     * @param error why, for a run that failed
     */
    public void ended(Lease lease, long runNumber, RunState state, @Nullable ErrorCode code, @Nullable String error) {
        change(lease, runNumber, state, code, error);
    }

    private void change(Lease lease, long runNumber, RunState next, @Nullable ErrorCode code, @Nullable String error) {
        transactions.underLease(jdbc, lease, () -> {
            RunState current = jdbc.sql("""
                            SELECT state FROM run WHERE target_id = :target AND run_number = :run FOR UPDATE
                            """)
                    .param("target", lease.target().value())
                    .param("run", runNumber)
                    .query((row, number) -> RunState.valueOf(row.getString("state")))
                    .single();
            if (current == next) {
                return null;
            }
            if (!current.canBecome(next)) {
                throw new IllegalStateException("run " + runNumber + " of target "
                        + lease.target().value() + " is " + current + " and cannot become " + next);
            }
            jdbc.sql("""
                            UPDATE run SET state = :state::run_state, error_code = :code, error = :error, epoch = :epoch,
                                node = :node, ended_at = CASE WHEN :state = 'RUNNING' THEN NULL ELSE now() END
                            WHERE target_id = :target AND run_number = :run
                            """)
                    .param("state", next.name())
                    .param("code", code == null ? null : code.name())
                    .param("error", error)
                    .param("epoch", lease.epoch())
                    .param("node", lease.node())
                    .param("target", lease.target().value())
                    .param("run", runNumber)
                    .update();
            return jdbc.sql("SELECT pg_notify('freshet', 'progress')")
                    .query((row, number) -> 0)
                    .list();
        });
    }

    /** Returns what people asked of runs of a target and nobody answered yet. */
    public List<RunRequest> openRequests(TargetId target) {
        return jdbc.sql("""
                        SELECT request_id, target_id, run_number, action, requested_by FROM run_request
                        WHERE target_id = :target AND answered_at IS NULL ORDER BY request_id
                        """)
                .param("target", target.value())
                .query((row, number) -> new RunRequest(
                        row.getLong("request_id"),
                        new TargetId(row.getInt("target_id")),
                        row.getLong("run_number"),
                        RunRequest.Action.valueOf(row.getString("action")),
                        row.getString("requested_by")))
                .list();
    }

    /** Tells whoever asked what came of it. */
    public void answer(Lease lease, RunRequest request, String answer) {
        transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE run_request SET answered_at = now(), answer = :answer WHERE request_id = :id
                        """)
                        .param("answer", answer)
                        .param("id", request.id())
                        .update());
    }

    private static Run run(ResultSet row, int number) throws SQLException {
        long parent = row.getLong("parent_run");
        return new Run(
                new TargetId(row.getInt("target_id")),
                row.getLong("run_number"),
                Lane.valueOf(row.getString("lane")),
                RunState.valueOf(row.getString("state")),
                RunCause.valueOf(row.getString("cause")),
                parent == 0 ? null : parent,
                row.getLong("held"),
                row.getLong("failed"));
    }
}
