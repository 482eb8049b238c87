package io.freshet.journal;

import io.freshet.database.TestDatabase;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One registered source and target with its lease, and short ways of doing what a run does. */
final class Target {
    static final Settling SETTLING = new Settling(Duration.ofMinutes(1), Duration.ofMinutes(5));

    final DataSource dataSource;
    final JdbcClient jdbc;
    final SourceId source;
    final TargetId id;
    final Lease lease;
    final WorkQueue queue;
    final MoveHints hints;
    final Deliveries deliveries;
    final Manifest manifest;
    final Runs runs;
    final ChangeWriter writer;

    Target(TestDatabase database) {
        dataSource = database.dataSource();
        jdbc = database.jdbcClient();
        Registry registry = new Registry(dataSource);
        source = registry.registerSource("content", "/mnt/sync");
        id = registry.registerTarget(source, "student2", "sftp://app@student2/mnt/sync", "continuous");
        lease = new Leases(dataSource)
                .acquire(id, "node", Duration.ofMinutes(1))
                .orElseThrow();
        queue = new WorkQueue(dataSource);
        hints = new MoveHints(dataSource);
        deliveries = new Deliveries(dataSource);
        manifest = new Manifest(dataSource);
        runs = new Runs(dataSource);
        writer = new Journal(dataSource).openWriter(source);
        finishFirstWalk();
    }

    private void finishFirstWalk() {
        WorkItem everything = queue.ready(id, Lane.BULK, 10).get(0);
        queue.advanceWalk(lease, everything, WorkQueue.Found.NOTHING, null);
    }

    long changed(String... paths) {
        return writer.append(List.of(paths).stream()
                .map(path -> change(path, ChangeKind.PATH, false))
                .toList());
    }

    static Change change(String path, ChangeKind kind, boolean writing) {
        return new Change(RelativePath.parse(path), kind, null, writing, Detector.INOTIFY, Duration.ZERO);
    }

    long plan() {
        return new Planning(dataSource).plan(lease, SETTLING, 10_000);
    }

    List<WorkItem> ready(Lane lane) {
        return queue.ready(id, lane, 1000);
    }

    WorkItem readyItem(String path) {
        return ready(Lane.EXPRESS).stream()
                .filter(item -> item.path().toString().equals(path))
                .findFirst()
                .orElseThrow();
    }

    /** Returns an item that is settling as well as one that is ready. */
    WorkItem readyItemWheneverReady(String path) {
        jdbc.sql("UPDATE work_item SET ready_at = now() - interval '1 second'").update();
        return readyItem(path);
    }

    long openRun() {
        return runs.open(lease, Lane.EXPRESS, RunCause.CHANGES, null, null, new Runs.PolicyUsed("continuous", 1))
                .number();
    }

    /** Records that an item's file was sent. */
    void deliver(long run, WorkItem item) {
        WaveRecord wave = new WaveRecord();
        wave.put(entry(item.path().toString()));
        wave.deliver(new Delivery(item, item.path(), Outcome.TRANSFERRED, null, 5, null, null, null));
        wave.close(item, Instant.now());
        deliveries.record(lease, run, wave);
    }

    static ManifestEntry entry(String path) {
        return new ManifestEntry(RelativePath.parse(path), state(FileType.FILE), null, Evidence.SENT, true);
    }

    static ManifestEntry directory(String path) {
        return new ManifestEntry(RelativePath.parse(path), state(FileType.DIRECTORY), null, Evidence.SENT, true);
    }

    private static FileState state(FileType type) {
        return new FileState(type, 5, 1, 2, 0644, 0, 0, 1, new FileIdentity(1, 2, 3), null);
    }

    /** Returns "path first_seq seq" relative to the journal's start. */
    List<String> rows() {
        return jdbc.sql("""
                        SELECT format('%s %s %s', path, first_seq - (1::bigint << 40), seq - (1::bigint << 40))
                        FROM work_item WHERE target_id = :target ORDER BY path
                        """).param("target", id.value()).query(String.class).list();
    }
}
