package io.freshet.app.server;

import io.freshet.app.config.FreshetConfiguration;
import io.freshet.app.config.PolicyDocument;
import io.freshet.journal.Journal;
import io.freshet.journal.Notifications;
import io.freshet.journal.PolicyBook;
import io.freshet.journal.Registry;
import io.freshet.journal.SourceId;
import io.freshet.journal.WatcherLeases;
import io.freshet.journal.WatcherRecords;
import io.freshet.run.Registration;
import io.freshet.run.SourceDefinition;
import io.freshet.watch.linux.LinuxEventReaders;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running Freshet: its data directory, database, watchers, runs and web server, as far as its roles go.
 *
 * <p>When {@link #start} returns, changes are being seen, runs can deliver and the web server answers. {@link #close} stops
 * everything in the reverse order, in bounded time, so that nothing is lost or left half done.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private @Nullable URI url;
    private boolean closed;

    private Server() {}

    /**
     * Starts a server.
     *
     * @throws RuntimeException with a message for the person who started it; whatever had been started is stopped again
     */
    public static Server start(FreshetConfiguration configuration, Set<Role> roles) {
        Server server = new Server();
        try {
            server.startParts(configuration, EnumSet.copyOf(roles));
            return server;
        } catch (RuntimeException failure) {
            server.close();
            throw failure;
        }
    }

    /** The database and the watchers are started beside everything else, which only waits where it needs them. */
    private void startParts(FreshetConfiguration configuration, Set<Role> roles) {
        DataDirectory directory = openDirectory(configuration);
        LOG.info("event=start version={} config={} roles={}", Version.text(), configuration.file(), roles);
        String node = directory.nodeId();
        Clock clock = Clock.systemUTC();
        CompletableFuture<Databases> database =
                CompletableFuture.supplyAsync(() -> Databases.open(configuration, directory.files()), Server::beside);
        started(() -> closeIfOpened(database));
        DataSource dataSource = new AwaitedDataSource(database);
        Notifications notifications = started(new Notifications(dataSource));
        SourceWatchers watchers = started(new SourceWatchers(
                new Journal(dataSource),
                new WatcherLeases(dataSource),
                new WatcherRecords(dataSource),
                notifications,
                new LinuxEventReaders(),
                node,
                configuration.lease(),
                clock));
        CompletableFuture<Void> watching = database.thenAccept(opened -> {
            notifications.start();
            Registration registration = Registration.of(
                    configuration.sources(),
                    new Registry(dataSource),
                    new PolicyBook(dataSource),
                    new PolicyDocument());
            if (roles.contains(Role.WATCH)) {
                Map<SourceId, SourceDefinition> sources = new LinkedHashMap<>();
                registration.sources().forEach((source, id) -> sources.put(id, source));
                watchers.start(sources);
            }
        });
        try {
            BootContext context = started(BootContext.start(
                    new Parts(configuration, directory, node, dataSource, notifications, watchers, roles, clock),
                    roles));
            watching.join();
            context.meter(database.join().dataSource());
            tellWhere(context, directory);
        } catch (RuntimeException failure) {
            throw cause(watching, failure);
        }
        LOG.info("event=ready node={} url={}", node, url);
    }

    private DataDirectory openDirectory(FreshetConfiguration configuration) {
        LogConfigurator.write(configuration.logFormat());
        DataDirectory directory = started(DataDirectory.open(configuration.dataDirectory()));
        LogConfigurator.addFile(directory.files().logs(), configuration.logFormat());
        return directory;
    }

    private void tellWhere(BootContext context, DataDirectory directory) {
        URI address = context.url().orElse(null);
        if (address != null) {
            context.openDoors(directory);
            directory.write(directory.files().serverUrl(), address.toString());
        }
        url = address;
    }

    private static void beside(Runnable work) {
        new Thread(work, "start").start();
    }

    private static void closeIfOpened(CompletableFuture<Databases> database) {
        if (!database.isCompletedExceptionally()) {
            database.join().close();
        }
    }

    /** What failed beside the rest is why the rest failed. Nothing is closed while it is still being started. */
    private static RuntimeException cause(CompletableFuture<Void> watching, RuntimeException failure) {
        try {
            watching.join();
            return failure;
        } catch (CompletionException first) {
            return first.getCause() instanceof RuntimeException why ? why : first;
        }
    }

    private <T extends AutoCloseable> T started(T part) {
        started.push(part);
        return part;
    }

    /** Returns where the pages are; empty if this server has no {@link Role#WEB}. */
    public Optional<URI> url() {
        return Optional.ofNullable(url);
    }

    /** Stops everything; a part that does not stop well is told of and does not keep the others from it. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        LOG.info("event=stop");
        while (!started.isEmpty()) {
            AutoCloseable part = started.pop();
            try {
                part.close();
            } catch (Exception failure) {
                LOG.error("event=stop-failed part={}", part.getClass().getSimpleName(), failure);
            }
        }
        LOG.info("event=stopped");
    }
}
