package io.freshet.journal;

import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The names of what targets may have got so far of large files. Thread-safe; written under the target's lease. */
public final class Partials {
    /**
     * What may be in a target's staging area.
     *
     * @param needed an item still waits for the path
     * @param needless nobody will build upon it any more
     */
    public record Known(Set<PartialKey> needed, Set<PartialKey> needless) {}

    private record Row(PartialKey key, RelativePath path, boolean outdated) {}

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Partials(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Returns what may be there, and of what use it is: rows of the queue on a path or above it want it. */
    public Known known(TargetId target) {
        List<Row> rows = jdbc.sql("""
                        SELECT replace(partial_key::text, '-', '') AS hex, path, outdated FROM partial
                        WHERE target_id = :target
                        """)
                .param("target", target.value())
                .query((row, number) -> new Row(
                        new PartialKey(row.getString("hex")),
                        RelativePath.parse(row.getString("path")),
                        row.getBoolean("outdated")))
                .list();
        Set<RelativePath> wanted = waiting(target, rows);
        Set<PartialKey> needed = new HashSet<>();
        Set<PartialKey> needless = new HashSet<>();
        for (Row row : rows) {
            boolean use = !row.outdated && places(row).stream().anyMatch(wanted::contains);
            (use ? needed : needless).add(row.key);
        }
        return new Known(needed, needless);
    }

    private Set<RelativePath> waiting(TargetId target, List<Row> rows) {
        Set<RelativePath> places = new LinkedHashSet<>();
        rows.forEach(row -> places.addAll(places(row)));
        if (places.isEmpty()) {
            return Set.of();
        }
        return Set.copyOf(jdbc.sql("""
                        SELECT w.path FROM work_item w JOIN unnest(:paths::text[]) AS p (path) ON w.path_key = path_key(p.path)
                        WHERE w.target_id = :target
                        """)
                .param("paths", Columns.text(places, path -> path))
                .param("target", target.value())
                .query((row, number) -> RelativePath.parse(row.getString("path")))
                .list());
    }

    private static Set<RelativePath> places(Row row) {
        Set<RelativePath> places = new HashSet<>(row.path.ancestors());
        places.add(row.path);
        return places;
    }

    /** They are no longer in the target's staging area. */
    public void forget(Lease lease, Set<PartialKey> gone) {
        if (!gone.isEmpty()) {
            transactions.underLease(jdbc, lease, () -> remove(lease, gone));
        }
    }

    /** Writes down what is about to be begun, in the transaction under way. */
    void begin(Lease lease, Collection<Intent> intents) {
        Map<PartialKey, RelativePath> begun = new LinkedHashMap<>();
        for (Intent intent : intents) {
            if (intent.partial() != null) {
                begun.put(intent.partial(), intent.path());
            }
        }
        if (begun.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE partial p SET outdated = true FROM unnest(:paths::text[]) AS begun (path)
                        WHERE p.target_id = :target AND p.path_key = path_key(begun.path)
                        """)
                .param("paths", Columns.text(begun.values(), path -> path))
                .param("target", lease.target().value())
                .update();
        jdbc.sql("""
                        INSERT INTO partial (target_id, partial_key, path)
                        SELECT :target, hex::uuid, path FROM unnest(:keys::text[], :paths::text[]) AS begun (hex, path) ORDER BY hex
                        ON CONFLICT (target_id, partial_key) DO UPDATE SET path = excluded.path, outdated = false
                        """)
                .param("keys", Columns.text(begun.keySet(), key -> key))
                .param("paths", Columns.text(begun.values(), path -> path))
                .param("target", lease.target().value())
                .update();
    }

    /** Writes what a wave says of partials, in its transaction. */
    void record(Lease lease, WaveRecord wave) {
        if (!wave.usedPartials.isEmpty()) {
            remove(lease, wave.usedPartials);
        }
    }

    private int remove(Lease lease, Set<PartialKey> gone) {
        return jdbc.sql("""
                        DELETE FROM partial p USING unnest(:keys::text[]) AS gone (hex)
                        WHERE p.target_id = :target AND p.partial_key = hex::uuid
                        """)
                .param("keys", Columns.text(gone, key -> key))
                .param("target", lease.target().value())
                .update();
    }
}
