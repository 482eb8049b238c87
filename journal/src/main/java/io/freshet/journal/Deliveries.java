package io.freshet.journal;

import io.freshet.file.ContentHash;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import java.sql.Connection;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
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
    private final ManifestRows manifest;
    private final ItemOutcomes items;
    private final BlockMaps blockMaps;
    private final Partials partials;
    private final DeliveryTotals totals;

    public Deliveries(DataSource dataSource) {
        this.template = new JdbcTemplate(dataSource);
        this.jdbc = JdbcClient.create(template);
        this.transactions = new Transactions(dataSource);
        this.manifest = new ManifestRows(template);
        this.items = new ItemOutcomes(jdbc);
        this.blockMaps = new BlockMaps(jdbc);
        this.partials = new Partials(dataSource);
        this.totals = new DeliveryTotals(jdbc);
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
            manifest.move(lease, wave.moves);
            long removed = manifest.remove(lease, wave.removals);
            long added = manifest.put(lease, runNumber, wave.puts);
            manifest.verify(lease, wave.verified);
            blockMaps.record(wave);
            partials.record(lease, wave);
            addDeliveries(
                    lease,
                    runNumber,
                    wave.deliveries.stream().filter(wave::isListed).toList());
            totals.add(lease, runNumber, wave.deliveries);
            items.record(lease, runNumber, wave);
            wave.further.forEach(more -> WorkQueue.add(jdbc, lease, more.because(), more.paths(), more.kind(), true));
            settleIntents(lease, wave.settledIntents);
            count(lease, runNumber, wave, added - removed, removed - Math.min(removed, wave.approvedRemovals));
            return null;
        });
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
                            verified = verified + :verified, unlisted = unlisted + :unlisted, bytes = bytes + :bytes,
                            busy_millis = busy_millis + :busy
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
                .param(
                        "unlisted",
                        wave.deliveries.stream()
                                .filter(delivery -> !wave.isListed(delivery))
                                .count())
                .param("bytes", bytes)
                .param("busy", wave.took.toMillis())
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
        if (vanished > 0 || wave.rewritten > 0) {
            jdbc.sql("""
                            INSERT INTO deletion_tally (target_id, manifest_rows, rewritten, run_number)
                            VALUES (:target, :vanished, :rewritten, :run)
                            """)
                    .param("target", lease.target().value())
                    .param("vanished", vanished)
                    .param("rewritten", wave.rewritten)
                    .param("run", runNumber)
                    .update();
        }
        jdbc.sql("SELECT pg_notify('freshet', 'progress')")
                .query((row, number) -> 0)
                .list();
    }

    private static long of(Map<Outcome, Long> outcomes, Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    /** Returns how many manifest entries vanished from a target in a run. */
    public long vanishedInRun(TargetId target, long runNumber) {
        return jdbc.sql("""
                        SELECT coalesce(sum(manifest_rows), 0) FROM deletion_tally
                        WHERE target_id = :target AND run_number = :run
                        """)
                .param("target", target.value())
                .param("run", runNumber)
                .query(Long.class)
                .single();
    }

    /** Returns how many manifest entries vanished from a target in the last 24 hours. */
    public long vanishedInLastDay(TargetId target) {
        return jdbc.sql("""
                        SELECT coalesce(sum(manifest_rows), 0) FROM deletion_tally
                        WHERE target_id = :target AND at > now() - interval '24 hours'
                        """).param("target", target.value()).query(Long.class).single();
    }

    /** Returns how many files of a target got another content in the last hour, as far as that was counted. */
    public long rewrittenInLastHour(TargetId target) {
        return jdbc.sql("""
                        SELECT coalesce(sum(rewritten), 0) FROM deletion_tally
                        WHERE target_id = :target AND at > now() - interval '1 hour'
                        """).param("target", target.value()).query(Long.class).single();
    }
}
