package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The schedules of targets, and each of their firings once, whichever process carries it out. Thread-safe. */
public final class Firings {
    /** How often a firing waits for another try of what failed for a reason that may pass by itself. */
    private static final int TRIES = 3;

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Firings(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /**
     * When runs to a target begin.
     *
     * @param cron the expression, as it was written
     * @param skipsMissed whether firings that passed while nobody was there are left out, not made up for
     * @param considered up to when firings were carried out or left out
     */
    public record Schedule(String cron, String timeZone, boolean skipsMissed, Instant considered) {}

    /**
     * What to do at a moment.
     *
     * @param dueAt the newest firing up to now
     * @param missed whether nobody was there when it was due
     * @param begins whether a run begins; else it is left out
     */
    public record Decision(Instant dueAt, boolean missed, boolean begins) {}

    /** Takes over when runs to a target begin; with another expression or zone, what was missed before is no matter. */
    public void schedule(TargetId target, String cron, String timeZone, boolean skipsMissed, Instant now) {
        jdbc.sql("""
                        INSERT INTO target_schedule AS s (target_id, cron, time_zone, misfire, since)
                        VALUES (:target, :cron, :zone, :misfire, :now)
                        ON CONFLICT (target_id) DO UPDATE SET cron = excluded.cron, time_zone = excluded.time_zone,
                            misfire = excluded.misfire,
                            since = CASE WHEN (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone) THEN s.since
                                         ELSE excluded.since END
                        """)
                .param("target", target.value())
                .param("cron", cron)
                .param("zone", timeZone)
                .param("misfire", skipsMissed ? "SKIP" : "RUN_ONCE")
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** A target is served without a schedule from now on: what is open of former firings is of no account any more. */
    public void unschedule(TargetId target) {
        transactions.inTransaction(() -> {
            jdbc.sql("DELETE FROM target_schedule WHERE target_id = :target")
                    .param("target", target.value())
                    .update();
            return jdbc.sql(
                            "UPDATE firing SET state = 'ENDED', ended_at = now() WHERE target_id = :target AND state = 'OPEN'")
                    .param("target", target.value())
                    .update();
        });
    }

    /** Returns when runs to a target begin; empty where that is no matter of a schedule, or there is no such target any more. */
    public Optional<Schedule> schedule(TargetId target) {
        return jdbc.sql("""
                        SELECT s.cron, s.time_zone, s.misfire,
                               greatest(s.since, (SELECT max(due_at) FROM firing f WHERE f.target_id = s.target_id)) AS considered
                        FROM target_schedule s JOIN target t USING (target_id)
                        WHERE target_id = :target AND t.active
                        """)
                .param("target", target.value())
                .query(Firings::schedule)
                .optional();
    }

    private static Schedule schedule(ResultSet row, int number) throws SQLException {
        return new Schedule(
                row.getString("cron"),
                row.getString("time_zone"),
                row.getString("misfire").equals("SKIP"),
                Rows.instant(row, "considered"));
    }

    /**
     * Lets a firing be carried out by one process only.
     *
     * @param decide what to do, asked while no other process can do the same
     * @return what was decided, unless there is nothing to do
     */
    public Optional<Decision> fire(TargetId target, Function<Schedule, Optional<Decision>> decide) {
        return transactions.inTransaction(() -> {
            // By itself: a statement that waits for the lock would not see what another process has fired meanwhile.
            jdbc.sql("SELECT target_id FROM target_schedule WHERE target_id = :target FOR UPDATE")
                    .param("target", target.value())
                    .query(Integer.class)
                    .optional();
            Optional<Decision> decided = schedule(target).flatMap(decide);
            decided.ifPresent(decision -> add(target, decision));
            return decided;
        });
    }

    private void add(TargetId target, Decision decision) {
        jdbc.sql("""
                        INSERT INTO firing (target_id, due_at, state, missed, up_to)
                        SELECT :target, :due, :state::firing_state, :missed, s.head
                        FROM target t JOIN source s USING (source_id) WHERE t.target_id = :target
                        """)
                .param("target", target.value())
                .param("due", decision.dueAt.atOffset(ZoneOffset.UTC))
                .param("state", decision.begins ? "OPEN" : "SKIPPED")
                .param("missed", decision.missed)
                .update();
        jdbc.sql(
                        "DELETE FROM firing WHERE target_id = :target AND state <> 'OPEN' AND fired_at < now() - interval '1 year'")
                .param("target", target.value())
                .update();
        NotificationKind.WORK.publish(jdbc);
    }

    /** Returns whether a firing is under way. */
    public boolean isOpen(TargetId target) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM firing WHERE target_id = :target AND state = 'OPEN')")
                .param("target", target.value())
                .query(Boolean.class)
                .single();
    }

    /**
     * Ends firings of which everything was delivered that had been observed when they fired: nothing of it waits, but for what
     * is held, and what has failed and will not do better by itself in a moment. That waits for the next firing.
     *
     * @return how many were ended
     */
    public int endDelivered(Lease lease) {
        return transactions.underLease(
                jdbc,
                lease,
                () -> jdbc.sql("""
                        UPDATE firing f SET state = 'ENDED', ended_at = now()
                        FROM target_state ts
                        WHERE f.target_id = :target AND f.state = 'OPEN' AND ts.target_id = f.target_id AND ts.cursor >= f.up_to
                          AND NOT EXISTS (
                              SELECT FROM work_item w
                              WHERE w.target_id = f.target_id AND w.first_seq <= f.up_to
                                AND (w.attempts = 0 OR (w.attempts <= :tries AND w.error_code = ANY (:passing)))
                                AND %s)
                        """.formatted(WorkQueue.NOT_HELD))
                        .param("target", lease.target().value())
                        .param("tries", TRIES)
                        .param(
                                "passing",
                                Arrays.stream(ErrorCode.values())
                                        .filter(code -> code.kind() == ErrorCode.Kind.TRANSIENT)
                                        .map(Enum::name)
                                        .toArray(String[]::new))
                        .update());
    }
}
