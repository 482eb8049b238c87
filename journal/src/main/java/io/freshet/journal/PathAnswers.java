package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Answers "where is my file?": one query per source, for all its targets together. Thread-safe.
 *
 * <p>A question is taken as people have it: a path relative to the source, the absolute path on the primary, the path on a
 * target, a target's URL with a path; quoted, or with a slash at its end.
 */
public final class PathAnswers {
    private final JdbcClient jdbc;
    private final PathVerdict verdict;
    private final SourceLook sourceLook;
    private final Requests requests;
    private final Backlogs backlogs;
    private final Arrivals arrivals;
    private final Paces paces;

    /** @param sourceLook asked what the source has now, once for each answer; what was not observed of it is to be rescanned */
    public PathAnswers(JdbcClient jdbc, OpeningHours openingHours, Wording wording, SourceLook sourceLook) {
        this.jdbc = jdbc;
        this.sourceLook = sourceLook;
        this.requests = new Requests(jdbc);
        this.backlogs = new Backlogs(jdbc);
        this.arrivals = new Arrivals(jdbc, wording);
        this.paces = new Paces(jdbc);
        this.verdict = new PathVerdict(openingHours, wording);
    }

    /**
     * Returns the answer for each source that the question can mean; those that know the path, if any does.
     *
     * @param source only this one; null for all
     * @param target only this one; null for all
     * @throws IllegalArgumentException if the text is no path, with what is wrong with it
     */
    public List<PathAnswer> where(String question, @Nullable String source, @Nullable String target) {
        String asked = cleaned(question);
        List<PathAnswer> answers = roots().stream()
                .filter(root -> source == null || root.source.equals(source))
                .filter(root -> target == null || root.target.equals(target))
                .flatMap(root -> root.relative(asked).stream())
                .distinct()
                .map(place -> answer(place.source, place.path, target))
                .toList();
        List<PathAnswer> known = answers.stream().filter(PathAnswer::isKnown).toList();
        return known.isEmpty() ? answers : known;
    }

    private PathAnswer answer(String source, String path, @Nullable String target) {
        Scope scope = new Scope(path);
        List<PathFacts> facts = facts(source, scope, target);
        // After the database was asked: what is on its way by then is no longer unobserved.
        RelativePath relative = RelativePath.parse(path);
        Optional<SourceLook.Seen> seen = sourceLook.look(source, relative);
        String exclusion = sourceLook.exclusion(source, relative).orElse(null);
        List<PathAnswer.AtTarget> targets = verdicts(scope, facts, seen, exclusion);
        if (facts.stream().anyMatch(each -> Unobserved.between(seen, each) != null)) {
            requests.rescanUnobserved(source, path);
        }
        Instant asOf = facts.isEmpty() ? Instant.EPOCH : facts.get(0).asOf();
        return new PathAnswer(
                source,
                path,
                path.indexOf('\\') < 0
                        ? null
                        : Base64.getEncoder()
                                .encodeToString(RelativePath.parse(path).bytes()),
                PathVerdict.summary(path, targets),
                facts.isEmpty() ? null : facts.get(0).observedAt(),
                asOf,
                seen.isPresent(),
                targets);
    }

    /** What only some answers need is asked for only where one does. */
    private List<PathAnswer.AtTarget> verdicts(
            Scope scope, List<PathFacts> facts, Optional<SourceLook.Seen> seen, @Nullable String exclusion) {
        List<String> pending = facts.stream()
                .filter(PathFacts::isPending)
                .map(PathFacts::target)
                .toList();
        List<String> directories = facts.stream()
                .filter(each -> scope.isWhole()
                        || (each.held() != null && each.held().type().equals("d")))
                .map(PathFacts::target)
                .toList();
        Map<String, List<Backlog.InLane>> waiting = pending.isEmpty() ? Map.of() : backlogs.read(pending, scope);
        Map<String, Paces.OfTarget> speeds = waiting.isEmpty() ? Map.of() : paces.read();
        Map<String, Arrived> arrived = directories.isEmpty()
                ? Map.of()
                : arrivals.read(directories, scope, facts.get(0).asOf());
        return facts.stream()
                .map(each -> verdict.of(
                        each,
                        new PathVerdict.Beside(
                                seen,
                                exclusion,
                                waiting.getOrDefault(each.target(), List.of()),
                                speeds.getOrDefault(each.target(), Paces.OfTarget.IDLE),
                                arrived.get(each.target()))))
                .toList();
    }

    private List<PathFacts> facts(String source, Scope scope, @Nullable String target) {
        return jdbc.sql("""
                SELECT t.name AS target, statement_timestamp() AS as_of, s.observed_at,
                       m.type::text, m.supported, m.size, m.mtime_nanos, m.evidence::text, m.run_number, m.delivered_at,
                       m.ctime_nanos, m.mode, m.uid, m.gid, m.file_system, m.inode, m.birth_nanos, m.link_target, m.device,
                       m.extended, ts.source_identity,
                       last.outcome::text AS last_outcome, last.delivered_at AS last_at, last.run_number AS last_run,
                       last.reason AS last_reason,
                       own.path AS own_path, own.first_dirty_at AS own_since, own.ready_at AS own_ready_at,
                       own.attempts AS own_attempts, own.error_code AS own_error_code, own.error AS own_error,
                       own.postponed_because AS own_postponed_because, above.postponed_because AS above_postponed_because,
                       above.path AS above_path, above.first_dirty_at AS above_since, above.ready_at AS above_ready_at,
                       above.attempts AS above_attempts, above.error_code AS above_error_code, above.error AS above_error,
                       below.items AS below, below.failed AS failed_below, below.oldest_at AS oldest_below_at,
                       below.stuck AS stuck_below, below.failed_code AS failed_below_code, below.next_at AS failed_below_next_at,
                       unplanned.items AS unplanned, unplanned.since AS unplanned_since, %s AS rescanning_since,
                       h.hold_id, h.detail AS hold_detail, h.state::text AS hold_state, h.decided_by AS hold_decided_by, p.paused_by, p.paused_at,
                       ts.failing_code, ts.failing_message, ts.next_attempt_at AS failing_next_at,
                       EXISTS (SELECT FROM firing f WHERE f.target_id = t.target_id AND f.state = 'OPEN')
                           OR EXISTS (SELECT FROM expedite e
                                      WHERE e.target_id = t.target_id AND e.expires_at > statement_timestamp()
                                        AND is_ancestor(e.path, :path)) AS is_served
                FROM target t
                JOIN source s USING (source_id)
                LEFT JOIN target_state ts USING (target_id)
                LEFT JOIN target_pause p USING (target_id)
                LEFT JOIN manifest_dir d
                    ON d.target_id = t.target_id AND d.path_key = path_key(:parent) AND d.path = :parent
                LEFT JOIN manifest m ON m.target_id = t.target_id AND m.dir_id = d.dir_id AND m.name = :name
                LEFT JOIN work_item own
                    ON own.target_id = t.target_id AND own.path_key = path_key(:path) AND own.path = :path
                LEFT JOIN LATERAL (
                    SELECT w.* FROM work_item w
                    WHERE w.target_id = t.target_id AND w.path_key IN (SELECT path_key(a) FROM unnest(:ancestors::text[]) a)
                      AND (w.kind <> 'PATH' OR w.moved_from IS NOT NULL OR w.failed_phase = 'remove'
                           OR w.postponed_at IS NOT NULL)
                    ORDER BY w.first_seq LIMIT 1) above ON true
                CROSS JOIN LATERAL (
                    SELECT count(*) AS items, count(*) FILTER (WHERE attempts > 0) AS failed, min(first_dirty_at) AS oldest_at,
                           count(*) FILTER (WHERE attempts > 0 AND error_code = ANY (:persons)) AS stuck,
                           mode() WITHIN GROUP (ORDER BY error_code) FILTER (WHERE attempts > 0) AS failed_code,
                           min(ready_at) FILTER (WHERE attempts > 0) AS next_at
                    FROM (SELECT w.attempts, w.first_dirty_at, w.error_code, w.ready_at FROM work_item w
                          WHERE w.target_id = t.target_id AND in_subtree(w.path, :path) AND w.path <> :path
                          ORDER BY left(w.path COLLATE "C", 512) LIMIT :limit) w) below
                CROSS JOIN LATERAL (
                    SELECT count(*) AS items, min(observed_at) AS since
                    FROM (SELECT c.observed_at FROM change c
                          WHERE c.source_id = s.source_id AND c.seq > ts.cursor AND c.seq <= s.head
                            AND (in_subtree(c.path, :path)
                                 OR (c.kind <> 'PATH' AND is_ancestor(c.path, :path))
                                 OR in_subtree(c.moved_from, :path)) LIMIT :limit) c) unplanned
                LEFT JOIN LATERAL (
                    SELECT one.outcome, one.delivered_at, one.run_number, one.reason FROM delivery one
                    WHERE one.target_id = t.target_id AND one.path_key = path_key(:path) AND one.path = :path
                    ORDER BY one.delivered_at DESC LIMIT 1) last ON true
                LEFT JOIN LATERAL (
                    SELECT held.hold_id, held.detail, held.state, held.decided_by FROM hold held
                    WHERE held.target_id = t.target_id
                      AND (held.state = 'OPEN' AND held.reason::text = ANY (:whole)
                           OR held.state IN ('OPEN', 'REJECTED') AND EXISTS (
                               SELECT FROM hold_path hp JOIN work_item w
                                   ON w.target_id = hp.target_id AND w.path_key = hp.path_key AND w.seq <= hp.seq
                               WHERE hp.hold_id = held.hold_id
                                 AND (hp.path_key IN (SELECT path_key(a) FROM unnest(:line::text[]) a)
                                      OR in_subtree(hp.path, :path))))
                    ORDER BY held.state, held.hold_id LIMIT 1) h ON true
                WHERE t.active AND s.name = :source AND (:target::text IS NULL OR t.name = :target)
                ORDER BY t.name
                """.formatted(Scope.rescanningSince("s.head")))
                .param("source", source)
                .param("target", target)
                .param("path", scope.path())
                .param("parent", scope.parent())
                .param("name", scope.name())
                .param("ancestors", scope.ancestors())
                .param("line", scope.line())
                .param(
                        "whole",
                        List.of(HoldReason.values()).stream()
                                .filter(HoldReason::concernsWholeTarget)
                                .map(Enum::name)
                                .toArray(String[]::new))
                .param("persons", Rows.codesThatNeedAPerson())
                .param("limit", Backlogs.LIMIT)
                .query(PathFacts::read)
                .list();
    }

    private List<Root> roots() {
        return jdbc
                .sql("""
                SELECT s.name AS source, s.root_path, t.name AS target, t.url
                FROM source s JOIN target t USING (source_id) WHERE t.active
                ORDER BY s.name, t.name
                """)
                .query((row, number) -> new Root(
                        row.getString("source"),
                        row.getString("target"),
                        row.getString("root_path"),
                        row.getString("url")))
                .list()
                .stream()
                .sorted(Comparator.comparing(Root::source).thenComparing(Root::target))
                .toList();
    }

    private static String cleaned(String question) {
        String asked = question.strip();
        if (asked.length() > 1
                && ((asked.startsWith("\"") && asked.endsWith("\""))
                        || (asked.startsWith("'") && asked.endsWith("'")))) {
            asked = asked.substring(1, asked.length() - 1);
        }
        while (asked.startsWith("./")) {
            asked = asked.substring(2);
        }
        while (asked.length() > 1 && asked.endsWith("/")) {
            asked = asked.substring(0, asked.length() - 1);
        }
        return asked.equals(".") ? "" : asked;
    }

    private record Place(String source, String path) {}

    /** A pair of source and target, with where each is. */
    private record Root(String source, String target, String rootPath, String url) {
        List<Place> relative(String asked) {
            if (asked.contains("://")) {
                return below(url, asked);
            }
            if (!asked.startsWith("/")) {
                return List.of(new Place(source, RelativePath.parse(asked).toString()));
            }
            List<Place> onPrimary = below(rootPath, asked);
            return onPrimary.isEmpty() ? below(pathOf(url), asked) : onPrimary;
        }

        private List<Place> below(String root, String asked) {
            String trimmed = root.endsWith("/") ? root.substring(0, root.length() - 1) : root;
            if (asked.equals(trimmed) || asked.equals(root)) {
                return List.of(new Place(source, ""));
            }
            return asked.startsWith(trimmed + "/")
                    ? List.of(new Place(
                            source,
                            RelativePath.parse(asked.substring(trimmed.length() + 1))
                                    .toString()))
                    : List.of();
        }

        private static String pathOf(String url) {
            int authority = url.indexOf("://");
            int path = authority < 0 ? -1 : url.indexOf('/', authority + 3);
            return path < 0 ? "/" : url.substring(path);
        }
    }
}
