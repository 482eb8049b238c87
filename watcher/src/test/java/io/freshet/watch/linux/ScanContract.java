package io.freshet.watch.linux;

import io.freshet.database.TestDatabase;
import io.freshet.journal.Change;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.ChangeWriter;
import io.freshet.journal.Detector;
import io.freshet.journal.Journal;
import io.freshet.journal.Registry;
import io.freshet.journal.SourceId;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import io.freshet.watch.Tier;
import io.freshet.watch.WatcherOptions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The tier without events: what its barrier opens is a comparison with the catalogue, so that the journal is a real one, with
 * a source of its own for each test, and everything is in it when that comparison has ended.
 */
abstract class ScanContract extends WatcherContract {
    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    private SourceId id;
    private ChangeWriter writer;

    @Override
    Tier tier() {
        return Tier.SCAN;
    }

    /** The watcher looks often whether its root is still there, for no event tells of it. */
    @Override
    WatcherOptions options() {
        return super.options().withTimes(Duration.ofMillis(100), Duration.ofSeconds(60), Duration.ofMinutes(5));
    }

    @Override
    ChangeWriter journal() {
        id = new Registry(database.dataSource()).registerSource(source.toString(), source.toString());
        writer = new Journal(database.dataSource()).openWriter(id);
        return writer;
    }

    @Override
    List<Change> between(long after, long upTo) {
        return database.jdbcClient()
                .sql("""
                        SELECT path, kind, moved_from, writing, detector,
                               extract(epoch FROM clock_timestamp() - observed_at) * 1e9 AS age
                        FROM change WHERE source_id = :source AND seq > :after AND seq <= :to ORDER BY seq
                        """)
                .param("source", id.value())
                .param("after", after)
                .param("to", upTo)
                .query(ScanContract::change)
                .list();
    }

    private static Change change(ResultSet row, int number) throws SQLException {
        return new Change(
                RelativePath.parse(row.getString("path")),
                ChangeKind.valueOf(row.getString("kind")),
                Optional.ofNullable(row.getString("moved_from"))
                        .map(RelativePath::parse)
                        .orElse(null),
                row.getBoolean("writing"),
                Detector.valueOf(row.getString("detector")),
                Duration.ofNanos(row.getLong("age")));
    }

    /** What changed before the call gets an older time than whatever changes during the look, which is told of twice. */
    @Override
    long observed() throws Exception {
        OwnDirectory clock = OwnDirectory.at(tree.root());
        long now = clock.time();
        soon().until(() -> clock.time() > now);
        barrier();
        soon().until(() -> rescansToDo() == 0);
        return writer.head();
    }

    private static ConditionFactory soon() {
        return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    private long rescansToDo() {
        return database.jdbcClient()
                .sql("SELECT count(*) FROM rescan WHERE source_id = :source AND finished_at IS NULL")
                .param("source", id.value())
                .query(Long.class)
                .single();
    }
}
