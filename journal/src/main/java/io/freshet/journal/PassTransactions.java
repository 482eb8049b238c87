package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Transactions that only the newest pass of clearing away can commit, and that give up rather than stand in anybody's way:
 * whoever wants a table waits behind a lock that is waited for.
 */
final class PassTransactions {
    /** PostgreSQL's lock_not_available, which Spring does not know. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final JdbcClient jdbc;
    private final Transactions transactions;

    PassTransactions(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    /**
     * Runs {@code work} in a transaction of the pass.
     *
     * @throws FreshetException with {@code STOPPED} when the thread is asked to end, {@code LEASE_LOST} after another pass has begun
     * @throws org.springframework.dao.PessimisticLockingFailureException if somebody else has what it wants to lock
     */
    <T extends @Nullable Object> T run(RetentionPass pass, Supplier<T> work) {
        if (Thread.currentThread().isInterrupted()) {
            throw new FreshetException(ErrorCode.STOPPED, "clearing away was stopped; it goes on at the next start");
        }
        try {
            return inTransaction(pass, work);
        } catch (DataAccessException e) {
            throw Transactions.sqlState(e).equals(LOCK_NOT_AVAILABLE)
                    ? new CannotAcquireLockException("somebody else has it locked", e)
                    : e;
        }
    }

    private <T extends @Nullable Object> T inTransaction(RetentionPass pass, Supplier<T> work) {
        return transactions.inTransaction(() -> {
            jdbc.sql("SELECT set_config('lock_timeout', '400ms', true), set_config('statement_timeout', '9s', true)")
                    .query((row, number) -> 0)
                    .list();
            int rows = jdbc.sql("UPDATE retention SET touched_at = clock_timestamp() WHERE pass = :pass")
                    .param("pass", pass.number())
                    .update();
            if (rows == 0) {
                throw new FreshetException(
                        ErrorCode.LEASE_LOST,
                        "another node clears away by now, in a later pass than " + pass.number() + "; this one ends");
            }
            return work.get();
        });
    }

    /**
     * Drops the partitions that were detached, each in a transaction of its own: dropping takes a while where there is much, and
     * nobody is to wait for that.
     *
     * @param names a regular expression of the names of such partitions
     */
    void dropDetached(RetentionPass pass, String names) {
        List<String> detached = jdbc.sql("""
                        SELECT relname FROM pg_class
                        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT relispartition
                          AND relname ~ ('^' || :names || '$')
                        """)
                .param("names", names)
                .query((row, number) -> row.getString("relname"))
                .list();
        for (String name : detached) {
            run(pass, () -> jdbc.sql("DROP TABLE " + name).update());
        }
    }
}
