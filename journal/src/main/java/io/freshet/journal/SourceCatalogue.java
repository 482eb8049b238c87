package io.freshet.journal;

import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The catalogue in its tables, written through the journal's writer and under its epoch. */
final class SourceCatalogue implements Catalogue {
    private static final String ENTRY = """
            SELECT c.dir_id, d.path AS directory, c.name, c.type, c.mode, c.uid, c.gid, c.size, c.mtime_nanos, c.ctime_nanos,
                   c.file_system, c.inode, c.birth_nanos, c.link_target, c.racy, c.gone
            FROM catalogue c JOIN catalogue_dir d USING (source_id, dir_id)
            """;

    private static final String DISPLACED = """
            left(path COLLATE "C", 512) >= '/' AND left(path COLLATE "C", 512) < '0'
            """;

    private final JdbcClient jdbc;
    private final Transactions transactions;
    private final SourceId source;
    private final JournalWriter writer;
    private boolean prepared;

    SourceCatalogue(DataSource dataSource, SourceId source, JournalWriter writer) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
        this.source = source;
        this.writer = writer;
    }

    @Override
    public Optional<Rescan> next() {
        if (!prepared) {
            reading(() -> jdbc.sql("SELECT create_catalogue_partition(:source)")
                    .param("source", source.value())
                    .query((row, number) -> 0)
                    .list());
            prepared = true;
        }
        Optional<Long> oldest = reading(() ->
                jdbc.sql("""
                        SELECT rescan_id FROM rescan WHERE source_id = :source AND finished_at IS NULL
                        ORDER BY rescan_id LIMIT 1
                        """).param("source", source.value()).query(Long.class).optional());
        if (oldest.isEmpty()) {
            return Optional.empty();
        }
        update("UPDATE rescan SET begun_at = coalesce(begun_at, clock_timestamp()) WHERE rescan_id = ?", oldest.get());
        return reading(() -> jdbc.sql("""
                        SELECT rescan_id, path, reason, since_seq, walk_position, covered FROM rescan
                        WHERE rescan_id = :rescan
                        """)
                .param("rescan", oldest.get())
                .query(SourceCatalogue::rescan)
                .optional());
    }

    @Override
    public Map<RelativePath, CatalogueDirectory> directories(Collection<RelativePath> paths) {
        Map<RelativePath, CatalogueDirectory> found = new HashMap<>();
        if (paths.isEmpty()) {
            return found;
        }
        reading(() -> jdbc.sql("""
                        SELECT d.dir_id, d.path, d.digest
                        FROM unnest(:paths::text[]) AS asked (path)
                        JOIN catalogue_dir d ON d.path_key = path_key(asked.path) AND d.path = asked.path
                        WHERE d.source_id = :source
                        """)
                        .param("paths", Columns.text(paths, path -> path))
                        .param("source", source.value())
                        .query((row, number) -> Map.entry(
                                RelativePath.parse(row.getString("path")),
                                new CatalogueDirectory(row.getLong("dir_id"), row.getObject("digest", UUID.class))))
                        .list())
                .forEach(one -> found.put(one.getKey(), one.getValue()));
        return found;
    }

    @Override
    public Map<Long, List<CatalogueEntry>> entries(Collection<Long> directories) {
        if (directories.isEmpty()) {
            return Map.of();
        }
        return reading(() -> jdbc.sql(
                                ENTRY + " WHERE c.source_id = :source AND c.dir_id = ANY (:directories::bigint[])")
                        .param("source", source.value())
                        .param("directories", directories.toArray(Long[]::new))
                        .query(SourceCatalogue::entry)
                        .list())
                .stream()
                .collect(Collectors.groupingBy(CatalogueEntry::directory));
    }

    @Override
    public Map<FileIdentity, List<CatalogueEntry>> places(Collection<FileIdentity> objects) {
        if (objects.isEmpty()) {
            return Map.of();
        }
        return reading(() -> jdbc.sql("""
                                %s JOIN unnest(:inodes::bigint[], :births::bigint[]) AS asked (inode, birth)
                                    ON c.inode = asked.inode AND c.birth_nanos = asked.birth
                                WHERE c.source_id = :source
                                """.formatted(ENTRY))
                        .param("inodes", Columns.number(objects, FileIdentity::inode))
                        .param("births", Columns.number(objects, FileIdentity::birthNanos))
                        .param("source", source.value())
                        .query(SourceCatalogue::entry)
                        .list())
                .stream()
                .collect(Collectors.groupingBy(
                        entry -> Catalogue.anywhere(entry.state().identity())));
    }

    @Override
    public List<Long> newKeys(int count) {
        return reading(() -> jdbc.sql("SELECT nextval('directory_id') AS key FROM generate_series(1, :count)")
                .param("count", count)
                .query((row, number) -> row.getLong("key"))
                .list());
    }

    @Override
    public void record(Rescan rescan, CatalogueChanges changes) {
        writer.committing(connection -> {
            forget(connection, changes.forgotten);
            markGone(connection, changes.gone);
            move(connection, changes.moved);
            writeDirectories(connection, changes.listed);
            writeEntries(connection, changes.put);
            advance(connection, rescan, changes);
            return writer.append(connection, changes.journaled, sinceSeq(rescan));
        });
    }

    /** What a scheduled rescan finds is new as of now: nobody was told that it is there, and nobody waits for it. */
    private static @Nullable Long sinceSeq(Rescan rescan) {
        return rescan.reason().isWaitedFor() ? rescan.sinceSeq() : null;
    }

    private void forget(Connection connection, List<CatalogueEntry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        try (PreparedStatement delete = connection.prepareStatement("""
                DELETE FROM catalogue c
                USING unnest(?::bigint[], ?::text[], ?::bigint[], ?::bigint[]) AS old (dir_id, name, inode, birth)
                WHERE c.source_id = ? AND c.dir_id = old.dir_id AND c.name = old.name AND c.inode = old.inode
                  AND c.birth_nanos = old.birth
                """)) {
            setKeys(connection, delete, entries);
            delete.setArray(
                    3,
                    connection.createArrayOf(
                            "bigint",
                            Columns.number(
                                    entries, one -> one.state().identity().inode())));
            delete.setArray(
                    4,
                    connection.createArrayOf(
                            "bigint",
                            Columns.number(
                                    entries, one -> one.state().identity().birthNanos())));
            delete.setInt(5, source.value());
            delete.executeUpdate();
        }
    }

    private void markGone(Connection connection, List<CatalogueEntry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        try (PreparedStatement mark = connection.prepareStatement("""
                UPDATE catalogue c SET gone = true FROM unnest(?::bigint[], ?::text[]) AS old (dir_id, name)
                WHERE c.source_id = ? AND c.dir_id = old.dir_id AND c.name = old.name
                """)) {
            setKeys(connection, mark, entries);
            mark.setInt(3, source.value());
            mark.executeUpdate();
        }
    }

    private static void setKeys(Connection connection, PreparedStatement statement, List<CatalogueEntry> entries)
            throws SQLException {
        statement.setArray(1, connection.createArrayOf("bigint", Columns.number(entries, CatalogueEntry::directory)));
        statement.setArray(
                2, connection.createArrayOf("text", Columns.text(entries, one -> Manifest.name(one.path()))));
    }

    private void move(Connection connection, List<CatalogueChanges.Moved> moves) throws SQLException {
        try (PreparedStatement rename = connection.prepareStatement("""
                UPDATE catalogue_dir SET path = ? || substr(path, length(?) + 1)
                WHERE source_id = ? AND in_subtree(path, ?)
                """)) {
            for (CatalogueChanges.Moved moved : moves) {
                rename.setString(1, moved.to());
                rename.setString(2, moved.from());
                rename.setInt(3, source.value());
                rename.setString(4, moved.from());
                rename.executeUpdate();
            }
        }
    }

    private void writeDirectories(Connection connection, List<CatalogueChanges.Listed> listed) throws SQLException {
        List<CatalogueChanges.Listed> changed =
                listed.stream().filter(one -> !one.added()).toList();
        if (!changed.isEmpty()) {
            try (PreparedStatement update = connection.prepareStatement("""
                    UPDATE catalogue_dir d SET digest = listed.digest
                    FROM unnest(?::bigint[], ?::uuid[]) AS listed (dir_id, digest)
                    WHERE d.source_id = ? AND d.dir_id = listed.dir_id AND d.digest IS DISTINCT FROM listed.digest
                    """)) {
                update.setArray(
                        1,
                        connection.createArrayOf(
                                "bigint", Columns.number(changed, CatalogueChanges.Listed::directory)));
                update.setArray(
                        2, connection.createArrayOf("uuid", Columns.text(changed, CatalogueChanges.Listed::digest)));
                update.setInt(3, source.value());
                update.executeUpdate();
            }
        }
        if (changed.size() == listed.size()) {
            return;
        }
        try (CopyRows rows =
                new CopyRows(connection, "COPY catalogue_dir (source_id, dir_id, path, digest) FROM STDIN")) {
            for (CatalogueChanges.Listed one : listed) {
                if (one.added()) {
                    rows.add(source.value())
                            .add(one.directory())
                            .add(one.path())
                            .add(one.digest())
                            .endRow();
                }
            }
            rows.end();
        }
    }

    private void writeEntries(Connection connection, List<CatalogueChanges.Put> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        try (CopyRows rows = new CopyRows(connection, """
                COPY catalogue (source_id, dir_id, name, type, mode, uid, gid, size, mtime_nanos, ctime_nanos, file_system,
                                inode, birth_nanos, link_target, racy, gone) FROM STDIN
                """)) {
            for (CatalogueChanges.Put entry : entries) {
                FileState state = entry.state();
                rows.add(source.value())
                        .add(entry.directory())
                        .add(Manifest.name(entry.path()))
                        .add(Character.toString(state.type().code()))
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
                        .add(entry.racy())
                        .add(false)
                        .endRow();
            }
            rows.end();
        }
    }

    private static void advance(Connection connection, Rescan rescan, CatalogueChanges changes) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE rescan SET walk_position = ?, covered = ?, directories = directories + ?, entries = entries + ?,
                       changes = changes + ?, unreadable = unreadable + ?, detail = coalesce(detail, ?)
                WHERE rescan_id = ?
                """)) {
            update.setString(1, Objects.toString(changes.position, null));
            update.setString(2, Objects.toString(changes.covered, null));
            update.setLong(3, changes.directories);
            update.setLong(4, changes.entries);
            update.setLong(5, changes.journaled.size());
            update.setLong(6, changes.unreadable.size());
            update.setString(7, changes.unreadable.isEmpty() ? null : changes.unreadable.get(0));
            update.setLong(8, rescan.id());
            update.executeUpdate();
        }
    }

    @Override
    public boolean sweep(Rescan rescan, int limit) {
        List<CatalogueEntry> gone = reading(() -> jdbc.sql(ENTRY + """
                         WHERE c.source_id = :source AND c.gone ORDER BY c.dir_id, c.name LIMIT :limit
                        """)
                .param("source", source.value())
                .param("limit", limit)
                .query(SourceCatalogue::entry)
                .list());
        if (!gone.isEmpty()) {
            sweep(rescan, gone);
            return false;
        }
        return purge(limit) == 0;
    }

    private void sweep(Rescan rescan, List<CatalogueEntry> gone) {
        List<Change> changes = gone.stream()
                .filter(entry -> !entry.displaced())
                .map(entry -> new Change(
                        entry.path(),
                        ChangeKind.PATH,
                        null,
                        false,
                        rescan.reason().detector(),
                        Duration.ZERO))
                .toList();
        List<CatalogueEntry> directories = gone.stream()
                .filter(entry -> entry.state().isDirectory() && !entry.displaced())
                .toList();
        List<Long> keys = directories.isEmpty() ? List.of() : newKeys(directories.size());
        writer.committing(connection -> {
            CatalogueChanges moves = new CatalogueChanges();
            for (int i = 0; i < directories.size(); i++) {
                moves.displace(directories.get(i).path(), keys.get(i));
            }
            forget(connection, gone);
            move(connection, moves.moved);
            count(connection, rescan, changes.size());
            return writer.append(connection, changes, sinceSeq(rescan));
        });
    }

    private static void count(Connection connection, Rescan rescan, int changes) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE rescan SET changes = changes + ? WHERE rescan_id = ?")) {
            update.setInt(1, changes);
            update.setLong(2, rescan.id());
            update.executeUpdate();
        }
    }

    /** Forgets some of the directories that lost their places; nobody asks for them any more. */
    private int purge(int limit) {
        List<Long> displaced = reading(() -> jdbc.sql("""
                        SELECT dir_id FROM catalogue_dir WHERE source_id = :source AND %s LIMIT :limit
                        """.formatted(DISPLACED))
                .param("source", source.value())
                .param("limit", limit)
                .query((row, number) -> row.getLong("dir_id"))
                .list());
        if (!displaced.isEmpty()) {
            Long[] keys = displaced.toArray(Long[]::new);
            writer.committing(connection -> {
                for (String sql : List.of(
                        "DELETE FROM catalogue WHERE source_id = ? AND dir_id = ANY (?)",
                        "DELETE FROM catalogue_dir WHERE source_id = ? AND dir_id = ANY (?)")) {
                    try (PreparedStatement delete = connection.prepareStatement(sql)) {
                        delete.setInt(1, source.value());
                        delete.setArray(2, connection.createArrayOf("bigint", keys));
                        delete.executeUpdate();
                    }
                }
                return writer.append(connection, List.of(), null);
            });
        }
        return displaced.size();
    }

    @Override
    public void finish(Rescan rescan) {
        update(
                "UPDATE rescan SET walk_position = NULL, covered = NULL, finished_at = clock_timestamp() WHERE rescan_id = ?",
                rescan.id());
        reading(() -> {
            NotificationKind.PROGRESS.publish(jdbc);
            return jdbc.sql("""
                            DELETE FROM rescan
                            WHERE source_id = :source AND finished_at < now() - interval '30 days'
                            """).param("source", source.value()).update();
        });
    }

    private void update(String sql, long rescan) {
        writer.committing(connection -> {
            try (PreparedStatement update = connection.prepareStatement(sql)) {
                update.setLong(1, rescan);
                update.executeUpdate();
            }
            return writer.append(connection, List.of(), null);
        });
    }

    private <T extends @Nullable Object> T reading(Supplier<T> query) {
        return transactions.inTransaction(query);
    }

    private static Rescan rescan(ResultSet row, int number) throws SQLException {
        return new Rescan(
                row.getLong("rescan_id"),
                RelativePath.parse(row.getString("path")),
                RescanReason.valueOf(row.getString("reason")),
                row.getLong("since_seq"),
                pathOrNull(row, "walk_position"),
                pathOrNull(row, "covered"));
    }

    private static @Nullable RelativePath pathOrNull(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? null : RelativePath.parse(text);
    }

    private static CatalogueEntry entry(ResultSet row, int number) throws SQLException {
        String where = row.getString("directory");
        boolean displaced = where.startsWith("/");
        RelativePath directory = RelativePath.parse(displaced ? where.substring(where.indexOf('/', 1) + 1) : where);
        String name = row.getString("name");
        return new CatalogueEntry(
                row.getLong("dir_id"),
                name.isEmpty() ? directory : directory.child(TextForm.decode(name)),
                new FileState(
                        FileType.ofCode(row.getString("type").charAt(0)),
                        row.getLong("size"),
                        row.getLong("mtime_nanos"),
                        row.getLong("ctime_nanos"),
                        row.getInt("mode"),
                        row.getInt("uid"),
                        row.getInt("gid"),
                        1,
                        new FileIdentity(row.getLong("file_system"), row.getLong("inode"), row.getLong("birth_nanos")),
                        row.getString("link_target")),
                row.getBoolean("racy"),
                row.getBoolean("gone"),
                displaced);
    }
}
