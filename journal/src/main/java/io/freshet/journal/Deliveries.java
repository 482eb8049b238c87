package io.freshet.journal;

import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import java.sql.Connection;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The record of what was delivered: manifest, audit trail, queue and run counters, all in one transaction that only the
 * owner of the lease can commit. Thread-safe.
 */
public final class Deliveries {
    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final Transactions transactions;
    private final ItemOutcomes items;
    private final BlockMaps blockMaps;
    private final Partials partials;

    public Deliveries(DataSource dataSource) {
        this.template = new JdbcTemplate(dataSource);
        this.jdbc = JdbcClient.create(template);
        this.transactions = new Transactions(dataSource);
        this.items = new ItemOutcomes(jdbc);
        this.blockMaps = new BlockMaps(jdbc);
        this.partials = new Partials(dataSource);
    }

    /**
     * Writes down what is about to be published. Nothing may be published before this returned.
     *
     * @throws io.freshet.failure.FreshetException with {@code LEASE_LOST} or {@code DATABASE_UNAVAILABLE}: publish nothing
     */
    public void intend(Lease lease, long runNumber, Collection<Intent> intents) {
        if (intents.isEmpty()) {
            return;
        }
        Map<RelativePath, Intent> byPath = new LinkedHashMap<>();
        intents.forEach(intent -> byPath.put(intent.path(), intent));
        Collection<Intent> rows = byPath.values();
        transactions.underLease(jdbc, lease, () -> {
            partials.begin(lease, rows);
            return jdbc.sql("""
                        INSERT INTO intent (target_id, path, operation, moved_from, type, size, mtime_nanos, run_number, epoch)
                        SELECT :target, path, operation, moved_from, type::"char", size, mtime_nanos, :run, :epoch
                        FROM unnest(:paths::text[], :operations::text[], :movedFrom::text[], :types::text[], :sizes::bigint[],
                                    :mtimes::bigint[])
                             AS i (path, operation, moved_from, type, size, mtime_nanos)
                        ORDER BY path_key(path)
                        ON CONFLICT (target_id, path_key) DO UPDATE SET operation = excluded.operation,
                            moved_from = excluded.moved_from, type = excluded.type, size = excluded.size,
                            mtime_nanos = excluded.mtime_nanos, run_number = excluded.run_number, epoch = excluded.epoch
                        """)
                    .param("target", lease.target().value())
                    .param("run", runNumber)
                    .param("epoch", lease.epoch())
                    .param("paths", Columns.text(rows, Intent::path))
                    .param("operations", Columns.text(rows, Intent::kind))
                    .param("movedFrom", Columns.text(rows, Intent::movedFrom))
                    .param(
                            "types",
                            Columns.text(
                                    rows,
                                    i -> i.type() == null ? null : i.type().code()))
                    .param("sizes", Columns.number(rows, Intent::size))
                    .param("mtimes", Columns.number(rows, Intent::mtimeNanos))
                    .update();
        });
    }

    /** Returns what was intended and neither acknowledged nor settled. */
    public List<Intent> openIntents(TargetId target) {
        return jdbc.sql("""
                        SELECT path, operation, moved_from, type, size, mtime_nanos FROM intent WHERE target_id = :target
                        ORDER BY path
                        """)
                .param("target", target.value())
                .query((row, number) -> {
                    String movedFrom = row.getString("moved_from");
                    String type = row.getString("type");
                    return new Intent(
                            RelativePath.parse(row.getString("path")),
                            Intent.Kind.valueOf(row.getString("operation")),
                            movedFrom == null ? null : RelativePath.parse(movedFrom),
                            type == null ? null : FileType.ofCode(type.charAt(0)),
                            row.getLong("size"),
                            row.getLong("mtime_nanos"),
                            null);
                })
                .list();
    }

    /** Writes a wave. Once this returned, what it says is durable and shown. */
    public void record(Lease lease, long runNumber, WaveRecord wave) {
        transactions.underLease(jdbc, lease, () -> {
            moveEntries(lease, wave.moves);
            long removed = removeEntries(lease, wave.removals);
            long added = putEntries(lease, runNumber, wave.puts);
            verify(lease, wave.verified);
            blockMaps.record(wave);
            partials.record(lease, wave);
            addDeliveries(lease, runNumber, wave.deliveries);
            items.record(lease, runNumber, wave);
            wave.further.forEach(more -> WorkQueue.add(jdbc, lease, more.because(), more.paths(), more.kind(), true));
            settleIntents(lease, wave.settledIntents);
            count(lease, runNumber, wave, added - removed, removed - Math.min(removed, wave.approvedRemovals));
            return null;
        });
    }

    private void moveEntries(Lease lease, List<WaveRecord.MovedEntry> moves) {
        for (WaveRecord.MovedEntry move : moves) {
            RelativePath from = move.from();
            RelativePath to = move.entry().path();
            removeEntries(lease, List.of(to));
            ensureDirectories(lease, Set.of(to.parent()));
            if (move.entry().isDirectory()) {
                jdbc.sql("""
                                UPDATE manifest_dir SET path = :to || substr(path, length(:from) + 1)
                                WHERE target_id = :target AND in_subtree(path, :from)
                                """)
                        .param("from", from.toString())
                        .param("to", to.toString())
                        .param("target", lease.target().value())
                        .update();
            }
            jdbc.sql("""
                            UPDATE manifest m SET dir_id = new.dir_id, name = :newName
                            FROM manifest_dir old, manifest_dir new
                            WHERE old.target_id = :target AND old.path_key = path_key(:oldParent)
                              AND new.target_id = :target AND new.path_key = path_key(:newParent)
                              AND m.target_id = :target AND m.dir_id = old.dir_id AND m.name = :oldName
                            """)
                    .param("newName", Manifest.name(to))
                    .param("target", lease.target().value())
                    .param("oldParent", from.parent().toString())
                    .param("newParent", to.parent().toString())
                    .param("oldName", Manifest.name(from))
                    .update();
        }
    }

    private long removeEntries(Lease lease, Collection<RelativePath> paths) {
        if (paths.isEmpty()) {
            return 0;
        }
        long removed = jdbc.sql("""
                        DELETE FROM manifest m USING manifest_dir d,
                            unnest(:parents::text[], :names::text[]) AS gone (parent, name)
                        WHERE d.target_id = :target AND d.path_key = path_key(gone.parent)
                          AND m.target_id = :target AND m.dir_id = d.dir_id AND m.name = gone.name
                        """)
                .param("parents", Columns.text(paths, RelativePath::parent))
                .param("names", Columns.text(paths, Manifest::name))
                .param("target", lease.target().value())
                .update();
        jdbc.sql("""
                        DELETE FROM manifest_dir d USING unnest(:paths::text[]) AS gone (path)
                        WHERE d.target_id = :target AND d.path_key = path_key(gone.path) AND d.path <> ''
                        """)
                .param("paths", Columns.text(paths, path -> path))
                .param("target", lease.target().value())
                .update();
        return removed;
    }

    private void ensureDirectories(Lease lease, Collection<RelativePath> directories) {
        jdbc.sql("""
                        INSERT INTO manifest_dir (target_id, path)
                        SELECT :target, path FROM unnest(:paths::text[]) AS wanted (path) ORDER BY path_key(path)
                        ON CONFLICT (target_id, path_key) DO NOTHING
                        """)
                .param("target", lease.target().value())
                .param("paths", Columns.text(directories, path -> path))
                .update();
    }

    /** Written to the target's own partition: through the parent PostgreSQL cannot tell new rows from changed ones. */
    private long putEntries(Lease lease, long runNumber, List<ManifestEntry> entries) {
        if (entries.isEmpty()) {
            return 0;
        }
        Map<RelativePath, ManifestEntry> byPath = new LinkedHashMap<>();
        Set<RelativePath> directories = new LinkedHashSet<>();
        for (ManifestEntry entry : entries) {
            byPath.put(entry.path(), entry);
            directories.add(entry.path().parent());
            if (entry.isDirectory()) {
                directories.add(entry.path());
            }
        }
        ensureDirectories(lease, directories);
        List<ManifestEntry> rows = List.copyOf(byPath.values());
        return jdbc.sql("""
                        WITH put AS (
                            INSERT INTO manifest_%d AS m (target_id, dir_id, name, type, supported, mode, uid, gid, size, mtime_nanos,
                                ctime_nanos, file_system, inode, birth_nanos, link_target, content_hash, evidence, device,
                                extended, run_number)
                            SELECT :target, d.dir_id, e.name, e.type::"char", e.supported, e.mode, e.uid, e.gid, e.size,
                                   e.mtime_nanos, e.ctime_nanos, e.file_system, e.inode, e.birth_nanos, e.link_target,
                                   decode(e.content_hash, 'hex'), e.evidence::evidence, e.device,
                                   decode(e.extended, 'hex'), :run
                            FROM unnest(:parents::text[], :names::text[], :types::text[], :supported::boolean[], :modes::int[],
                                        :uids::int[], :gids::int[], :sizes::bigint[], :mtimes::bigint[], :ctimes::bigint[],
                                        :fileSystems::bigint[], :inodes::bigint[], :births::bigint[], :linkTargets::text[],
                                        :hashes::text[], :evidence::text[], :devices::bigint[], :extended::text[])
                                 AS e (parent, name, type, supported, mode, uid, gid, size, mtime_nanos, ctime_nanos,
                                       file_system, inode, birth_nanos, link_target, content_hash, evidence, device,
                                       extended)
                            JOIN manifest_dir d ON d.target_id = :target AND d.path_key = path_key(e.parent)
                            ORDER BY d.dir_id, e.name
                            ON CONFLICT (target_id, dir_id, name) DO UPDATE SET type = excluded.type,
                                supported = excluded.supported, mode = excluded.mode, uid = excluded.uid, gid = excluded.gid,
                                size = excluded.size, mtime_nanos = excluded.mtime_nanos, ctime_nanos = excluded.ctime_nanos,
                                file_system = excluded.file_system, inode = excluded.inode,
                                birth_nanos = excluded.birth_nanos, link_target = excluded.link_target,
                                content_hash = excluded.content_hash, evidence = excluded.evidence,
                                device = excluded.device, extended = excluded.extended,
                                run_number = excluded.run_number, delivered_at = now(),
                                verified_at = CASE WHEN m.content_hash = excluded.content_hash THEN m.verified_at END
                            RETURNING xmax = 0 AS is_new)
                        SELECT count(*) FILTER (WHERE is_new) FROM put
                        """.formatted(lease.target().value()))
                .param("target", lease.target().value())
                .param("run", runNumber)
                .param("parents", Columns.text(rows, e -> e.path().parent()))
                .param("names", Columns.text(rows, e -> Manifest.name(e.path())))
                .param("types", Columns.text(rows, e -> e.state().type().code()))
                .param("supported", Columns.text(rows, ManifestEntry::supported))
                .param("modes", Columns.text(rows, e -> e.state().mode()))
                .param("uids", Columns.text(rows, e -> e.state().uid()))
                .param("gids", Columns.text(rows, e -> e.state().gid()))
                .param("sizes", Columns.text(rows, e -> e.state().size()))
                .param("mtimes", Columns.text(rows, e -> e.state().mtimeNanos()))
                .param("ctimes", Columns.text(rows, e -> e.state().ctimeNanos()))
                .param(
                        "fileSystems",
                        Columns.text(rows, e -> e.state().identity().fileSystem()))
                .param("inodes", Columns.text(rows, e -> e.state().identity().inode()))
                .param("births", Columns.text(rows, e -> e.state().identity().birthNanos()))
                .param("linkTargets", Columns.text(rows, e -> e.state().linkTarget()))
                .param("hashes", Columns.text(rows, ManifestEntry::hash))
                .param("evidence", Columns.text(rows, ManifestEntry::evidence))
                .param("devices", Columns.number(rows, e -> e.state().device()))
                .param("extended", Columns.text(rows, e -> extended(e.state())))
                .query(Long.class)
                .single();
    }

    private static @Nullable String extended(FileState state) {
        byte[] digest = state.extended().digest();
        return digest.length == 0 ? null : HexFormat.of().formatHex(digest);
    }

    /** When it was delivered does not change. */
    private void verify(Lease lease, Map<RelativePath, ContentHash> verified) {
        if (verified.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE manifest m SET evidence = 'VERIFIED', verified_at = now()
                        FROM unnest(:parents::text[], :names::text[], :hashes::text[]) AS v (parent, name, hash)
                        JOIN manifest_dir d ON d.target_id = :target AND d.path_key = path_key(v.parent)
                        WHERE m.target_id = :target AND m.dir_id = d.dir_id AND m.name = v.name
                          AND m.content_hash = decode(v.hash, 'hex')
                        """)
                .param("parents", Columns.text(verified.keySet(), RelativePath::parent))
                .param("names", Columns.text(verified.keySet(), Manifest::name))
                .param("hashes", Columns.text(verified.values(), hash -> hash))
                .param("target", lease.target().value())
                .update();
    }

    private void addDeliveries(Lease lease, long runNumber, List<Delivery> deliveries) {
        if (deliveries.isEmpty()) {
            return;
        }
        // Much cheaper than an INSERT from arrays, and there is a row for every path that is ever delivered.
        template.execute((Connection connection) -> {
            try (CopyRows rows = new CopyRows(connection, """
                    COPY delivery (target_id, run_number, path, outcome, moved_from, seq, first_dirty_at, bytes, content_hash,
                        reason, error_code) FROM STDIN
                    """)) {
                for (Delivery delivery : deliveries) {
                    ContentHash hash = delivery.hash();
                    rows.add(lease.target().value())
                            .add(runNumber)
                            .add(delivery.path())
                            .add(delivery.outcome())
                            .add(delivery.movedFrom())
                            .add(delivery.item().seq())
                            .add(delivery.item().firstDirtyAt())
                            .add(delivery.bytes())
                            .add(hash == null ? null : "\\x" + hash)
                            .add(delivery.reason())
                            .add(delivery.code())
                            .endRow();
                }
                rows.end();
            }
            return deliveries.size();
        });
    }

    private void settleIntents(Lease lease, Set<RelativePath> paths) {
        if (paths.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        DELETE FROM intent i USING unnest(:paths::text[]) AS done (path)
                        WHERE i.target_id = :target AND i.path_key = path_key(done.path)
                        """)
                .param("paths", Columns.text(paths, path -> path))
                .param("target", lease.target().value())
                .update();
    }

    private void count(Lease lease, long runNumber, WaveRecord wave, long grown, long vanished) {
        Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
        long bytes = 0;
        for (Delivery delivery : wave.deliveries) {
            outcomes.merge(delivery.outcome(), 1L, Long::sum);
            bytes += delivery.bytes();
        }
        jdbc.sql("""
                        UPDATE run SET transferred = transferred + :transferred, renamed = renamed + :renamed,
                            deleted = deleted + :deleted, metadata = metadata + :metadata, adopted = adopted + :adopted,
                            unchanged = unchanged + :unchanged, excluded = excluded + :excluded,
                            unsupported = unsupported + :unsupported, held = held + :held, failed = failed + :failed,
                            verified = verified + :verified, bytes = bytes + :bytes
                        WHERE target_id = :target AND run_number = :run
                        """)
                .param(
                        "transferred",
                        of(outcomes, Outcome.TRANSFERRED)
                                + of(outcomes, Outcome.TRANSFERRED_UNSTABLE)
                                + of(outcomes, Outcome.LINKED))
                .param("renamed", of(outcomes, Outcome.RENAMED))
                .param("deleted", of(outcomes, Outcome.DELETED))
                .param("metadata", of(outcomes, Outcome.METADATA))
                .param("adopted", of(outcomes, Outcome.ADOPTED))
                .param("unchanged", wave.unchanged)
                .param("excluded", wave.excluded)
                .param("unsupported", of(outcomes, Outcome.UNSUPPORTED))
                .param("held", of(outcomes, Outcome.HELD))
                .param("failed", of(outcomes, Outcome.FAILED))
                .param("verified", wave.verified.size())
                .param("bytes", bytes)
                .param("target", lease.target().value())
                .param("run", runNumber)
                .update();
        jdbc.sql("""
                        UPDATE target_state SET manifest_rows = manifest_rows + :grown,
                            last_delivery_at = CASE WHEN :delivered THEN now() ELSE last_delivery_at END
                        WHERE target_id = :target AND (:grown <> 0 OR :delivered)
                        """)
                .param("grown", grown)
                .param("delivered", !wave.deliveries.isEmpty())
                .param("target", lease.target().value())
                .update();
        if (vanished > 0) {
            jdbc.sql("INSERT INTO deletion_tally (target_id, manifest_rows) VALUES (:target, :vanished)")
                    .param("target", lease.target().value())
                    .param("vanished", vanished)
                    .update();
        }
        jdbc.sql("SELECT pg_notify('freshet', 'progress')")
                .query((row, number) -> 0)
                .list();
    }

    private static long of(Map<Outcome, Long> outcomes, Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    /** Returns how many manifest entries vanished from a target in the last 24 hours. */
    public long vanishedInLastDay(TargetId target) {
        return jdbc.sql("""
                        SELECT coalesce(sum(manifest_rows), 0) FROM deletion_tally
                        WHERE target_id = :target AND at > now() - interval '24 hours'
                        """).param("target", target.value()).query(Long.class).single();
    }
}
