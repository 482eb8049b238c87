package io.freshet.journal;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who may serve which target, by the database's clock. Thread-safe. */
public final class Leases {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SECONDS = "extract(epoch FROM clock_timestamp())::bigint";

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public Leases(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /**
     * Takes the lease of a target if nobody holds it, it ran out, or an earlier process of this node held it; with a new
     * epoch, so that whatever that process still has under way is fenced off. Epochs count the seconds of the database's clock,
     * or one more than the last where that is more: a database that was restored from yesterday gives none twice, and the gates
     * that targets have from today are older than its next (rule 5).
     *
     * @param node who asks; only one process with this name may live at a time
     */
    public Optional<Lease> acquire(TargetId target, String node, Duration timeToLive) {
        String nonce = new BigInteger(128, RANDOM).toString(36);
        return transactions.inTransaction(() -> jdbc.sql("""
                        INSERT INTO lease AS held (target_id, node, epoch, nonce, expires_at)
                        VALUES (:target, :node, %1$s, :nonce, clock_timestamp() + :millis * interval '1 millisecond')
                        ON CONFLICT (target_id) DO UPDATE
                        SET node = excluded.node, epoch = greatest(held.epoch + 1, %1$s), nonce = excluded.nonce,
                            expires_at = excluded.expires_at
                        WHERE held.node = excluded.node OR held.expires_at < clock_timestamp()
                        RETURNING epoch
                        """.formatted(SECONDS))
                .param("target", target.value())
                .param("node", node)
                .param("nonce", nonce)
                .param("millis", timeToLive.toMillis())
                .query(Long.class)
                .optional()
                .map(epoch -> new Lease(target, node, epoch, nonce)));
    }

    /** Prolongs a lease; false means that it has passed to another owner. */
    public boolean renew(Lease lease, Duration timeToLive) {
        return transactions.inTransaction(() -> jdbc.sql("""
                        UPDATE lease SET expires_at = clock_timestamp() + :millis * interval '1 millisecond'
                        WHERE target_id = :target AND node = :node AND epoch = :epoch
                        """)
                        .param("millis", timeToLive.toMillis())
                        .param("target", lease.target().value())
                        .param("node", lease.node())
                        .param("epoch", lease.epoch())
                        .update()
                == 1);
    }

    /** Gives a lease back, so that another node need not wait for it to run out. */
    public void release(Lease lease) {
        transactions.inTransaction(() -> jdbc.sql("""
                        UPDATE lease SET expires_at = clock_timestamp()
                        WHERE target_id = :target AND node = :node AND epoch = :epoch
                        """)
                .param("target", lease.target().value())
                .param("node", lease.node())
                .param("epoch", lease.epoch())
                .update());
    }
}
