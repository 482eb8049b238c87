package io.freshet.journal;

import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of the manifest, changed in the transaction under way, which is that of the lease's owner. Thread-safe. */
final class ManifestRows {
    private final JdbcTemplate template;
    private final JdbcClient jdbc;

    ManifestRows(JdbcTemplate template) {
        this.template = template;
        this.jdbc = JdbcClient.create(template);
    }

    void move(Lease lease, List<WaveRecord.MovedEntry> moves) {
        for (WaveRecord.MovedEntry move : moves) {
            RelativePath from = move.from();
            RelativePath to = move.entry().path();
            remove(lease, List.of(to));
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

    long remove(Lease lease, Collection<RelativePath> paths) {
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

    /** Returns the directories that had no row, with their new ids. */
    private Map<RelativePath, Long> ensureDirectories(Lease lease, Collection<RelativePath> directories) {
        Map<RelativePath, Long> added = new HashMap<>();
        jdbc.sql("""
                        INSERT INTO manifest_dir (target_id, path)
                        SELECT :target, path FROM unnest(:paths::text[]) AS wanted (path) ORDER BY path_key(path)
                        ON CONFLICT (target_id, path_key) DO NOTHING
                        RETURNING path, dir_id
                        """)
                .param("target", lease.target().value())
                .param("paths", Columns.text(directories, path -> path))
                .query(row -> {
                    added.put(RelativePath.parse(row.getString("path")), row.getLong("dir_id"));
                });
        return added;
    }

    /** Returns how many entries there are more than before. */
    long put(Lease lease, long runNumber, List<ManifestEntry> entries) {
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
        Map<RelativePath, Long> added = ensureDirectories(lease, directories);
        List<ManifestEntry> inNewDirectories = new ArrayList<>();
        List<ManifestEntry> others = new ArrayList<>();
        for (ManifestEntry entry : byPath.values()) {
            (added.containsKey(entry.path().parent()) ? inNewDirectories : others).add(entry);
        }
        return merge(lease, runNumber, others) + copy(lease, runNumber, inNewDirectories, added);
    }

    /** Where the directory has only now got its id, no row can be there to be changed: that is many times cheaper. */
    private long copy(Lease lease, long runNumber, List<ManifestEntry> entries, Map<RelativePath, Long> directories) {
        if (entries.isEmpty()) {
            return 0;
        }
        template.execute((Connection connection) -> {
            try (CopyRows rows =
                    new CopyRows(connection, """
                    COPY manifest_%d (target_id, dir_id, name, type, supported, mode, uid, gid, size, mtime_nanos, ctime_nanos,
                        file_system, inode, birth_nanos, link_target, content_hash, evidence, device, extended, run_number)
                    FROM STDIN
                    """.formatted(lease.target().value()))) {
                for (ManifestEntry entry : entries) {
                    copy(
                            rows,
                            lease,
                            runNumber,
                            entry,
                            directories.get(entry.path().parent()));
                }
                rows.end();
            }
            return entries.size();
        });
        return entries.size();
    }

    private static void copy(CopyRows rows, Lease lease, long runNumber, ManifestEntry entry, @Nullable Long directory)
            throws SQLException {
        FileState state = entry.state();
        rows.add(lease.target().value())
                .add(directory)
                .add(Manifest.name(entry.path()))
                .add(String.valueOf(state.type().code()))
                .add(entry.supported())
                .add(state.mode())
                .add(state.uid())
                .add(state.gid())
                .add(state.size())
                .add(state.mtimeNanos())
                .add(state.ctimeNanos())
                .add(state.identity().fileSystem())
                .add(state.identity().inode())
                .add(state.identity().birthNanos())
                .add(state.linkTarget())
                .add(bytes(entry.hash()))
                .add(entry.evidence())
                .add(state.device())
                .add(bytes(extended(state)))
                .add(runNumber)
                .endRow();
    }

    private static @Nullable String bytes(@Nullable Object hexadecimal) {
        return hexadecimal == null ? null : "\\x" + hexadecimal;
    }

    /** Written to the target's own partition: through the parent PostgreSQL cannot tell new rows from changed ones. */
    private long merge(Lease lease, long runNumber, List<ManifestEntry> rows) {
        if (rows.isEmpty()) {
            return 0;
        }
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
    void verify(Lease lease, Map<RelativePath, ContentHash> verified) {
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
}
