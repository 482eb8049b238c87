package io.freshet.journal;

import io.freshet.file.ContentHash;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What each target holds, as we delivered it; read here, written by {@link Deliveries}. Thread-safe. */
public final class Manifest {
    private static final String ENTRY = """
            SELECT d.path AS directory, m.name, m.type, m.size, m.mtime_nanos, m.ctime_nanos, m.mode, m.uid, m.gid,
                   m.file_system, m.inode, m.birth_nanos, m.link_target, encode(m.content_hash, 'hex') AS content_hash,
                   m.evidence, m.supported, m.device, m.extended
            FROM manifest_dir d JOIN manifest m USING (target_id, dir_id)
            """;

    private final JdbcClient jdbc;

    public Manifest(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    /** Returns the entries of those paths that the target holds. */
    public Map<RelativePath, ManifestEntry> find(TargetId target, Collection<RelativePath> paths) {
        Map<RelativePath, ManifestEntry> found = new HashMap<>();
        if (paths.isEmpty()) {
            return found;
        }
        jdbc.sql("""
                        WITH asked AS (SELECT * FROM unnest(:parents::text[], :names::text[]) AS asked (parent, name))
                        %s JOIN asked ON d.path_key = path_key(asked.parent) AND m.name = asked.name
                        WHERE d.target_id = :target AND m.target_id = :target
                        """.formatted(ENTRY))
                .param("parents", Columns.text(paths, RelativePath::parent))
                .param("names", Columns.text(paths, Manifest::name))
                .param("target", target.value())
                .query(Manifest::entry)
                .list()
                .forEach(entry -> found.put(entry.path(), entry));
        return found;
    }

    /** Returns the entries of many directories by directory, without the directories themselves. */
    public Map<RelativePath, List<ManifestEntry>> children(TargetId target, Collection<RelativePath> directories) {
        return jdbc
                .sql("""
                        WITH asked AS (SELECT * FROM unnest(:directories::text[]) AS asked (directory))
                        %s JOIN asked ON d.path_key = path_key(asked.directory)
                        WHERE d.target_id = :target AND m.target_id = :target AND m.name <> ''
                        """.formatted(ENTRY))
                .param("directories", Columns.text(directories, path -> path))
                .param("target", target.value())
                .query(Manifest::entry)
                .list()
                .stream()
                .collect(Collectors.groupingBy(entry -> entry.path().parent()));
    }

    /**
     * Returns everything below a directory, without the directory itself, in an order in which it can be removed: what
     * lies in a directory before the directory.
     */
    public List<ManifestEntry> below(TargetId target, RelativePath directory) {
        List<ManifestEntry> entries = jdbc.sql("""
                        %s WHERE d.target_id = :target AND m.target_id = :target AND in_subtree(d.path, :directory)
                          AND m.name <> ''
                        """.formatted(ENTRY))
                .param("target", target.value())
                .param("directory", directory.toString())
                .query(Manifest::entry)
                .list();
        return entries.stream()
                .sorted((one, other) -> other.path().compareTo(one.path()))
                .toList();
    }

    /** Returns the entries that were made from files of these identities: the names of each. */
    public Map<FileIdentity, List<ManifestEntry>> names(TargetId target, Collection<FileIdentity> identities) {
        return jdbc
                .sql("""
                        %s JOIN unnest(:fileSystems::bigint[], :inodes::bigint[], :births::bigint[])
                                AS asked (file_system, inode, birth_nanos)
                            ON m.file_system = asked.file_system AND m.inode = asked.inode
                                AND m.birth_nanos = asked.birth_nanos
                        WHERE d.target_id = :target AND m.target_id = :target
                        """.formatted(ENTRY))
                .param("fileSystems", Columns.number(identities, FileIdentity::fileSystem))
                .param("inodes", Columns.number(identities, FileIdentity::inode))
                .param("births", Columns.number(identities, FileIdentity::birthNanos))
                .param("target", target.value())
                .query(Manifest::entry)
                .list()
                .stream()
                .collect(Collectors.groupingBy(entry -> entry.state().identity()));
    }

    /** Returns how many entries would vanish with each of these paths, itself included. */
    public Map<RelativePath, Long> count(TargetId target, Collection<RelativePath> paths) {
        Map<RelativePath, Long> counts = new HashMap<>();
        if (paths.isEmpty()) {
            return counts;
        }
        jdbc.sql("""
                        SELECT asked.path, count(m.name) AS entries
                        FROM unnest(:paths::text[]) AS asked (path)
                        LEFT JOIN manifest_dir d ON d.target_id = :target AND in_subtree(d.path, asked.path)
                        LEFT JOIN manifest m ON m.target_id = :target AND m.dir_id = d.dir_id AND m.name <> ''
                        GROUP BY asked.path
                        """)
                .param("paths", Columns.text(paths, path -> path))
                .param("target", target.value())
                .query((row, number) ->
                        Map.entry(RelativePath.parse(row.getString("path")), row.getLong("entries") + 1))
                .list()
                .forEach(count -> counts.put(count.getKey(), count.getValue()));
        return counts;
    }

    static String name(RelativePath path) {
        return path.isRoot() ? "" : TextForm.encode(path.name());
    }

    private static ManifestEntry entry(ResultSet row, int number) throws SQLException {
        RelativePath directory = RelativePath.parse(row.getString("directory"));
        String name = row.getString("name");
        FileType type = FileType.ofCode(row.getString("type").charAt(0));
        String hash = row.getString("content_hash");
        FileState state = state(row, type);
        return new ManifestEntry(
                name.isEmpty() ? directory : directory.child(TextForm.decode(name)),
                state,
                hash == null ? null : new ContentHash(hash),
                Evidence.valueOf(row.getString("evidence")),
                row.getBoolean("supported"));
    }

    /** Reads the columns with what was delivered. */
    static FileState state(ResultSet row, FileType type) throws SQLException {
        byte[] extended = row.getBytes("extended");
        return new FileState(
                type,
                row.getLong("size"),
                row.getLong("mtime_nanos"),
                row.getLong("ctime_nanos"),
                row.getInt("mode"),
                row.getInt("uid"),
                row.getInt("gid"),
                1,
                new FileIdentity(row.getLong("file_system"), row.getLong("inode"), row.getLong("birth_nanos")),
                row.getString("link_target"),
                row.getLong("device"),
                extended == null ? ExtendedAttributes.NOT_ASKED : ExtendedAttributes.ofDigest(extended));
    }
}
