package io.freshet.journal;

import java.time.Instant;
import javax.sql.DataSource;

/**
 * The ways of clearing away what is kept no longer, each in short transactions that nobody waits for. Thread-safe.
 *
 * <p>Each takes a moment before which things go; which of them are needed nevertheless it knows itself. Any may
 * end early with a {@link io.freshet.failure.FreshetException}: what it has done by then stands, and is not done again.
 */
public final class Keeping {
    private final ChangePartitions changes;
    private final DeliveryPartitions deliveries;
    private final OldRecords records;
    private final BatchMetadata batch;

    public Keeping(DataSource dataSource) {
        PassTransactions transactions = new PassTransactions(dataSource);
        this.changes = new ChangePartitions(transactions);
        this.deliveries = new DeliveryPartitions(transactions);
        this.records = new OldRecords(transactions);
        this.batch = new BatchMetadata(transactions);
    }

    /** Has the months ready in which deliveries are going to come, and drops those that ended before. */
    public Cleared deliveries(RetentionPass pass, Instant before) {
        return deliveries.keep(pass, before);
    }

    /** Drops what every target has in its queue, and nobody has observed lately. */
    public Cleared changes(RetentionPass pass, Instant before) {
        return changes.trim(pass, before);
    }

    /** Deletes runs, and what hangs on them. */
    public Cleared runs(RetentionPass pass, Instant before) {
        return records.runs(pass, before);
    }

    /** Deletes the record of what people did. */
    public Cleared actions(RetentionPass pass, Instant before) {
        return records.actions(pass, before);
    }

    /** Deletes what Spring Batch keeps of runs that nobody will go on with. */
    public Cleared batchMetadata(RetentionPass pass, Instant before) {
        return batch.clear(pass, before);
    }
}
