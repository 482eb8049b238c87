package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** How long an answer takes where each of two targets holds 1 000 000 paths and 100 000 items wait for it. */
@Tag("nightly")
class PathAnswersScaleIT {
    private static final int ASKED = 100;

    /** What an answer for two targets may read of the large tables: everything it counts is counted up to a limit. */
    private static final long MOST_ROWS = 40_000;

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    @Test
    void isToldWithoutReadingWholeTables() {
        fill();
        JdbcClient jdbc = database.jdbcClient();
        PathAnswers answers = new PathAnswers(jdbc, OpeningHours.ALWAYS, new Wording(ZoneOffset.UTC), SourceLook.BLIND);
        Map<String, Runnable> questions = new TreeMap<>();
        Map.of(
                        "delivered path", "proj650/d5/f3",
                        "waiting path", "proj490/d10/f10",
                        "waiting path, bulk", "big/d5/f3",
                        "small folder", "proj7",
                        "large folder", "big",
                        "root", "",
                        "unknown path", "nothing/here")
                .forEach((name, path) -> questions.put(name, () -> answers.where(path, null, null)));
        PathCompletion completion = new PathCompletion(jdbc);
        Map.of("completed top", "proj", "completed in a folder", "big/d7/f", "completed root", "")
                .forEach((name, prefix) -> questions.put(name, () -> completion.complete(prefix, null, 20)));
        questions.forEach((name, question) -> {
            assertThat(rowsRead(jdbc, question)).as("rows read for " + name).isLessThan(MOST_ROWS);
            System.out.printf("%-22s %s%n", name, times(question));
        });
        PathAnswer.AtTarget large =
                answers.where("big", null, "web1").get(0).targets().get(0);
        assertThat(Objects.requireNonNull(large.arrived()).words()).startsWith("more than 5\u00a0000\u00a0entries");
        assertThat(Objects.requireNonNull(large.backlog()).words()).startsWith("more than 1\u00a0000\u00a0items");
        assertThat(Objects.requireNonNull(large.eta()).latest()).isNull();
    }

    /** Also fails where a large table is read as a whole. */
    private long rowsRead(JdbcClient jdbc, Runnable question) {
        return Objects.requireNonNull(new TransactionTemplate(new JdbcTransactionManager(database.dataSource()))
                .execute(status -> {
                    question.run();
                    long[] before = scans(jdbc);
                    question.run();
                    long[] after = scans(jdbc);
                    assertThat(after[0] - before[0]).as("sequential scans").isZero();
                    return after[1] - before[1];
                }));
    }

    private static long[] scans(JdbcClient jdbc) {
        return jdbc.sql("""
                        SELECT sum(seq_scan) AS scans, sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS rows
                        FROM pg_stat_xact_user_tables
                        WHERE relname ~ '^(manifest|catalogue)_[0-9]' OR relname IN ('work_item', 'manifest_dir', 'catalogue_dir')
                        """)
                .query((row, number) -> new long[] {row.getLong("scans"), row.getLong("rows")})
                .single();
    }

    private static String times(Runnable question) {
        long[] nanos = new long[ASKED];
        for (int i = 0; i < ASKED; i++) {
            long begun = System.nanoTime();
            question.run();
            nanos[i] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        return "p50 " + Duration.ofNanos(nanos[ASKED / 2]).toMillis() + " ms, p99 "
                + Duration.ofNanos(nanos[ASKED - 2]).toMillis() + " ms";
    }

    private void fill() {
        JournalRows rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1")
                .target("content", "web2");
        database.jdbcClient()
                .sql("SELECT create_catalogue_partition(source_id) FROM source")
                .query()
                .listOfRows();
        rows.sql("""
                INSERT INTO catalogue_dir (dir_id, source_id, path)
                SELECT nextval('directory_id'), source_id, path FROM source, (
                    SELECT '' UNION ALL SELECT 'big' UNION ALL SELECT 'proj' || i FROM generate_series(1, 700) i
                    UNION ALL SELECT 'big/d' || i FROM generate_series(1, 300) i
                    UNION ALL SELECT 'proj' || i || '/d' || j FROM generate_series(1, 700) i, generate_series(1, 10) j)
                    AS dirs (path)
                """);
        rows.sql("DELETE FROM manifest_dir");
        rows.sql("""
                INSERT INTO manifest_dir (dir_id, target_id, path) SELECT dir_id, target_id, path FROM catalogue_dir, target
                """);
        rows.sql("""
                INSERT INTO catalogue (source_id, dir_id, name, type, mode, uid, gid, size, mtime_nanos, ctime_nanos,
                    file_system, inode, birth_nanos, racy, gone)
                SELECT source_id, dir_id, 'f' || f, 'f', 420, 0, 0, 1000 + f, 1, 1, 1, dir_id * 1000 + f, 1, false, false
                FROM catalogue_dir, LATERAL generate_series(1, CASE WHEN starts_with(path, 'big/') THEN 1000
                    WHEN position('/' IN path) > 0 THEN 100 ELSE 0 END) f
                UNION ALL
                SELECT c.source_id, p.dir_id, split_part(c.path, '/', -1), 'd', 493, 0, 0, 4096, 1, 1, 1, c.dir_id, 1, false, false
                FROM catalogue_dir c JOIN catalogue_dir p ON p.path = left(c.path, -length(split_part(c.path, '/', -1)) - 1)
                WHERE c.path <> ''
                """);
        rows.sql("""
                INSERT INTO manifest (target_id, dir_id, name, type, mode, uid, gid, size, mtime_nanos, ctime_nanos,
                    file_system, inode, birth_nanos, evidence, run_number)
                SELECT target_id, dir_id, catalogue.name, type, mode, uid, gid, size, mtime_nanos, ctime_nanos, file_system, inode,
                       birth_nanos, 'SENT', 1
                FROM catalogue, target
                """);
        rows.sql("UPDATE target_state SET manifest_rows = 1008001");
        rows.sql("""
                INSERT INTO work_item (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at)
                SELECT target_id, 'big/d' || 1 + i % 300 || '/f' || 1 + i / 300, 'PATH'::change_kind,
                       CASE WHEN i < 25000 THEN 7 ELSE 100000 + i END, 200000 + i, now(), 'BULK'::lane, now()
                FROM target, generate_series(0, 49999) i
                UNION ALL
                SELECT target_id, 'proj' || 1 + i % 500 || '/d' || 1 + i / 500 % 10 || '/f' || 1 + i / 5000, 'PATH',
                       300000 + i, 300000 + i, now(), 'EXPRESS', now()
                FROM target, generate_series(0, 49999) i
                """);
        rows.sql("""
                INSERT INTO run (target_id, run_number, lane, state, cause, policy, node, epoch, ended_at, transferred, bytes,
                    busy_millis)
                SELECT target_id, n, CASE WHEN n % 2 = 0 THEN 'BULK' ELSE 'EXPRESS' END::lane, 'COMPLETED', 'CHANGES',
                       'continuous', 'node1', 1, now(), 1000, 1000000, 2000
                FROM target, generate_series(1, 200) n
                """);
        rows.sql("ANALYZE");
    }
}
