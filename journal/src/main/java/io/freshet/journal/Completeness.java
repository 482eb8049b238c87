package io.freshet.journal;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Whether everything up to a sequence number has arrived. Thread-safe.
 *
 * <p>A (target, scope, sequence number) is complete when the target's cursor is at it, no work item touches the scope
 * whose oldest change is at or before it, no rescan is open that began to be waited for at or before it, and the manifest
 * is not suspect. The claim is "every change observed up to it, at that state or newer", never "equal at it".
 */
public final class Completeness {
    private static final int LISTED = 50;

    private final JdbcClient jdbc;

    public Completeness(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns how far each target of a source is with a scope.
     *
     * @param path the scope; empty for the whole source
     * @param targets names of targets; unknown and inactive ones are left out of the answer
     */
    public List<Arrival> check(long seq, String path, Collection<String> targets) {
        Scope scope = new Scope(path);
        return count(seq, scope, targets, Rows.COUNT_LIMIT).stream()
                .map(one -> new Arrival(
                        one.target,
                        one.state(),
                        one.remaining,
                        one.waitingFor(),
                        one.state() == State.HELD ? heldPaths(one, scope, seq) : List.of(),
                        one.failed > 0 ? failedPaths(one, scope, seq) : List.of()))
                .toList();
    }

    /** Returns whether all these targets are complete; unlike a check it counts nothing, and may be asked often. */
    public boolean isComplete(long seq, String path, Collection<String> targets) {
        return count(seq, new Scope(path), targets, 1).stream().allMatch(one -> one.state() == State.COMPLETE);
    }

    /** @param limit after how many items not to count on */
    private List<Counted> count(long seq, Scope scope, Collection<String> targets, int limit) {
        return jdbc.sql("""
                SELECT t.target_id, t.name AS target, ts.cursor >= :seq AND NOT %s AS planned, p.paused_by, ts.failing_code,
                       ts.failing_message, %s AS rescanning_since, touching.remaining, touching.held, touching.failed, touching.retried,
                       (SELECT h.detail FROM hold h
                        WHERE h.target_id = t.target_id AND h.state = 'OPEN' AND h.reason::text = ANY (:whole)
                        ORDER BY h.hold_id LIMIT 1) AS hold,
                       EXISTS (SELECT FROM hold h
                               WHERE h.target_id = t.target_id AND h.state IN ('OPEN', 'APPROVED')
                                 AND h.reason::text = ANY (:suspecting)) AS suspect
                FROM target t
                JOIN target_state ts USING (target_id)
                LEFT JOIN target_pause p USING (target_id)
                CROSS JOIN LATERAL (
                    SELECT count(*) AS remaining,
                           count(*) FILTER (WHERE EXISTS (
                               SELECT FROM hold_path hp JOIN hold h USING (hold_id)
                               WHERE hp.target_id = w.target_id AND hp.path_key = w.path_key AND hp.seq >= w.seq
                                 AND h.state IN ('OPEN', 'REJECTED'))) AS held,
                           count(*) FILTER (WHERE w.attempts > 0 AND w.error_code = ANY (:needPerson)) AS failed,
                           count(*) FILTER (WHERE w.attempts > 0) AS retried
                    FROM (SELECT * FROM (%s) w LIMIT :limit) w) touching
                WHERE t.active AND t.name = ANY (:targets)
                ORDER BY t.name
                """.formatted(Scope.foundAndUnplanned(":seq"), Scope.rescanningSince(":seq"), scope.touching()))
                .param("seq", seq)
                .param("path", scope.path())
                .param("ancestors", scope.ancestors())
                .param("line", scope.line())
                .param("whole", reasons(HoldReason::concernsWholeTarget))
                .param("suspecting", reasons(HoldReason::makesManifestSuspect))
                .param("needPerson", Rows.codesThatNeedAPerson())
                .param("limit", limit)
                .param("targets", targets.toArray(String[]::new))
                .query((row, number) -> new Counted(
                        row.getInt("target_id"),
                        row.getString("target"),
                        row.getBoolean("planned"),
                        row.getString("paused_by"),
                        row.getString("failing_code"),
                        row.getString("failing_message"),
                        row.getObject("rescanning_since") != null,
                        row.getLong("remaining"),
                        row.getLong("held"),
                        row.getLong("failed"),
                        row.getLong("retried"),
                        row.getString("hold"),
                        row.getBoolean("suspect")))
                .list();
    }

    private static String[] reasons(Predicate<HoldReason> which) {
        return List.of(HoldReason.values()).stream()
                .filter(which)
                .map(Enum::name)
                .toArray(String[]::new);
    }

    private List<String> heldPaths(Counted target, Scope scope, long seq) {
        return touchingRows(target, scope, seq, """
                        EXISTS (SELECT FROM hold_path hp JOIN hold h USING (hold_id)
                                WHERE hp.target_id = w.target_id AND hp.path_key = w.path_key AND hp.seq >= w.seq
                                 AND h.state IN ('OPEN', 'REJECTED'))
                        """).stream().map(Failure::path).collect(Collectors.toList());
    }

    private List<Failure> failedPaths(Counted target, Scope scope, long seq) {
        return touchingRows(target, scope, seq, "w.attempts > 0 AND w.error_code = ANY (:needPerson)");
    }

    private List<Failure> touchingRows(Counted target, Scope scope, long seq, String condition) {
        return jdbc.sql("""
                SELECT w.path, w.error_code, w.error, w.attempts
                FROM target t CROSS JOIN LATERAL (%s) w
                WHERE t.target_id = :target AND (%s)
                ORDER BY w.path LIMIT :limit
                """.formatted(scope.touching(), condition))
                .param("target", target.id)
                .param("seq", seq)
                .param("path", scope.path())
                .param("ancestors", scope.ancestors())
                .param("line", scope.line())
                .param("needPerson", Rows.codesThatNeedAPerson())
                .param("limit", LISTED)
                .query((row, number) -> new Failure(
                        row.getString("path"),
                        row.getString("error_code"),
                        row.getString("error"),
                        row.getInt("attempts")))
                .list();
    }

    /** How a target stands with a scope. */
    public enum State {
        /** Every change observed up to the sequence number is on the target, at that state or newer. */
        COMPLETE,
        /** It arrives by itself. */
        WAITING,
        /** A hold has to be decided first. */
        HELD,
        /** A path, or the target, needs a person; trying again will not help. */
        FAILED
    }

    /**
     * How far a target is with a scope.
     *
     * @param remaining work items that still touch the scope, counted up to 10 001
     * @param waitingFor what it waits for, as a sentence; null when complete
     * @param held up to 50 paths that are held
     * @param failures up to 50 paths that need a person
     */
    public record Arrival(
            String target,
            State state,
            long remaining,
            @Nullable String waitingFor,
            List<String> held,
            List<Failure> failures) {}

    /** A path that could not be delivered. */
    public record Failure(
            String path,
            @Nullable String errorCode,
            @Nullable String error,
            int attempts) {}

    private record Counted(
            int id,
            String target,
            boolean planned,
            @Nullable String pausedBy,
            @Nullable String failingCode,
            @Nullable String failingMessage,
            boolean rescanning,
            long remaining,
            long held,
            long failed,
            long retried,
            @Nullable String hold,
            boolean suspect) {

        State state() {
            if (planned && remaining == 0 && !rescanning && !suspect) {
                return State.COMPLETE;
            }
            // What is not planned yet may be newer than what was held.
            if ((held > 0 && planned) || hold != null) {
                return State.HELD;
            }
            return failed > 0 || Rows.needsPerson(failingCode) ? State.FAILED : State.WAITING;
        }

        @Nullable
        String waitingFor() {
            return switch (state()) {
                case COMPLETE -> null;
                case HELD -> hold != null ? hold : Wording.count(held, "path") + " held for a person's decision";
                case FAILED ->
                    failed > 0
                            ? Wording.count(failed, "path") + " could not be delivered"
                            : failingMessage == null ? Wording.code(failingCode) : failingMessage;
                case WAITING -> {
                    if (pausedBy != null) {
                        yield target + " is paused by " + pausedBy;
                    }
                    if (failingCode != null) {
                        yield "tried again by itself: "
                                + (failingMessage == null ? Wording.code(failingCode) : failingMessage);
                    }
                    if (!planned) {
                        yield "changes about to be queued";
                    }
                    if (suspect) {
                        yield "the target is about to be filled anew";
                    }
                    if (remaining == 0) {
                        yield "the source is being compared with what it held before; what differs follows";
                    }
                    yield Wording.count(remaining, "item") + " on the way"
                            + (retried > 0 ? ", " + Wording.count(retried) + " of them tried again by themselves" : "");
                }
            };
        }
    }
}
