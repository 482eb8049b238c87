package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Appends changes by COPY, numbered in the transaction that writes them. Safe for the thread that feeds the journal and the
 * one that rescans: the row of the source puts their transactions in order. Each takes it last, behind the catalogue and the
 * rescans, so that neither waits for the other in a circle, and holds it while it writes the changes only.
 */
final class JournalWriter implements ChangeWriter {
    private static final int CHANGES_PER_PARTITION_BITS = 20;

    private record Numbers(long last, Instant now) {}

    private final DataSource dataSource;
    private final JdbcTemplate jdbc;
    private final Transactions transactions;
    private final SourceId source;
    private final long epoch;
    private final AtomicLong head;
    private long partition = -1;

    JournalWriter(DataSource dataSource, SourceId source, long epoch, long head) {
        this.dataSource = dataSource;
        this.jdbc = new JdbcTemplate(dataSource);
        this.transactions = new Transactions(dataSource);
        this.source = source;
        this.epoch = epoch;
        this.head = new AtomicLong(head);
    }

    @Override
    public long head() {
        return head.get();
    }

    @Override
    public Catalogue catalogue() {
        return new SourceCatalogue(dataSource, source, this);
    }

    @Override
    public long append(List<Change> changes, List<RescanOrder> rescans) {
        if (changes.isEmpty() && rescans.isEmpty()) {
            throw new IllegalArgumentException("there is neither a change nor a rescan to append");
        }
        return committing(connection -> {
            if (!rescans.isEmpty()) {
                lockComing(connection);
            }
            Numbers numbers = take(connection, changes.size() + rescans.size());
            long first = numbers.last - changes.size() - rescans.size() + 1;
            copy(connection, changes, first, null, numbers.now);
            open(connection, rescans, first + changes.size(), numbers.now);
            return numbers.last;
        });
    }

    /** Runs work that ends with taking numbers, all of it again when PostgreSQL asks for that, and remembers the last one. */
    long committing(ConnectionCallback<Long> work) {
        try {
            preparePartition();
            long last = transactions.inTransaction(() -> jdbc.execute(work));
            return head.accumulateAndGet(last, Math::max);
        } catch (DataAccessException e) {
            throw Transactions.refused(e);
        }
    }

    /**
     * Appends what a rescan found, in the transaction that also changes the catalogue. To be the last thing in it: from here
     * on nobody else can append. Without changes it only makes sure that no other watcher has taken over.
     *
     * @return the last number given out
     */
    long append(Connection connection, List<Change> found, @Nullable Long sinceSeq) throws SQLException {
        Numbers numbers = take(connection, found.size());
        copy(connection, found, numbers.last - found.size() + 1, sinceSeq, numbers.now);
        return numbers.last;
    }

    private Numbers take(Connection connection, int count) throws SQLException {
        // Without numbers the row is locked and not written.
        String sql = count == 0 ? """
                SELECT head, clock_timestamp() FROM source
                WHERE ?::int = 0 AND source_id = ? AND writer_epoch = ? FOR NO KEY UPDATE
                """ : """
                UPDATE source SET head = head + ? WHERE source_id = ? AND writer_epoch = ?
                RETURNING head, clock_timestamp(), pg_notify('freshet', 'change')
                """;
        try (PreparedStatement numbers = connection.prepareStatement(sql)) {
            numbers.setInt(1, count);
            numbers.setInt(2, source.value());
            numbers.setLong(3, epoch);
            try (ResultSet row = numbers.executeQuery()) {
                if (!row.next()) {
                    throw superseded();
                }
                if (row.getLong(1) - count < head.get()) {
                    throw wentBack();
                }
                return new Numbers(row.getLong(1), row.getTimestamp(2).toInstant());
            }
        }
    }

    private void copy(Connection connection, List<Change> changes, long first, @Nullable Long sinceSeq, Instant now)
            throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        try (CopyRows rows = new CopyRows(connection, """
                COPY change (source_id, seq, path, kind, moved_from, writing, detector, observed_at, since_seq) FROM STDIN
                """)) {
            long seq = first;
            for (Change change : changes) {
                rows.add(source.value())
                        .add(seq++)
                        .add(change.path())
                        .add(change.kind())
                        .add(change.movedFrom())
                        .add(change.writing())
                        .add(change.detector())
                        .add(now.minus(change.age()).truncatedTo(ChronoUnit.MICROS))
                        .add(sinceSeq)
                        .endRow();
            }
            rows.end();
        }
    }

    /** Lets a rescan begin either before, so that it is not counted on, or after what is appended in this transaction. */
    private void lockComing(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("""
                SELECT rescan_id FROM rescan WHERE source_id = ? AND finished_at IS NULL AND begun_at IS NULL
                ORDER BY rescan_id FOR UPDATE
                """)) {
            lock.setInt(1, source.value());
            lock.execute();
        }
    }

    private void open(Connection connection, List<RescanOrder> rescans, long first, Instant now) throws SQLException {
        long seq = first;
        for (RescanOrder order : rescans) {
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO rescan (source_id, path, reason, since_seq, opened_at)
                    SELECT ?, ?, ?::rescan_reason, ?, ?::timestamptz WHERE NOT EXISTS (
                        SELECT FROM rescan
                        WHERE source_id = ? AND finished_at IS NULL AND begun_at IS NULL AND is_ancestor(path, ?)
                          AND (reason <> 'SCHEDULE' OR ? = 'SCHEDULE'))
                    """)) {
                insert.setInt(1, source.value());
                insert.setString(2, order.path().toString());
                insert.setString(3, order.reason().name());
                insert.setLong(4, seq++);
                insert.setString(5, now.minus(order.age()).toString());
                insert.setInt(6, source.value());
                insert.setString(7, order.path().toString());
                insert.setString(8, order.reason().name());
                insert.executeUpdate();
            }
        }
    }

    private synchronized void preparePartition() {
        long wanted = head.get() >> CHANGES_PER_PARTITION_BITS;
        if (wanted == partition) {
            return;
        }
        transactions.inTransaction(() -> jdbc.query(
                "SELECT create_change_partitions(?, ?)", (row, number) -> 0, source.value(), head.get() + 1));
        partition = wanted;
    }

    @Override
    public void observed(Duration age) {
        int rows;
        try {
            rows = transactions.inTransaction(
                    () -> jdbc.update("""
                    UPDATE source SET observed_at = clock_timestamp() - ? * interval '1 microsecond'
                    WHERE source_id = ? AND writer_epoch = ? AND head >= ?
                    """, age.toNanos() / 1000, source.value(), epoch, head.get()));
        } catch (DataAccessException e) {
            throw Transactions.refused(e);
        }
        if (rows == 0) {
            throw superseded();
        }
    }

    private FreshetException superseded() {
        return new FreshetException(
                ErrorCode.LEASE_LOST,
                "another watcher has taken over source " + source.value() + " (our writer epoch was " + epoch
                        + "), or the database went back to an earlier state; this one stops");
    }

    /** Rule 5: what was journaled is not there any more. Whoever watches next compares the whole source with the catalogue. */
    private FreshetException wentBack() {
        return new FreshetException(
                ErrorCode.LEASE_LOST,
                "the database knows less of source " + source.value() + " than was written to it (change " + head.get()
                        + "): it was restored, or failed over to a server that lagged; this watcher stops, the next one compares"
                        + " everything");
    }
}
