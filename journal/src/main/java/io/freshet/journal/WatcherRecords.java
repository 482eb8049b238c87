package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What watchers are asked, and what they tell of themselves. Thread-safe. */
public final class WatcherRecords {
    private final JdbcClient jdbc;

    public WatcherRecords(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    /** A question that is not answered yet: up to where is everything before this moment journaled? */
    public record Question(UUID barrier, SourceId source) {}

    /** What a watcher tells of itself; the fields are those of {@link SourceStatus.Watcher}. */
    public record Report(
            SourceId source,
            String node,
            String tier,
            String tierReason,
            String limits,
            String state,
            @Nullable String detail,
            long events,
            long overflows,
            boolean rescanning,
            long waitingPaths,
            long waitingBytes,
            List<SourceStatus.Unwatched> unwatched) {
        public Report {
            unwatched = List.copyOf(unwatched);
        }
    }

    /** Returns the open questions about these sources, the oldest first. */
    public List<Question> openQuestions(Collection<SourceId> sources) {
        return jdbc.sql("""
                        SELECT barrier_id, source_id FROM barrier
                        WHERE source_id = ANY (:sources::int[]) AND seq IS NULL AND failure IS NULL
                        ORDER BY requested_at
                        """)
                .param("sources", sources.stream().map(SourceId::value).toArray(Integer[]::new))
                .query((row, number) ->
                        new Question(row.getObject("barrier_id", UUID.class), new SourceId(row.getInt("source_id"))))
                .list();
    }

    /** Answers a question: everything before it is journaled up to {@code seq}. */
    public void answer(UUID barrier, long seq) {
        jdbc.sql("UPDATE barrier SET seq = :seq WHERE barrier_id = :barrier")
                .param("seq", seq)
                .param("barrier", barrier)
                .update();
        NotificationKind.BARRIER.publish(jdbc);
    }

    /** Answers a question by saying why nobody can tell. */
    public void refuse(UUID barrier, String failure) {
        jdbc.sql("UPDATE barrier SET failure = :failure WHERE barrier_id = :barrier")
                .param("failure", failure)
                .param("barrier", barrier)
                .update();
        NotificationKind.BARRIER.publish(jdbc);
    }

    /** Deletes questions whose askers must be gone: nobody waits for an hour. */
    public void forgetAbandonedQuestions() {
        jdbc.sql("DELETE FROM barrier WHERE requested_at < now() - interval '1 hour'")
                .update();
    }

    /** A wish for a rescan that is not in the journal yet. */
    public record RescanRequest(UUID id, SourceId source, RelativePath path) {}

    /** Returns the wishes for rescans of these sources, the oldest first. */
    public List<RescanRequest> rescanRequests(Collection<SourceId> sources) {
        return jdbc.sql("""
                        SELECT request_id, source_id, path FROM rescan_request
                        WHERE source_id = ANY (:sources::int[]) ORDER BY requested_at
                        """)
                .param("sources", sources.stream().map(SourceId::value).toArray(Integer[]::new))
                .query((row, number) -> new RescanRequest(
                        row.getObject("request_id", UUID.class),
                        new SourceId(row.getInt("source_id")),
                        RelativePath.parse(row.getString("path"))))
                .list();
    }

    /** Takes a wish as granted: the rescan is in the journal. */
    public void granted(UUID request) {
        jdbc.sql("DELETE FROM rescan_request WHERE request_id = :request")
                .param("request", request)
                .update();
    }

    /** Replaces what is known of a source's watcher. */
    public void report(Report report) {
        jdbc.sql("""
                        INSERT INTO watcher_status (source_id, node, tier, tier_reason, limits, state, detail, events, overflows,
                            rescanning, waiting_paths, waiting_bytes, updated_at)
                        VALUES (:source, :node, :tier, :tierReason, :limits, :state, :detail, :events, :overflows, :rescanning,
                            :waitingPaths, :waitingBytes, now())
                        ON CONFLICT (source_id) DO UPDATE SET node = excluded.node, tier = excluded.tier,
                            tier_reason = excluded.tier_reason, limits = excluded.limits, state = excluded.state,
                            detail = excluded.detail, events = excluded.events, overflows = excluded.overflows,
                            rescanning = excluded.rescanning, waiting_paths = excluded.waiting_paths,
                            waiting_bytes = excluded.waiting_bytes, updated_at = excluded.updated_at
                        """)
                .param("source", report.source().value())
                .param("node", report.node())
                .param("tier", report.tier())
                .param("tierReason", report.tierReason())
                .param("limits", report.limits())
                .param("state", report.state())
                .param("detail", report.detail())
                .param("events", report.events())
                .param("overflows", report.overflows())
                .param("rescanning", report.rescanning())
                .param("waitingPaths", report.waitingPaths())
                .param("waitingBytes", report.waitingBytes())
                .update();
        replaceUnwatched(report.source(), report.unwatched());
    }

    /** Touches only rows that differ: a report comes every few seconds and mostly says the same. */
    private void replaceUnwatched(SourceId source, List<SourceStatus.Unwatched> unwatched) {
        jdbc.sql("""
                        WITH wanted AS (
                            SELECT * FROM unnest(:paths::text[], :reasons::text[]) AS one (path, reason)),
                        gone AS (
                            DELETE FROM unwatched_subtree u
                            WHERE u.source_id = :source AND NOT EXISTS (
                                SELECT FROM wanted w WHERE w.path = u.path AND w.reason = u.reason))
                        INSERT INTO unwatched_subtree (source_id, path, reason)
                        SELECT :source, w.path, w.reason FROM wanted w
                        WHERE NOT EXISTS (
                            SELECT FROM unwatched_subtree u
                            WHERE u.source_id = :source AND w.path = u.path AND w.reason = u.reason)
                        """)
                .param("source", source.value())
                .param(
                        "paths",
                        unwatched.stream().map(SourceStatus.Unwatched::path).toArray(String[]::new))
                .param(
                        "reasons",
                        unwatched.stream().map(SourceStatus.Unwatched::reason).toArray(String[]::new))
                .update();
    }
}
