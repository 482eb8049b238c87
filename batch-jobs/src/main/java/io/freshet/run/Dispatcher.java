package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.Agenda;
import io.freshet.journal.Lane;
import io.freshet.journal.Run;
import io.freshet.journal.RunRequest;
import io.freshet.journal.RunState;
import io.freshet.journal.Settling;
import io.freshet.journal.Shortage;
import io.freshet.journal.TargetId;
import io.freshet.policy.Policy;
import io.freshet.policy.Verify;
import io.freshet.schedule.LaneSchedule;
import io.freshet.target.Fidelity;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves new changes into each target's queue and sees to it that somebody works in every lane that has something to do.
 *
 * <p>Called by one thread whenever the journal grew, a lane was given work by the other, or a person asked for something, and
 * twice a second besides, so that a lost notification costs half a second and nothing else.
 */
final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int CHANGES_AT_ONCE = 20_000;
    /** A launch that led to nothing for so long was lost, or taken by a node that may not serve the target. */
    private static final Duration LAUNCH_PATIENCE = Duration.ofSeconds(2);

    /** How often a policy that verifies in full does so: once a day, at the first moment in a window. */
    private static final Duration BETWEEN_VERIFICATIONS = Duration.ofHours(24);

    /** By a schedule at a firing, which may be 23 hours after the last where clocks are changed, and not a second late. */
    private static final Duration BETWEEN_VERIFICATIONS_AT_FIRINGS = Duration.ofHours(22);

    private record LaneKey(TargetId target, Lane lane) {}

    /** How many items a target's queue has at most, apart from what walks found; known as long as one process plans. */
    private record Queued(long epoch, long items) {}

    private final Stores stores;
    private final RunLauncher launcher;
    private final LaneSchedule schedule;
    private final CronFirings firings;
    private final Clock clock;
    private final long largestQueue;
    private final Map<TargetId, Queued> queued = new ConcurrentHashMap<>();
    private final Map<LaneKey, Long> launches = new ConcurrentHashMap<>();
    /** The epoch of the lease under which a target's filter was compared with that of the last time. */
    private final Map<TargetId, Long> filtersFollowed = new ConcurrentHashMap<>();
    /** The epoch of the lease under which a lane was found without a run that was broken off. */
    private final Map<LaneKey, Long> noneBrokenOff = new ConcurrentHashMap<>();

    /** @param largestQueue of more items no queue is to be */
    Dispatcher(
            Stores stores,
            RunLauncher launcher,
            LaneSchedule schedule,
            CronFirings firings,
            Clock clock,
            long largestQueue) {
        this.stores = stores;
        this.launcher = launcher;
        this.schedule = schedule;
        this.firings = firings;
        this.clock = clock;
        this.largestQueue = largestQueue;
    }

    /** @param asked whether a person has just asked for something, so that failing targets are tried at once */
    void serve(Collection<ServedTarget> targets, boolean asked) {
        List<ServedTarget> ours =
                targets.stream().filter(served -> served.liveLease() != null).toList();
        if (ours.isEmpty()) {
            return;
        }
        Map<TargetId, Agenda.Entry> agenda;
        try {
            agenda = stores.agenda().of(ours.stream().map(ServedTarget::id).toList());
        } catch (FreshetException e) {
            LOG.warn("event=not_dispatched code={} message=\"{}\"", e.code(), e.getMessage());
            return;
        }
        for (ServedTarget served : ours) {
            HeldLease held = served.liveLease();
            Agenda.Entry entry = agenda.get(served.id());
            if (held != null && entry != null) {
                serve(served, held, entry, asked);
            }
        }
    }

    private void serve(ServedTarget served, HeldLease held, Agenda.Entry entry, boolean asked) {
        try {
            boolean planned = plan(served, held, entry);
            if (entry.expired() && stores.holds().expire(held.lease()) > 0) {
                LOG.info("event=approval_expired target={}", served);
            }
            if (asked && stores.states().get(served.id()).failingAttempts() > 0) {
                stores.states().tryNow(held.lease());
            }
            Set<Lane> wanted = entry.requests() ? answerRequests(served, held) : EnumSet.noneOf(Lane.class);
            followFirings(served, held);
            if (!served.isOpen(clock.instant())) {
                if (stores.queue().hasExpedited(served.id()) && stores.states().isServable(served.id())) {
                    start(served, Lane.EXPRESS);
                }
                return;
            }
            wanted.addAll(planned ? stores.queue().readyLanes(served.id()) : entry.ready());
            wanted.addAll(lanesBrokenOff(served, held));
            if (entry.unchecked()) {
                wanted.add(Lane.EXPRESS);
            }
            // A run of changes that lingers is not to be woken for it again and again: the next one verifies.
            if (!served.isBusy(Lane.BULK)
                    && (entry.verification() || mayBeDue(served, entry))
                    && isVerificationWaiting(served, held)) {
                wanted.add(Lane.BULK);
            }
            if (!wanted.isEmpty() && stores.states().isServable(served.id())) {
                wanted.forEach(lane -> start(served, lane));
            }
        } catch (FreshetException e) {
            LOG.warn("event=not_dispatched target={} code={} message=\"{}\"", served, e.code(), e.getMessage());
        }
    }

    private static boolean mayBeDue(ServedTarget served, Agenda.Entry entry) {
        return entry.adopting() || served.policy().verify() == Verify.FULL;
    }

    private boolean isVerificationWaiting(ServedTarget served, HeldLease held) {
        Policy policy = served.policy();
        Duration between = policy.cron() == null ? BETWEEN_VERIFICATIONS : BETWEEN_VERIFICATIONS_AT_FIRINGS;
        return stores.verifications().isWaiting(served.id())
                || stores.verifications().openIfDue(held.lease(), policy.verify() == Verify.FULL ? between : null);
    }

    /**
     * Planning goes on for targets that are paused, closed or down, so that the journal can be trimmed.
     *
     * @return whether the queue may be another than it was
     */
    private boolean plan(ServedTarget served, HeldLease held, Agenda.Entry entry) {
        boolean lookedAgain = followFilter(served, held);
        if (!entry.planning()) {
            return lookedAgain;
        }
        Policy policy = served.policy();
        Settling settling = new Settling(policy.settle(), policy.settleMax());
        long planned = CHANGES_AT_ONCE;
        while (planned == CHANGES_AT_ONCE && held.isLive()) {
            planned = stores.planning().plan(held.lease(), settling, CHANGES_AT_ONCE);
            foldIfLarge(served, held, planned);
        }
        return true;
    }

    /** Whoever cannot be served, or not fast enough, is looked through as a whole later, and costs bounded space until then. */
    private void foldIfLarge(ServedTarget served, HeldLease held, long planned) {
        long epoch = held.lease().epoch();
        Queued before = queued.get(served.id());
        long items = before == null || before.epoch() != epoch ? Long.MAX_VALUE : before.items() + planned;
        if (items > largestQueue) {
            items = stores.folding().foldable(served.id(), largestQueue + 1);
            if (items > largestQueue) {
                long folded = stores.folding().fold(held.lease());
                LOG.warn("event=queue_folded target={} items={} limit={}", served, folded, largestQueue);
                items = 0;
            }
        }
        queued.put(served.id(), new Queued(epoch, items));
    }

    /** A firing is under way until all was delivered that had been observed when it fired, and what is due was verified. */
    private void followFirings(ServedTarget served, HeldLease held) {
        if (served.policy().cron() == null) {
            return;
        }
        firings.look(served.id());
        boolean open = stores.firings().isOpen(served.id());
        if (open && !isVerificationWaiting(served, held) && stores.firings().endDelivered(held.lease()) > 0) {
            open = stores.firings().isOpen(served.id());
        }
        if (served.isFiring() != open) {
            served.firing(open);
            LOG.info("event={} target={}", open ? "firing_begun" : "firing_ended", served);
        }
    }

    /** Rules change with the configuration only, so once per lease is enough. */
    private boolean followFilter(ServedTarget served, HeldLease held) {
        long epoch = held.lease().epoch();
        Long followed = filtersFollowed.get(served.id());
        if (followed != null && followed == epoch) {
            return false;
        }
        boolean changed = stores.planning().followFilter(held.lease(), fingerprint(served));
        if (changed) {
            LOG.info("event=filter_followed target={}", served);
        }
        filtersFollowed.put(served.id(), epoch);
        return changed;
    }

    /** What is to be delivered at all, and of each path: where that changes, everything is looked at again. */
    private static String fingerprint(ServedTarget served) {
        String rules = served.source().filter().fingerprint();
        Fidelity fidelity = served.fidelity();
        String options = (fidelity.xattrs() ? " xattrs" : "")
                + (fidelity.acls() ? " acls" : "")
                + (fidelity.devices() ? " devices" : "");
        return rules + options;
    }

    /** A run that was broken off is finished even if the queue is empty meanwhile; looked for until none is, once per lease. */
    private Set<Lane> lanesBrokenOff(ServedTarget served, HeldLease held) {
        Set<Lane> lanes = EnumSet.noneOf(Lane.class);
        for (Lane lane : Lane.values()) {
            LaneKey key = new LaneKey(served.id(), lane);
            long epoch = held.lease().epoch();
            if (launches.containsKey(key) || Long.valueOf(epoch).equals(noneBrokenOff.get(key))) {
                continue;
            }
            if (stores.runs().brokenOff(served.id(), lane).isPresent()) {
                lanes.add(lane);
            } else {
                noneBrokenOff.put(key, epoch);
            }
        }
        return lanes;
    }

    private Set<Lane> answerRequests(ServedTarget served, HeldLease held) {
        Set<Lane> wanted = EnumSet.noneOf(Lane.class);
        for (RunRequest request : stores.runs().openRequests(served.id())) {
            Optional<Run> run = stores.runs().find(served.id(), request.runNumber());
            String refusal = run.isEmpty() ? "there is no such run" : refusal(request, run.get());
            if (request.action() == RunRequest.Action.STOP) {
                boolean stopping = launcher.stop(served, request.runNumber());
                stores.runs().answer(held.lease(), request, stopping ? "stopping" : "the run is not running");
            } else if (!refusal.isEmpty()) {
                stores.runs().answer(held.lease(), request, "refused: " + refusal);
            } else if (run.isPresent()) {
                wanted.add(run.get().lane());
            }
        }
        return wanted;
    }

    private String refusal(RunRequest request, Run run) {
        if (request.action() == RunRequest.Action.RESTART && !run.state().isRestartable()) {
            return "the run is " + run.state() + " and needs no restart";
        }
        boolean needsFailures =
                request.action() == RunRequest.Action.RERUN_FAILED || run.state() == RunState.COMPLETED_WITH_FAILURES;
        boolean none = needsFailures && stores.runs().stillFailed(run.target(), run.number()) == 0;
        return none ? "none of its items is failed any more" : "";
    }

    private void start(ServedTarget served, Lane lane) {
        if (lane == Lane.BULK && served.shortage() == Shortage.BULK) {
            return;
        }
        if (served.isBusy(lane)) {
            served.wake(lane);
            return;
        }
        LaneKey key = new LaneKey(served.id(), lane);
        long now = System.nanoTime();
        Long launchedAt = launches.get(key);
        if (launchedAt == null || now - launchedAt > LAUNCH_PATIENCE.toNanos() || served.hasLeft(lane, launchedAt)) {
            launches.put(key, now);
            schedule.launch(served.id(), lane);
        }
    }
}
