package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.filter.FilterRules;
import io.freshet.journal.Deliveries;
import io.freshet.journal.Lane;
import io.freshet.journal.Lease;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Run;
import io.freshet.journal.SentContents;
import io.freshet.journal.Shortage;
import io.freshet.journal.TargetId;
import io.freshet.journal.TargetState;
import io.freshet.path.RelativePath;
import io.freshet.posix.SourceRoot;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetSession;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one execution of a run has at hand: its lease, the pinned source root, the connection to the target.
 *
 * <p>Lives from the launch of the execution to its end; used by the lane's thread, apart from {@link #stop}.
 */
final class RunScope implements Monitor {
    private static final Duration LONGEST_RUN = Duration.ofMinutes(10);
    private static final int FEWEST_ITEMS = 64;
    private static final int MOST_ITEMS = 5_000;
    private static final int MOST_REMEMBERED = 100_000;
    /** Small, so that what a low limit lets through is seen to move. */
    private static final long PAID_AT_ONCE = 16 << 10;

    private final ServedTarget served;
    private final HeldLease held;
    private final Run run;
    private final Clock clock;
    private final Instant startedAt;
    private final boolean sendsNow;
    private final @Nullable Instant closesAt;
    private final int policyVersion;
    private volatile boolean yieldsAtClosing;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicBoolean stoppedByPerson = new AtomicBoolean();
    private final @Nullable Long failuresOf;
    private final Set<RelativePath> tried = new HashSet<>();
    private @Nullable SourceRoot root;
    private @Nullable TargetSession session;
    private @Nullable TargetState state;
    private boolean emptySourceApproved;
    private Map<RelativePath, String> missingMounts = Map.of();
    private boolean watchesDrift;
    private SentContents.@Nullable Key verifiedUpTo;
    private final Verifying verifying = new Verifying();
    private final Set<RelativePath> largeDirectories = new HashSet<>();
    private final Set<RelativePath> withoutLoop = new HashSet<>();
    private final Tally tally = new Tally();
    private final WaveRecorder recorder;
    private int appetite = MOST_ITEMS;
    private final Map<RelativePath, Long> renameTurns = new HashMap<>();

    /** @param failuresOf the run to whose failed items this one keeps; null where it takes whatever its lane has */
    RunScope(
            ServedTarget served,
            HeldLease held,
            Run run,
            @Nullable Long failuresOf,
            Deliveries deliveries,
            Clock clock) {
        this.served = served;
        this.failuresOf = failuresOf;
        this.held = held;
        this.run = run;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.sendsNow = run.lane() == Lane.EXPRESS && !served.isOpen(startedAt);
        this.policyVersion = served.policyVersion();
        this.closesAt = served.policy().closesAfter(startedAt);
        this.recorder = new WaveRecorder(deliveries, served, held.lease(), run.number());
    }

    /** The run is prepared: this is where it reads, where it writes, and how far the target is. */
    void prepared(SourceRoot sourceRoot, TargetSession targetSession, TargetState targetState, boolean emptyApproved) {
        this.root = sourceRoot;
        this.session = targetSession;
        this.state = targetState;
        this.emptySourceApproved = emptyApproved;
    }

    @Nullable
    Long failuresOf() {
        return failuresOf;
    }

    /** Returns whether this run meets a path for the first time. */
    boolean firstTry(RelativePath path) {
        return tried.add(path);
    }

    /** Returns up to where what the run has sent was verified; null if that has not begun. */
    SentContents.@Nullable Key verifiedUpTo() {
        return verifiedUpTo;
    }

    void verifiedUpTo(SentContents.@Nullable Key key) {
        verifiedUpTo = key;
    }

    /** Directories of the target that hold many times what is asked for at a time: paths there are looked at one by one. */
    Set<RelativePath> largeDirectories() {
        return largeDirectories;
    }

    /** Returns whether a directory of the source is still to be looked in for the target: one is marked before any wave. */
    boolean looksForLoopIn(RelativePath directory) {
        if (withoutLoop.size() >= MOST_REMEMBERED) {
            withoutLoop.clear();
        }
        return withoutLoop.add(directory);
    }

    /** How far a run is that verifies its target in full. */
    static final class Verifying {
        @Nullable
        TargetComparison comparison;

        @Nullable
        ExtraRemovals removals;

        boolean isCompared;
        boolean hasWorked;
        boolean isVerifyingNext;
    }

    Verifying verifying() {
        return verifying;
    }

    /** Returns how many items to claim for a wave. */
    int appetite() {
        return appetite;
    }

    /** In which wave, counted from 1, each rename that still waits was claimed last; those never claimed are not there. */
    Map<RelativePath, Long> renameTurns() {
        return renameTurns;
    }

    /** Claims fewer items after a wave that could not deliver all it had looked at, more after one that could. */
    void adaptAppetite(int leftOver) {
        appetite = leftOver > 0 ? Math.max(FEWEST_ITEMS, appetite / 4) : Math.min(MOST_ITEMS, appetite * 2);
    }

    WaveRecorder recorder() {
        return recorder;
    }

    ServedTarget served() {
        return served;
    }

    TargetId target() {
        return served.id();
    }

    Lease lease() {
        return held.lease();
    }

    Run run() {
        return run;
    }

    Lane lane() {
        return run.lane();
    }

    Clock clock() {
        return clock;
    }

    Instant startedAt() {
        return startedAt;
    }

    /**
     * Returns whether the run has lasted long enough, its policy's window has closed or the policy has changed, or its firing
     * has ended, or the database is short of space for its lane; one that began
     * between two of them is over when the next begins, as then more may be delivered.
     */
    boolean isOver() {
        Instant now = clock.instant();
        return now.isAfter(startedAt.plus(LONGEST_RUN))
                || sendsNow == served.isOpen(now)
                || isPolicyChanged()
                || (lane() == Lane.BULK && served.shortage() == Shortage.BULK);
    }

    private boolean isPolicyChanged() {
        return served.policyVersion() != policyVersion;
    }

    /** Returns whether only what people asked to be sent now may be delivered. */
    boolean isForExpeditedOnly() {
        return sendsNow;
    }

    /** Lets what is under way yield, at the next block, where the window closes in which the run began. */
    void yieldAtClosing(boolean yields) {
        yieldsAtClosing = yields;
    }

    /** Returns whether what is under way has to yield because the window has closed, and for no other reason. */
    boolean isClosed() {
        Instant closes = closesAt;
        boolean isPast = closes != null && !clock.instant().isBefore(closes);
        return yieldsAtClosing
                && (isPast || isPolicyChanged())
                && !served.isOpen(clock.instant())
                && !isStopped()
                && hasLiveLease();
    }

    SourceRoot root() {
        return required(root);
    }

    /** Asks the source about one path; empty also where it does not tell of that path. Throws what concerns all of them. */
    <T> Optional<T> askSource(Supplier<Optional<T>> question) {
        try {
            return question.get();
        } catch (FreshetException e) {
            if (e.code().concernsWholeTarget()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    TargetSession session() {
        return required(session);
    }

    TargetState state() {
        return required(state);
    }

    /** Returns whether a person confirmed that the source is meant to be empty. */
    boolean isEmptySourceApproved() {
        return emptySourceApproved;
    }

    /** Takes note of whether something may be, or come, before a person because it was changed on the target. */
    void watchesDrift(boolean watches) {
        watchesDrift = watches;
    }

    boolean watchesDrift() {
        return watchesDrift;
    }

    /** Takes note of the mount points about which nothing can be decided in the next wave, and why. */
    void missingMounts(Map<RelativePath, String> missing) {
        missingMounts = Map.copyOf(missing);
    }

    Map<RelativePath, String> missingMounts() {
        return missingMounts;
    }

    /** Returns whether a path is a mount point that is missing, or would be behind one. */
    boolean isBehindMissingMount(RelativePath path) {
        return missingMounts.keySet().stream().anyMatch(path::isAtOrBelow);
    }

    FilterRules filter() {
        return served.source().filter();
    }

    /** Returns whether a path is not replicated: by a rule, or because it is Freshet's own. */
    boolean isExcluded(RelativePath path, boolean directory) {
        return !path.isRoot() && filter().excludes(path, directory);
    }

    /** Returns whether what the target has under a path must stay there, whatever became of it on the source. */
    boolean isProtected(ManifestEntry held) {
        return filter().protects(held.path(), held.isDirectory());
    }

    private static <T> T required(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the run is not prepared yet");
        }
        return part;
    }

    /** Asks the run to stop at the next block; may be called from any thread. */
    void stop() {
        stopped.set(true);
        served.wake(lane());
    }

    /** Asks the run to stop because a person wants it to. */
    void stopByPerson() {
        stoppedByPerson.set(true);
        stop();
    }

    boolean isStoppedByPerson() {
        return stoppedByPerson.get();
    }

    HeldLease held() {
        return held;
    }

    /** Lets go of the source's root; the connection is kept for the lane's next run. */
    void close() {
        SourceRoot opened = root;
        if (opened != null) {
            opened.close();
        }
    }

    boolean isStopped() {
        return stopped.get();
    }

    boolean hasLiveLease() {
        return held.isLive();
    }

    @Override
    public void sent(Operation operation, long bytes) {
        for (long left = bytes; left > 0; left -= PAID_AT_ONCE) {
            long piece = Math.min(left, PAID_AT_ONCE);
            served.pay(piece, this::stopRequested);
            tally.sent(operation, piece);
        }
    }

    @Override
    public void fetching(long bytes) {
        served.pay(bytes, this::stopRequested);
    }

    @Override
    public void reached(Operation operation, long position) {
        tally.reached(operation, position);
    }

    @Override
    public int filesAtOnce() {
        return served.policy().parallelism();
    }

    @Override
    public void ended(Operation operation, Result result) {
        tally.ended(operation, result);
    }

    /** What this execution has sent so far. */
    Tally tally() {
        return tally;
    }

    @Override
    public boolean stopRequested() {
        return isStopped() || !hasLiveLease() || isClosed();
    }
}
