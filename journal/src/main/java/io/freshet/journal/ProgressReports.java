package io.freshet.journal;

import io.freshet.journal.Progress.LargeFile;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the lanes of all targets are sending: one row each, replaced by who sends, read by who shows it. Thread-safe. */
public final class ProgressReports {
    /** What has not moved for so long is not shown as moving: its process tells once a second while it does. */
    private static final Duration STILL_MOVING = Duration.ofSeconds(5);

    private final JdbcClient jdbc;

    public ProgressReports(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public static ProgressReports of(DataSource dataSource) {
        return new ProgressReports(JdbcClient.create(dataSource));
    }

    /** Tells how far a run is; does nothing where the lease has passed to somebody else. */
    public void moved(Lease lease, Lane lane, long run, Progress progress) {
        List<LargeFile> files = progress.underWay();
        jdbc.sql("""
                INSERT INTO lane_progress (target_id, lane, run_number, bytes, files, bytes_per_second, files_per_second,
                    paths, sizes, done, rates, moved_at)
                SELECT target_id, :lane::lane, :run, :bytes, :files, :byteRate, :fileRate,
                    :paths::text[], :sizes::bigint[], :done::bigint[], :rates::bigint[], clock_timestamp()
                FROM lease WHERE target_id = :target AND node = :node AND epoch = :epoch
                ON CONFLICT (target_id, lane) DO UPDATE SET run_number = excluded.run_number, bytes = excluded.bytes,
                    files = excluded.files, bytes_per_second = excluded.bytes_per_second,
                    files_per_second = excluded.files_per_second, paths = excluded.paths, sizes = excluded.sizes,
                    done = excluded.done, rates = excluded.rates, moved_at = excluded.moved_at
                """)
                .param("lane", lane.name())
                .param("run", run)
                .param("bytes", progress.bytes())
                .param("files", progress.files())
                .param("byteRate", progress.bytesPerSecond())
                .param("fileRate", progress.filesPerSecond())
                .param("paths", files.stream().map(LargeFile::path).toArray(String[]::new))
                .param("sizes", files.stream().map(LargeFile::size).toArray(Long[]::new))
                .param("done", files.stream().map(LargeFile::done).toArray(Long[]::new))
                .param("rates", files.stream().map(LargeFile::bytesPerSecond).toArray(Long[]::new))
                .param("target", lease.target().value())
                .param("node", lease.node())
                .param("epoch", lease.epoch())
                .update();
    }

    /** Tells that a run of the lane has ended. */
    public void ended(Lease lease, Lane lane, long run) {
        jdbc.sql("DELETE FROM lane_progress WHERE target_id = :target AND lane = :lane::lane AND run_number = :run")
                .param("target", lease.target().value())
                .param("lane", lane.name())
                .param("run", run)
                .update();
    }

    /** Returns what every lane with a run is sending, by the names of their targets. */
    public Map<String, List<LaneProgress>> read() {
        Map<String, List<LaneProgress>> progress = new LinkedHashMap<>();
        jdbc.sql("""
                        SELECT t.name AS target, p.*, statement_timestamp() AS as_of
                        FROM lane_progress p JOIN target t USING (target_id) JOIN run r USING (target_id, run_number)
                        WHERE r.state = 'RUNNING' ORDER BY t.name, p.lane
                        """)
                .query((row, number) -> Map.entry(row.getString("target"), lane(row)))
                .list()
                .forEach(entry -> progress.computeIfAbsent(entry.getKey(), name -> new ArrayList<>())
                        .add(entry.getValue()));
        return progress;
    }

    /** Returns what a run is sending; empty before it has been under way for a second, and when it has ended. */
    public List<LaneProgress> read(String target, long run) {
        return read().getOrDefault(target, List.of()).stream()
                .filter(lane -> lane.run() == run)
                .toList();
    }

    private static LaneProgress lane(ResultSet row) throws SQLException {
        Instant movedAt = Rows.instant(row, "moved_at");
        boolean moving = Duration.between(movedAt, Rows.instant(row, "as_of")).compareTo(STILL_MOVING) <= 0;
        Progress progress = new Progress(
                row.getLong("bytes"),
                row.getLong("files"),
                row.getLong("bytes_per_second"),
                row.getDouble("files_per_second"),
                files(row));
        return new LaneProgress(
                Lane.valueOf(row.getString("lane")),
                row.getLong("run_number"),
                movedAt,
                moving,
                moving ? progress : progress.atRest());
    }

    private static List<LargeFile> files(ResultSet row) throws SQLException {
        String[] paths = (String[]) array(row, "paths");
        Long[] sizes = (Long[]) array(row, "sizes");
        Long[] done = (Long[]) array(row, "done");
        Long[] rates = (Long[]) array(row, "rates");
        List<LargeFile> files = new ArrayList<>();
        for (int i = 0; i < paths.length; i++) {
            files.add(new LargeFile(paths[i], sizes[i], done[i], rates[i]));
        }
        return files;
    }

    private static Object array(ResultSet row, String column) throws SQLException {
        Array array = Objects.requireNonNull(row.getArray(column), column);
        return array.getArray();
    }
}
