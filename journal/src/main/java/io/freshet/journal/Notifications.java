package io.freshet.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wake-up calls that Freshet's parts send each other through PostgreSQL's {@code LISTEN} and {@code NOTIFY}.
 *
 * <p>Holds one connection of the data source from {@link #start()} to {@link #close()}, on a daemon thread of its own. A
 * notification is a hint to look: it carries no data, and several may arrive as one. After the connection broke, and once
 * at the start, every listener is called, for something may have been missed. A listener that must not miss anything still
 * polls now and then.
 */
public final class Notifications implements AutoCloseable {
    /** The channel that all parts use. */
    public static final String CHANNEL = "freshet";

    private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);
    private static final Duration CHECK_CONNECTION_AFTER = Duration.ofSeconds(10);
    /** How long one read blocks, and so the longest that closing takes; aborting the read would break the connection. */
    private static final Duration READ = Duration.ofMillis(250);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final DataSource dataSource;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "notifications");

    public Notifications(DataSource dataSource) {
        this.dataSource = dataSource;
        thread.setDaemon(true);
    }

    /** Begins to listen; to be called once. Returns before the connection is made. */
    public void start() {
        thread.start();
    }

    /**
     * Calls {@code action} after every notification of this kind, on the listening thread: it must be brief, a longer one
     * hands over to a thread of its own. Whatever it throws is logged.
     */
    public Subscription subscribe(NotificationKind kind, Runnable action) {
        Listener listener = new Listener(kind, action);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Ends listening and gives the connection back; no listener is called after it has returned. */
    @Override
    public void close() {
        closed.countDown();
        if (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!isClosed()) {
            try (Connection held = dataSource.getConnection()) {
                if (!isClosed()) {
                    execute(held, "LISTEN " + CHANNEL);
                    pause = FIRST_PAUSE;
                    dispatch(EnumSet.allOf(NotificationKind.class));
                    receive(held);
                    execute(held, "UNLISTEN " + CHANNEL); // whoever gets the connection next has not asked for any
                }
            } catch (SQLException e) {
                if (!isClosed()) {
                    LOG.warn(
                            "Not listening for notifications, trying again in {} ms: {}",
                            pause.toMillis(),
                            e.getMessage());
                }
            }
            if (waitUnlessClosed(pause)) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private static void execute(Connection held, String sql) throws SQLException {
        held.setAutoCommit(true);
        try (Statement statement = held.createStatement()) {
            statement.execute(sql);
        }
    }

    private void receive(Connection held) throws SQLException {
        PGConnection postgres = held.unwrap(PGConnection.class);
        long lastSign = System.nanoTime();
        while (!isClosed()) {
            PGNotification[] received = postgres.getNotifications((int) READ.toMillis());
            if (received == null || received.length == 0) {
                if (System.nanoTime() - lastSign > CHECK_CONNECTION_AFTER.toNanos()) {
                    if (!held.isValid((int) CHECK_CONNECTION_AFTER.toSeconds())) {
                        throw new SQLException("the connection does not answer any more");
                    }
                    lastSign = System.nanoTime();
                }
                continue;
            }
            lastSign = System.nanoTime();
            Set<NotificationKind> kinds = EnumSet.noneOf(NotificationKind.class);
            for (PGNotification notification : received) {
                for (NotificationKind kind : NotificationKind.values()) {
                    if (kind.payload().equals(notification.getParameter().toLowerCase(Locale.ROOT))) {
                        kinds.add(kind);
                    }
                }
            }
            dispatch(kinds);
        }
    }

    private void dispatch(Set<NotificationKind> kinds) {
        for (Listener listener : listeners) {
            if (kinds.contains(listener.kind) && !isClosed()) {
                try {
                    listener.action.run();
                } catch (RuntimeException e) {
                    LOG.error("A listener for {} failed", listener.kind.payload(), e);
                }
            }
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private boolean waitUnlessClosed(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true; // nobody interrupts this thread but to end it
        }
    }

    /** A listener's registration; closing it ends the calls. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private record Listener(NotificationKind kind, Runnable action) {}
}
