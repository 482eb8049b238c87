package io.freshet.run;

import io.freshet.journal.Lane;
import io.freshet.journal.NotificationKind;
import io.freshet.journal.Notifications;
import io.freshet.journal.TargetId;
import io.freshet.policy.Policies;
import io.freshet.policy.Policies.Versioned;
import io.freshet.schedule.LaneSchedule;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Everything that serves targets in this process, from registration to orderly shutdown.
 *
 * <p>Its threads: one dispatches, one keeps leases, one keeps limits and tells progress, one records completed
 * checkpoints, one clears away what is kept no longer; the lanes' threads belong to the schedule. Stopping asks every run to stop at its next block, waits a bounded time, and gives the leases back.
 */
final class RunEngine implements SmartLifecycle, RunThreads {
    private static final Logger LOG = LoggerFactory.getLogger(RunEngine.class);
    private static final Duration DISPATCH = Duration.ofMillis(500);
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(20);

    private final RunSettings settings;
    private final Stores stores;
    private final RunLauncher launcher;
    private final Dispatcher dispatcher;
    private final LeaseKeeper leases;
    private final LaneSchedule schedule;
    private final CronFirings firings;
    private final RetentionKeeper retention;
    private final Notifications notifications;
    private final Connections connections;
    private final DatabaseRoom room;
    private final Clock clock;
    private final List<ServedTarget> targets = new ArrayList<>();
    private final List<Notifications.Subscription> subscriptions = new ArrayList<>();
    private final Semaphore signal = new Semaphore(0);
    private volatile boolean asked;
    private volatile boolean running;
    private final List<Future<?>> kept = new CopyOnWriteArrayList<>();
    private volatile @Nullable Thread thread;
    private @Nullable ScheduledExecutorService keeper;
    private @Nullable ScheduledExecutorService pacer;
    private @Nullable ScheduledExecutorService recorder;
    private @Nullable ScheduledExecutorService clearer;
    private @Nullable ScheduledExecutorService looker;

    RunEngine(
            RunSettings settings,
            Stores stores,
            RunLauncher launcher,
            Dispatcher dispatcher,
            LaneSchedule schedule,
            CronFirings firings,
            RetentionKeeper retention,
            Notifications notifications,
            Connections connections,
            DatabaseRoom room,
            Clock clock) {
        this.settings = settings;
        this.stores = stores;
        this.launcher = launcher;
        this.dispatcher = dispatcher;
        this.leases = new LeaseKeeper(stores.leases(), settings.node(), settings.lease());
        this.schedule = schedule;
        this.firings = firings;
        this.retention = retention;
        this.notifications = notifications;
        this.connections = connections;
        this.room = room;
        this.clock = clock;
    }

    @Override
    public synchronized void start() {
        register();
        running = true;
        subscriptions.add(notifications.subscribe(NotificationKind.CHANGE, signal::release));
        subscriptions.add(notifications.subscribe(NotificationKind.WORK, signal::release));
        subscriptions.add(notifications.subscribe(NotificationKind.REQUEST, () -> {
            asked = true;
            signal.release();
        }));
        leases.keep(targets);
        keeper = repeatedly("freshet-leases", settings.renewal(), () -> leases.keep(targets));
        LimitKeeper limits = new LimitKeeper(stores.bandwidths(), stores.registry(), targets, clock);
        limits.keep();
        ProgressKeeper progress = new ProgressKeeper(stores.progress(), launcher::underWay);
        PolicyKeeper policies =
                new PolicyKeeper(new Policies(List.of(), stores.policies(), settings.policyParser()), firings, targets);
        pacer = repeatedly("freshet-pace", PACE, () -> {
            policies.keep();
            limits.keep();
            progress.keep();
        });
        recorder = repeatedly("freshet-checkpoints", PACE, new CheckpointKeeper(stores.checkpoints(), targets)::keep);
        clearer = repeatedly("freshet-retention", Duration.ZERO, RetentionKeeper.LOOK, retention::keep);
        SpaceKeeper space =
                new SpaceKeeper(room, stores.space(), settings.space().minFree(), settings.node(), targets);
        looker = repeatedly("freshet-space", Duration.ZERO, SpaceKeeper.LOOK, space::keep);
        Thread dispatching = daemon(this::dispatch, "freshet-dispatcher");
        dispatching.start();
        thread = dispatching;
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private void register() {
        Registration registration =
                Registration.of(settings.sources(), stores.registry(), stores.policies(), settings.policyParser());
        registration.sources().forEach((source, sourceId) -> {
            Bandwidth shared = new Bandwidth();
            for (TargetDefinition target : source.targets()) {
                TargetId id = registration.targetId(target);
                Versioned policy = registration.policy(target);
                ServedTarget served = new ServedTarget(source, target, policy, sourceId, id, shared);
                served.limit(policy.policy().bytesPerSecond(), source.bytesPerSecond());
                targets.add(served);
                launcher.serve(served);
                for (Lane lane : Lane.values()) {
                    schedule.add(id, lane);
                }
                firings.follow(id, policy.policy());
            }
        });
    }

    private ScheduledExecutorService repeatedly(String name, Duration every, Runnable work) {
        return repeatedly(name, every, every, work);
    }

    private ScheduledExecutorService repeatedly(String name, Duration first, Duration every, Runnable work) {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, name));
        Runnable guarded = () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("event=not_kept thread={}", name, e);
            }
        };
        kept.add(executor.scheduleWithFixedDelay(guarded, first.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS));
        return executor;
    }

    private void dispatch() {
        while (running) {
            try {
                if (signal.tryAcquire(DISPATCH.toMillis(), TimeUnit.MILLISECONDS)) {
                    signal.drainPermits();
                }
                boolean person = asked;
                asked = false;
                dispatcher.serve(targets, person);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("event=dispatch_failed", e);
            }
        }
    }

    @Override
    public synchronized void stop() {
        if (!running) {
            return;
        }
        running = false;
        subscriptions.forEach(Notifications.Subscription::close);
        Thread dispatching = thread;
        if (dispatching != null) {
            dispatching.interrupt();
        }
        launcher.stopAll();
        awaitQuiet();
        shutDown(keeper);
        shutDown(pacer);
        shutDown(recorder);
        shutDown(clearer);
        shutDown(looker);
        leases.release(targets);
        connections.close();
    }

    private static void shutDown(@Nullable ScheduledExecutorService executor) {
        if (executor != null) {
            executor.shutdownNow();
        }
    }

    private void awaitQuiet() {
        long deadline = System.nanoTime() + LONGEST_STOP.toNanos();
        for (ServedTarget served : targets) {
            for (Lane lane : Lane.values()) {
                if (!served.awaitIdle(lane, deadline - System.nanoTime())) {
                    LOG.warn("event=lane_not_stopped target={} lane={}", served, lane);
                }
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean haveStarted() {
        return thread != null;
    }

    @Override
    public boolean areAlive() {
        Thread dispatching = thread;
        return running
                && dispatching != null
                && dispatching.isAlive()
                && kept.stream().noneMatch(Future::isDone);
    }

    /** After the database and the schedule, before the web server tells anyone that all is ready. */
    @Override
    public int getPhase() {
        return 0;
    }
}
