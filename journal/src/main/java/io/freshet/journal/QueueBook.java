package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What waits for targets and what of it failed, to be looked through page by page. Thread-safe.
 *
 * <p>A page of a queue is read in the order of an index, so that its cost does not grow with the queue; what failed is sorted,
 * as the overview counts it, too.
 */
public final class QueueBook {
    /** Up to so many items below a folder are sorted; of more the queue itself is read in its order. */
    private static final int SORTED = 10_001;

    private static final String OLDEST_FIRST = "ORDER BY w.first_seq, w.path LIMIT :limit";

    private final JdbcClient jdbc;

    public QueueBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Which items of a queue.
     *
     * @param under only what is at and below this path; null or empty for all
     */
    public record Only(
            @Nullable String under,
            @Nullable ChangeKind kind,
            @Nullable Lane lane) {
        /** @throws IllegalArgumentException if {@code under} is no path */
        public Only {
            under = under == null ? "" : RelativePath.parse(under).toString();
        }

        boolean isBelowAFolder() {
            return under != null && !under.isEmpty();
        }

        /** SQL that is to be appended to conditions on the row {@code w}; it uses the parameter {@code under}. */
        private String conditions() {
            return (kind == null ? "" : " AND w.kind = '" + kind.name() + "'")
                    + (lane == null ? "" : " AND w.lane = '" + lane.name() + "'")
                    + (isBelowAFolder() ? " AND in_subtree(w.path, :under)" : "");
        }
    }

    /**
     * Returns what waits for a target, oldest change first; what is expedited is served before its turn.
     *
     * @param after the last item of the page before; null for the first page
     */
    public List<QueuedItem> waiting(String target, Only only, @Nullable Place after, int limit) {
        boolean walks = only.kind != null && only.kind != ChangeKind.PATH;
        String rows = walks || (only.isBelowAFolder() && isShort(target, only)) ? few(only) : ordered(only);
        return jdbc.sql("""
                        SELECT %s FROM (
                            SELECT w.*, t.source_id, t.name AS target FROM target t CROSS JOIN LATERAL (%s) w
                            WHERE t.name = :target AND t.active %s) w
                        %s
                        ORDER BY w.first_seq, w.path
                        """.formatted(QueuedItem.COLUMNS, rows, OLDEST_FIRST, QueuedItem.LOOKED_UP))
                .param("target", target)
                .param("under", only.under)
                .param("afterSeq", after == null ? Long.MIN_VALUE : after.firstSeq)
                .param("afterPath", after == null ? "" : after.path)
                .param("limit", limit)
                .query(QueuedItem::read)
                .list();
    }

    private boolean isShort(String target, Only only) {
        return jdbc.sql("""
                        SELECT count(*) < :most FROM (
                            SELECT FROM work_item w
                            WHERE w.target_id = (SELECT target_id FROM target WHERE name = :target AND active)
                              AND in_subtree(w.path, :under) LIMIT :most) counted
                        """)
                .param("target", target)
                .param("under", only.under)
                .param("most", SORTED)
                .query(Boolean.class)
                .single();
    }

    /** Rows that the conditions alone make few: found by them, and then sorted. */
    private static String few(Only only) {
        return """
                WITH narrow AS MATERIALIZED (SELECT w.* FROM work_item w WHERE w.target_id = t.target_id %s %s)
                SELECT w.* FROM narrow w WHERE (w.first_seq, w.path) > (:afterSeq, :afterPath)
                """.formatted(
                only.kind == null || only.kind == ChangeKind.PATH ? "" : "AND w.kind <> 'PATH'", only.conditions());
    }

    /** Rows as the queue is served: each lane has an index of its fresh items in their order. */
    private static String ordered(Only only) {
        String range = """
                (SELECT w.* FROM work_item w
                 WHERE w.target_id = t.target_id AND %s AND w.first_seq >= :afterSeq
                   AND (w.first_seq, w.path) > (:afterSeq, :afterPath) %s
                 ORDER BY w.first_seq, w.path LIMIT :limit)
                """;
        Stream<String> fresh = Stream.of(Lane.values())
                .filter(lane -> only.lane == null || only.lane == lane)
                .map(lane -> "w.lane = '" + lane.name() + "' AND w.attempts = 0");
        return Stream.concat(fresh, Stream.of("w.attempts > 0"))
                .map(rows -> range.formatted(rows, only.conditions()))
                .collect(Collectors.joining("UNION ALL\n"));
    }

    /**
     * Which failed items.
     *
     * @param target only of this one; null for all
     * @param reason only with this error code; null for all
     * @param needsPerson only those that trying again does not mend, or only the others; null for all
     */
    public record Failed(
            @Nullable String target,
            @Nullable String reason,
            @Nullable Boolean needsPerson) {
        private static final String CONDITIONS = """
                t.active AND w.attempts > 0
                  AND (:target::text IS NULL OR t.name = :target)
                  AND (:reason::text IS NULL OR coalesce(w.error_code, 'TARGET_FAILURE') = :reason)
                  AND (:needsPerson::boolean IS NULL
                       OR (coalesce(w.error_code, 'TARGET_FAILURE') = ANY (:codes)) = :needsPerson)
                """;
    }

    private static JdbcClient.StatementSpec in(Failed which, JdbcClient.StatementSpec statement) {
        return statement
                .param("target", which.target)
                .param("reason", which.reason)
                .param("needsPerson", which.needsPerson)
                .param("codes", Rows.codesThatNeedAPerson());
    }

    /**
     * Returns what failed and is tried again, oldest change first.
     *
     * @param after the last item of the page before; null for the first page
     */
    public List<QueuedItem> failed(Failed which, @Nullable FailedPlace after, int limit) {
        return in(which, jdbc.sql("""
                        SELECT %s FROM (
                            SELECT w.*, t.source_id, t.name AS target FROM work_item w JOIN target t USING (target_id)
                            WHERE %s
                              AND (:at::timestamptz IS NULL
                                   OR (w.first_dirty_at, t.name, w.path) > (:at::timestamptz, :afterTarget, :afterPath))
                            ORDER BY w.first_dirty_at, t.name, w.path LIMIT :limit) w
                        %s
                        ORDER BY w.first_dirty_at, w.target, w.path
                        """.formatted(QueuedItem.COLUMNS, Failed.CONDITIONS, QueuedItem.LOOKED_UP)))
                .param("at", after == null ? null : after.since.atOffset(ZoneOffset.UTC))
                .param("afterTarget", after == null ? "" : after.target)
                .param("afterPath", after == null ? "" : after.path)
                .param("limit", limit)
                .query(QueuedItem::read)
                .list();
    }

    /** Returns the same by target, phase and cause, what concerns most paths first. */
    public List<FailedGroup> groups(Failed which) {
        return in(which, jdbc.sql("""
                        SELECT t.name AS target, w.failed_phase, coalesce(w.error_code, 'TARGET_FAILURE') AS code,
                               count(*) AS paths, min(w.error) AS example, min(w.first_dirty_at) AS since,
                               min(w.ready_at) AS next_attempt_at
                        FROM work_item w JOIN target t USING (target_id)
                        WHERE %s
                        GROUP BY t.name, w.failed_phase, code
                        ORDER BY count(*) DESC, t.name, code, w.failed_phase
                        """.formatted(Failed.CONDITIONS)))
                .query((row, number) -> new FailedGroup(
                        row.getString("target"),
                        row.getString("code"),
                        row.getString("failed_phase"),
                        row.getLong("paths"),
                        row.getString("example"),
                        Rows.instant(row, "since"),
                        Rows.instant(row, "next_attempt_at"),
                        Rows.needsPerson(row.getString("code"))))
                .list();
    }

    /** Returns the runs in which most of what failed of a target failed last, to be tried again as a whole. */
    public List<FailedRun> failedRuns(String target, int limit) {
        return jdbc.sql("""
                        SELECT w.failed_run, count(*) AS paths FROM work_item w JOIN target t USING (target_id)
                        JOIN run r ON r.target_id = w.target_id AND r.run_number = w.failed_run AND r.failed > 0
                        WHERE t.active AND t.name = :target AND w.attempts > 0
                        GROUP BY w.failed_run ORDER BY count(*) DESC, w.failed_run DESC LIMIT :limit
                        """)
                .param("target", target)
                .param("limit", limit)
                .query((row, number) -> new FailedRun(row.getLong("failed_run"), row.getLong("paths")))
                .list();
    }

    /** Returns how many paths of all targets failed in a way that a person has to mend, counted up to 10 001. */
    public long needPerson() {
        return jdbc.sql("""
                        SELECT count(*) FROM (
                            SELECT FROM work_item w JOIN target t USING (target_id)
                            WHERE t.active AND w.attempts > 0 AND coalesce(w.error_code, 'TARGET_FAILURE') = ANY (:codes)
                            LIMIT :most) counted
                        """)
                .param("codes", Rows.codesThatNeedAPerson())
                .param("most", Rows.COUNT_LIMIT)
                .query(Long.class)
                .single();
    }

    /**
     * Paths of one target that failed at the same place for the same reason.
     *
     * @param example the message of one of them
     * @param since when the oldest change among them was seen
     * @param nextAttemptAt when the first of them is tried again
     * @param needsPerson whether trying again will not help
     */
    public record FailedGroup(
            String target,
            String code,
            @Nullable String phase,
            long paths,
            @Nullable String example,
            Instant since,
            Instant nextAttemptAt,
            boolean needsPerson) {}

    /** A run, and how many paths failed last in it. */
    public record FailedRun(long run, long paths) {}

    /** Where a page of a queue ends, and the next one begins. */
    public record Place(long firstSeq, String path) {
        /** Returns the place of a page that ends with this item. */
        public static Place of(QueuedItem item) {
            return new Place(item.firstSeq(), item.path());
        }

        /** Returns the place as one parameter of a URL. */
        public String text() {
            return firstSeq + "~" + path;
        }

        /**
         * Returns the place that {@link #text} wrote.
         *
         * @throws IllegalArgumentException if it wrote no such thing
         */
        public static Place parse(String text) {
            String[] parts = text.split("~", 2);
            if (parts.length != 2) {
                throw noKey(text);
            }
            return new Place(
                    Long.parseLong(parts[0]), RelativePath.parse(parts[1]).toString());
        }
    }

    /** Where a page of what failed ends, and the next one begins. */
    public record FailedPlace(Instant since, String target, String path) {
        /** Returns the place of a page that ends with this item. */
        public static FailedPlace of(QueuedItem item) {
            return new FailedPlace(item.since(), item.target(), item.path());
        }

        /** Returns the place as one parameter of a URL. */
        public String text() {
            return ChronoUnit.MICROS.between(Instant.EPOCH, since) + "~" + target + "~" + path;
        }

        /**
         * Returns the place that {@link #text} wrote.
         *
         * @throws IllegalArgumentException if it wrote no such thing
         */
        public static FailedPlace parse(String text) {
            String[] parts = text.split("~", 3);
            if (parts.length != 3) {
                throw noKey(text);
            }
            return new FailedPlace(
                    Instant.EPOCH.plus(Long.parseLong(parts[0]), ChronoUnit.MICROS),
                    parts[1],
                    RelativePath.parse(parts[2]).toString());
        }
    }

    private static IllegalArgumentException noKey(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not the key of a page; follow a link to the page instead");
    }
}
