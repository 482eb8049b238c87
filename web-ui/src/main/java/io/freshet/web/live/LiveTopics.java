package io.freshet.web.live;

import io.freshet.journal.NotificationKind;
import io.freshet.journal.Notifications;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/**
 * Finds out which topics have changed, once for all open pages, and tells those that show them.
 *
 * <p>Looks when a part of Freshet reports something, four times a second at most, and once a second in any case; only at
 * topics that an open page shows, and not at all while there is none. Every change has a number that grows for ever, so
 * that a page which was away can say what it has seen.
 */
final class LiveTopics implements SmartLifecycle, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveTopics.class);
    private static final long SHORTEST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 1000;
    private static final long BEAT_MILLIS = 15_000;
    private static final int SENDERS = 4;

    private final ToIntFunction<String> fingerprint;
    private final List<Notifications.Subscription> subscriptions = new ArrayList<>();
    private final List<Client> clients = new CopyOnWriteArrayList<>();
    private final Map<String, Version> versions = new ConcurrentHashMap<>();
    private final Semaphore reports = new Semaphore(0);
    /** Begins at the clock, so that numbers of an earlier process are all smaller. */
    private final AtomicLong sequence = new AtomicLong(System.currentTimeMillis() * 1000);

    private final ExecutorService senders = Executors.newFixedThreadPool(SENDERS, LiveTopics::daemon);
    private final Thread thread = daemon(this::run);
    private volatile boolean closed;

    LiveTopics(ToIntFunction<String> fingerprint, Notifications notifications) {
        this.fingerprint = fingerprint;
        for (NotificationKind kind : NotificationKind.values()) {
            subscriptions.add(notifications.subscribe(kind, reports::release));
        }
        thread.start();
    }

    /** Returns the number of the last change; a page carries the one it was made at. */
    long sequence() {
        return sequence.get();
    }

    /**
     * Adds a page.
     *
     * @param after the last change it has seen; it is told at once what it may have missed
     */
    void add(Client client, long after) {
        clients.add(client);
        if (closed) {
            client.end();
            return;
        }
        List<String> missed = client.topics().stream()
                .filter(topic -> {
                    Version version = versions.get(topic);
                    return version == null || version.since > after;
                })
                .toList();
        client.beat();
        if (!missed.isEmpty()) {
            client.stale(sequence(), Set.copyOf(missed));
        }
        reports.release();
    }

    void remove(Client client) {
        clients.remove(client);
    }

    private void run() {
        long lastBeat = System.nanoTime();
        while (!closed) {
            try {
                reports.tryAcquire(LONGEST_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                reports.drainPermits();
                look();
                if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastBeat) >= BEAT_MILLIS) {
                    lastBeat = System.nanoTime();
                    clients.forEach(client -> send(client::beat));
                }
                TimeUnit.MILLISECONDS.sleep(SHORTEST_PAUSE_MILLIS); // at most four updates a second
            } catch (InterruptedException e) {
                return; // closed
            } catch (DataAccessException e) {
                LOG.debug("Open pages are not told what is new: the database does not answer", e);
            } catch (RuntimeException e) {
                LOG.error("Finding out what is new for open pages failed", e);
            }
        }
    }

    private void look() {
        Set<String> shown = ConcurrentHashMap.newKeySet();
        clients.forEach(client -> shown.addAll(client.topics()));
        versions.keySet().retainAll(shown);
        Set<String> changed = ConcurrentHashMap.newKeySet();
        for (String topic : shown) {
            int now = fingerprint.applyAsInt(topic);
            Version before = versions.get(topic);
            if (before == null || before.fingerprint != now) {
                versions.put(topic, new Version(now, before == null ? sequence.get() : sequence.incrementAndGet()));
                if (before != null) {
                    changed.add(topic);
                }
            }
        }
        if (!changed.isEmpty()) {
            long number = sequence.get();
            clients.forEach(client -> send(() -> client.stale(number, changed)));
        }
    }

    /** A page on a slow line must not hold up the others. */
    private void send(Runnable message) {
        senders.execute(message);
    }

    private static Thread daemon(Runnable task) {
        Thread made = new Thread(task, "live pages");
        made.setDaemon(true);
        return made;
    }

    @Override
    public void start() {
        // Works from its construction on.
    }

    @Override
    public void stop() {
        close();
    }

    @Override
    public boolean isRunning() {
        return !closed;
    }

    /** The last to start and the first to stop: the web server waits for every page that is still being told something. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void close() {
        closed = true;
        subscriptions.forEach(Notifications.Subscription::close);
        thread.interrupt();
        senders.shutdownNow();
        clients.forEach(Client::end);
    }

    /** What a topic looked like, since which change. */
    private record Version(int fingerprint, long since) {}

    /** An open page. */
    interface Client {
        Set<String> topics();

        /** Tells those of {@code changed} that it shows. */
        void stale(long sequence, Set<String> changed);

        /** Tells that the line is alive. */
        void beat();

        void end();
    }
}
