package io.freshet.run;

import io.freshet.file.FileIdentity;
import io.freshet.file.FileType;
import io.freshet.journal.Lane;
import io.freshet.journal.Runs.PolicyUsed;
import io.freshet.journal.Shortage;
import io.freshet.journal.SourceId;
import io.freshet.journal.TargetId;
import io.freshet.path.RelativePath;
import io.freshet.policy.Policies.Versioned;
import io.freshet.policy.Policy;
import io.freshet.target.Fidelity;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One target as this process serves it: its lease, its claims, and who works in its lanes.
 *
 * <p>Lives as long as the process; thread-safe.
 */
final class ServedTarget {
    private final SourceDefinition source;
    private final TargetDefinition definition;
    private final Fidelity fidelity;
    private final SourceId sourceId;
    private final TargetId id;
    private final Claims claims = new Claims();
    private final Set<RelativePath> doubts = new HashSet<>();
    private final DirectoryTurns directoryTurns = new DirectoryTurns();
    private final Set<FileIdentity> groups = ConcurrentHashMap.newKeySet();
    private final Set<FileIdentity> refusedLinks = ConcurrentHashMap.newKeySet();
    private final Bandwidth bandwidth = new Bandwidth();
    private final Bandwidth sourceBandwidth;
    private final Map<Lane, Semaphore> wakeUps = new EnumMap<>(Lane.class);
    private final Map<Lane, AtomicBoolean> busy = new EnumMap<>(Lane.class);
    private final Map<Lane, Long> leftAt = new ConcurrentHashMap<>();
    private volatile @Nullable HeldLease lease;
    private volatile boolean firing;
    private volatile Shortage shortage = Shortage.NONE;
    private volatile Versioned policy;

    /** @param sourceBandwidth what all targets of the source share */
    ServedTarget(
            SourceDefinition source,
            TargetDefinition definition,
            Versioned policy,
            SourceId sourceId,
            TargetId id,
            Bandwidth sourceBandwidth) {
        this.source = source;
        this.definition = definition;
        this.policy = policy;
        this.fidelity = Fidelity.of(definition.address());
        this.sourceId = sourceId;
        this.id = id;
        this.sourceBandwidth = sourceBandwidth;
        for (Lane lane : Lane.values()) {
            wakeUps.put(lane, new Semaphore(0));
            busy.put(lane, new AtomicBoolean());
        }
    }

    SourceDefinition source() {
        return source;
    }

    TargetDefinition definition() {
        return definition;
    }

    SourceId sourceId() {
        return sourceId;
    }

    TargetId id() {
        return id;
    }

    String name() {
        return definition.name();
    }

    /** Returns what the target is to keep beyond the usual. */
    Fidelity fidelity() {
        return fidelity;
    }

    /** Returns whether the target is to have objects of a type. */
    boolean takes(FileType type) {
        return type == FileType.FILE
                || type == FileType.DIRECTORY
                || type == FileType.SYMLINK
                || (type.isNode() && fidelity.devices());
    }

    Policy policy() {
        return policy.policy();
    }

    /** Returns the policy as runs record it. */
    PolicyUsed policyUsed() {
        Versioned used = policy;
        return new PolicyUsed(used.policy().name(), used.version());
    }

    int policyVersion() {
        return policy.version();
    }

    /** Goes by another version of the policy from now on; runs that are under way end soon. */
    void follow(Versioned changed) {
        policy = changed;
        if (changed.policy().cron() == null) {
            firing = false;
        }
        for (Lane lane : Lane.values()) {
            wake(lane);
        }
    }

    /** Returns whether deliveries may go on: a window is open, none is wanted, or a firing is under way. */
    boolean isOpen(Instant moment) {
        return firing || policy().isOpen(moment);
    }

    boolean isFiring() {
        return firing;
    }

    void firing(boolean underWay) {
        firing = underWay;
    }

    /** Returns what stands still because the database's disk is short of space. */
    Shortage shortage() {
        return shortage;
    }

    /** Takes note of that; runs of the bulk lane that are under way end soon. */
    void shortage(Shortage now) {
        boolean changed = shortage != now;
        shortage = now;
        if (changed) {
            wake(Lane.BULK);
        }
    }

    Claims claims() {
        return claims;
    }

    /** Takes note of claimed paths whose wave broke off: they stay claimed until somebody has looked at the target. */
    void doubt(Collection<RelativePath> claimed) {
        synchronized (doubts) {
            doubts.addAll(claimed);
        }
    }

    /** Hands over what is in doubt; the caller settles and releases it, or gives it back. */
    Set<RelativePath> takeDoubts() {
        synchronized (doubts) {
            Set<RelativePath> taken = new HashSet<>(doubts);
            doubts.clear();
            return taken;
        }
    }

    DirectoryTurns directoryTurns() {
        return directoryTurns;
    }

    /** Takes a file of several names in hand; false if one of its names is being delivered. */
    boolean beginGroup(FileIdentity identity) {
        return groups.add(identity);
    }

    void endGroup(FileIdentity identity) {
        groups.remove(identity);
    }

    /** Takes note that this target could not link to a file; its names are sent one by one until the next start. */
    void refuseLinks(FileIdentity identity) {
        refusedLinks.add(identity);
    }

    boolean refusesLinks(FileIdentity identity) {
        return refusedLinks.contains(identity);
    }

    /** Takes over what may be sent per second to this target, and to all of its source. */
    void limit(OptionalLong ofTarget, OptionalLong ofSource) {
        bandwidth.limit(ofTarget);
        sourceBandwidth.limit(ofSource);
    }

    /** Waits until {@code bytes} more may be sent, or {@code stop} says that nobody wants it any more. */
    void pay(long bytes, BooleanSupplier stop) {
        long place = bandwidth.charge(bytes);
        long placeInSource = sourceBandwidth.charge(bytes);
        bandwidth.await(place, stop);
        sourceBandwidth.await(placeInSource, stop);
    }

    /** Returns the lease if there is one that may be relied on, else null. */
    @Nullable
    HeldLease liveLease() {
        HeldLease held = lease;
        return held != null && held.isLive() ? held : null;
    }

    @Nullable
    HeldLease lease() {
        return lease;
    }

    void hold(@Nullable HeldLease held) {
        lease = held;
    }

    /** Marks a lane as worked in; false if somebody works in it already. */
    boolean enter(Lane lane) {
        return flag(lane).compareAndSet(false, true);
    }

    void leave(Lane lane) {
        leftAt.put(lane, System.nanoTime());
        flag(lane).set(false);
        synchronized (busy) {
            busy.notifyAll();
        }
    }

    /** Waits until nobody works in a lane; false if somebody still does after so many nanoseconds. */
    boolean awaitIdle(Lane lane, long nanos) {
        long deadline = System.nanoTime() + nanos;
        synchronized (busy) {
            while (isBusy(lane)) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (millis <= 0) {
                    return false;
                }
                try {
                    busy.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns whether somebody has left the lane since a moment of {@link System#nanoTime()}. */
    boolean hasLeft(Lane lane, long since) {
        Long left = leftAt.get(lane);
        return left != null && left - since > 0;
    }

    boolean isBusy(Lane lane) {
        return flag(lane).get();
    }

    private AtomicBoolean flag(Lane lane) {
        AtomicBoolean flag = busy.get(lane);
        if (flag == null) {
            throw new IllegalStateException("lane " + lane + " is unknown");
        }
        return flag;
    }

    private Semaphore wakeUp(Lane lane) {
        Semaphore wakeUp = wakeUps.get(lane);
        if (wakeUp == null) {
            throw new IllegalStateException("lane " + lane + " is unknown");
        }
        return wakeUp;
    }

    /** Tells whoever lingers in a lane that there may be something to do. */
    void wake(Lane lane) {
        Semaphore wakeUp = wakeUp(lane);
        if (wakeUp.availablePermits() == 0) {
            wakeUp.release();
        }
    }

    /** Waits until {@link #wake} was called since the last wait, or the time is over; tells which. */
    boolean awaitWork(Lane lane, long millis) {
        Semaphore wakeUp = wakeUp(lane);
        try {
            if (!wakeUp.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                return false;
            }
            wakeUp.drainPermits();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
