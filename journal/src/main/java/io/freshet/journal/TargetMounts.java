package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What was mounted below a source when a target was filled from it. Thread-safe; written under the target's lease. */
public final class TargetMounts {
    /** A file system, or a directory of one, as its id and the inode of what is mounted tell it. */
    public record Mounted(long fileSystem, long inode) {}

    /**
     * What is known of a target's source.
     *
     * @param mounts what was mounted where
     * @param held whether a hold for a missing mount is open, or approved and not yet without an object
     */
    public record Known(Map<RelativePath, Mounted> mounts, boolean held) {}

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public TargetMounts(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Returns the mount points that were there, what was mounted, and whether something is held because of them. */
    public Known known(TargetId target) {
        Map<RelativePath, Mounted> mounts = new HashMap<>();
        AtomicBoolean held = new AtomicBoolean();
        jdbc.sql("""
                        SELECT path, file_system, inode,
                               EXISTS (SELECT FROM hold WHERE target_id = :target AND reason = 'MOUNT_MISSING'
                                         AND state IN ('OPEN', 'APPROVED')) AS held
                        FROM target_mount WHERE target_id = :target
                        """).param("target", target.value()).query(row -> {
            mounts.put(
                    RelativePath.parse(row.getString("path")),
                    new Mounted(row.getLong("file_system"), row.getLong("inode")));
            held.set(row.getBoolean("held"));
        });
        return new Known(mounts, held.get());
    }

    /** Takes note of mount points; those that are {@code gone} are forgotten. */
    public void remember(Lease lease, Map<RelativePath, Mounted> mounts, Collection<RelativePath> gone) {
        if (mounts.isEmpty() && gone.isEmpty()) {
            return;
        }
        transactions.underLease(jdbc, lease, () -> {
            jdbc.sql("""
                            DELETE FROM target_mount m USING unnest(:paths::text[]) AS gone (path)
                            WHERE m.target_id = :target AND m.path_key = path_key(gone.path)
                            """)
                    .param("paths", Columns.text(gone, path -> path))
                    .param("target", lease.target().value())
                    .update();
            return jdbc.sql("""
                            INSERT INTO target_mount (target_id, path, file_system, inode)
                            SELECT :target, path, file_system, inode
                            FROM unnest(:paths::text[], :fileSystems::bigint[], :inodes::bigint[])
                                 AS m (path, file_system, inode)
                            ORDER BY path_key(path)
                            ON CONFLICT (target_id, path_key) DO UPDATE SET file_system = excluded.file_system,
                                inode = excluded.inode
                            """)
                    .param("paths", Columns.text(mounts.keySet(), path -> path))
                    .param("fileSystems", Columns.number(mounts.values(), Mounted::fileSystem))
                    .param("inodes", Columns.number(mounts.values(), Mounted::inode))
                    .param("target", lease.target().value())
                    .update();
        });
    }
}
