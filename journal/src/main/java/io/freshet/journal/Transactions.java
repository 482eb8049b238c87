package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Whole transactions at READ COMMITTED, repeated when PostgreSQL asks for it, with the database's absence told apart from
 * every other error.
 */
final class Transactions {
    private static final int TRIES = 5;
    /** PostgreSQL's serialization_failure and deadlock_detected. */
    private static final Set<String> REPEATABLE = Set.of("40001", "40P01");

    private final TransactionTemplate template;

    Transactions(DataSource dataSource) {
        template = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        template.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
    }

    /** Runs {@code work} in a transaction of its own and returns what it returns. */
    <T extends @Nullable Object> T inTransaction(Supplier<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return template.execute(status -> work.get());
            } catch (DataAccessException | TransactionException e) {
                String state = sqlState(e);
                if (tries < TRIES && REPEATABLE.contains(state)) {
                    continue;
                }
                if (isUnavailable(state)) {
                    throw unavailable(e);
                }
                throw e;
            }
        }
    }

    /** Runs {@code work} in a transaction that only the owner of the lease can commit. */
    <T extends @Nullable Object> T underLease(JdbcClient jdbc, Lease lease, Supplier<T> work) {
        return inTransaction(() -> {
            requireLease(jdbc, lease);
            return work.get();
        });
    }

    private static void requireLease(JdbcClient jdbc, Lease lease) {
        boolean ours = jdbc.sql("""
                        SELECT true FROM lease WHERE target_id = :target AND node = :node AND epoch = :epoch FOR SHARE
                        """)
                .param("target", lease.target().value())
                .param("node", lease.node())
                .param("epoch", lease.epoch())
                .query(Boolean.class)
                .optional()
                .isPresent();
        if (!ours) {
            throw new FreshetException(
                    ErrorCode.LEASE_LOST,
                    "the lease of epoch " + lease.epoch() + " on target "
                            + lease.target().value() + " has passed to another owner; nothing was recorded");
        }
    }

    /** Says what the database made of a transaction although it did answer. */
    static FreshetException refused(DataAccessException cause) {
        String state = sqlState(cause);
        // data exceptions, violated constraints, and limits such as that of an index row
        boolean forItsData = state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
        String said = NestedExceptionUtils.getMostSpecificCause(cause).getMessage();
        return forItsData
                ? new FreshetException(
                        ErrorCode.DATABASE_REFUSED, "the database cannot hold what it was given (" + said + ")", cause)
                : new FreshetException(
                        ErrorCode.DATABASE_UNAVAILABLE,
                        "the database broke a transaction off (" + said + "); it is tried again",
                        cause);
    }

    private static FreshetException unavailable(Exception cause) {
        return new FreshetException(
                ErrorCode.DATABASE_UNAVAILABLE,
                "the database does not answer ("
                        + NestedExceptionUtils.getMostSpecificCause(cause).getMessage()
                        + "); work goes on when it is back",
                cause);
    }

    private static boolean isUnavailable(String state) {
        // connection exceptions, insufficient resources, operator intervention, a session that stood still in a
        // transaction
        // and was ended, and the pool's time-out without a state
        return state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.equals("25P03")
                || state.isEmpty();
    }

    static String sqlState(Exception e) {
        Throwable cause = e;
        while (cause != null) {
            if (cause instanceof SQLException sql) {
                return sql.getSQLState() == null ? "" : sql.getSQLState();
            }
            cause = cause.getCause();
        }
        return "none";
    }
}
