package io.freshet.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * When and how a target is served.
 *
 * @param windows when deliveries may begin; empty means always, or at the firings of {@code cron}
 * @param cron at which moments a run begins that delivers all that was observed by then; null where no schedule says so
 * @param misfire what becomes of firings that passed while nobody was there
 * @param timeZone of windows and cron
 * @param bytesPerSecond the most that is sent to the target, over all lanes; empty means no limit
 * @param maxDeletes how much may vanish within 24 hours before deletions are held
 * @param maxDeletesPerRun how much may vanish in one run before deletions are held
 * @param maxChanges how many files of the target may get another content within an hour before that is held
 * @param parallelism how many files each lane has under way at once, at most
 * @param settle a path that somebody still writes to waits until it has been quiet for so long
 * @param settleMax but never longer than this after its first change
 * @param verify how what was sent is proven to have arrived
 * @param unstable what becomes of files that never hold still
 * @param linger how long a run waits for more work before it ends
 * @param extras what becomes of what the target holds and we never put there
 * @param drift what becomes of what the target was given and holds otherwise by now
 * @param retry when what failed is tried again
 * @param approvals what deciding a hold takes
 */
public record Policy(
        String name,
        List<Window> windows,
        @Nullable Cron cron,
        Misfire misfire,
        ZoneId timeZone,
        OptionalLong bytesPerSecond,
        DeletionLimit maxDeletes,
        DeletionLimit maxDeletesPerRun,
        DeletionLimit maxChanges,
        int parallelism,
        Duration settle,
        Duration settleMax,
        Verify verify,
        Unstable unstable,
        Duration linger,
        Extras extras,
        Drift drift,
        Retry retry,
        Approvals approvals) {
    /** What a source gets that says nothing else. */
    public static final String CONTINUOUS = "continuous";

    /** More files are never under way at once, and by default it may be so many. */
    public static final int MOST_PARALLEL = 128;

    private static final int DAYS_AHEAD = 9;

    public Policy {
        windows = List.copyOf(windows);
        if (settle.isNegative() || settleMax.compareTo(settle) < 0 || linger.isNegative()) {
            throw new IllegalArgumentException("policy " + name
                    + ": settle, settle-max and linger must not be negative, settle-max not below settle");
        }
        if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
            throw new IllegalArgumentException("policy " + name + ": the bandwidth must be at least 1 byte per second");
        }
        if (parallelism < 1 || parallelism > MOST_PARALLEL) {
            throw new IllegalArgumentException("policy " + name + ": parallelism must be 1 to " + MOST_PARALLEL);
        }
        if (cron != null && !windows.isEmpty()) {
            throw new IllegalArgumentException("policy " + name + ": give windows or cron, not both");
        }
    }

    /** A policy without a schedule, which retries and limits runs as by default. */
    public Policy(
            String name,
            List<Window> windows,
            ZoneId timeZone,
            OptionalLong bytesPerSecond,
            DeletionLimit maxDeletes,
            Duration settle,
            Duration settleMax,
            Verify verify,
            Unstable unstable,
            Duration linger,
            Extras extras) {
        this(
                name,
                windows,
                null,
                Misfire.RUN_ONCE,
                timeZone,
                bytesPerSecond,
                maxDeletes,
                DeletionLimit.NONE,
                DeletionLimit.NONE,
                MOST_PARALLEL,
                settle,
                settleMax,
                verify,
                unstable,
                linger,
                extras,
                Drift.OVERWRITE,
                Retry.DEFAULT,
                Approvals.DEFAULT);
    }

    /** Returns the same policy with another answer to what becomes of extras. */
    public Policy with(Extras other) {
        return copy(windows, cron, misfire, timeZone, other, drift, approvals);
    }

    /** Returns the same policy with other terms of approvals. */
    public Policy with(Approvals other) {
        return copy(windows, cron, misfire, timeZone, extras, drift, other);
    }

    /** Returns the same policy with another answer to what becomes of drift. */
    public Policy with(Drift other) {
        return copy(windows, cron, misfire, timeZone, extras, other, approvals);
    }

    /** Returns the same policy with another number of files under way at once. */
    public Policy inParallel(int files) {
        return new Policy(
                name,
                windows,
                cron,
                misfire,
                timeZone,
                bytesPerSecond,
                maxDeletes,
                maxDeletesPerRun,
                maxChanges,
                files,
                settle,
                settleMax,
                verify,
                unstable,
                linger,
                extras,
                drift,
                retry,
                approvals);
    }

    /** Returns the same policy with other limits on what may vanish in a run and be rewritten in an hour. */
    public Policy with(DeletionLimit deletesPerRun, DeletionLimit changes) {
        return new Policy(
                name,
                windows,
                cron,
                misfire,
                timeZone,
                bytesPerSecond,
                maxDeletes,
                deletesPerRun,
                changes,
                parallelism,
                settle,
                settleMax,
                verify,
                unstable,
                linger,
                extras,
                drift,
                retry,
                approvals);
    }

    /** Returns the same policy with runs at the firings of a schedule instead of windows. */
    public Policy at(Cron firings, Misfire missed, ZoneId zone) {
        return copy(List.of(), firings, missed, zone, extras, drift, approvals);
    }

    /** Returns the same policy with windows instead of a schedule. */
    public Policy in(ZoneId zone, Window... spans) {
        return copy(List.of(spans), null, misfire, zone, extras, drift, approvals);
    }

    private Policy copy(
            List<Window> spans,
            @Nullable Cron firings,
            Misfire missed,
            ZoneId zone,
            Extras ofExtras,
            Drift ofDrift,
            Approvals ofApprovals) {
        return new Policy(
                name,
                spans,
                firings,
                missed,
                zone,
                bytesPerSecond,
                maxDeletes,
                maxDeletesPerRun,
                maxChanges,
                parallelism,
                settle,
                settleMax,
                verify,
                unstable,
                linger,
                ofExtras,
                ofDrift,
                retry,
                ofApprovals);
    }

    /** Returns a policy with every option at its default. */
    public static Policy withDefaults(String name) {
        return new Policy(
                name,
                List.of(),
                ZoneId.of("UTC"),
                OptionalLong.empty(),
                new DeletionLimit(1000, 50),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Verify.IN_FLIGHT,
                Unstable.PUBLISH,
                Duration.ofSeconds(2),
                Extras.HOLD);
    }

    /** Returns whether deliveries may go on at this moment, apart from what a firing or a person has begun. */
    public boolean isOpen(Instant moment) {
        return cron == null
                && (windows.isEmpty() || windows.stream().anyMatch(window -> window.isOpen(moment, timeZone)));
    }

    /** Returns when the opening ends that a moment lies in; null where it lies in none, or in one without end. */
    public @Nullable Instant closesAfter(Instant moment) {
        return openings(moment, DAYS_AHEAD).stream()
                .filter(opening -> opening.contains(moment))
                .map(Opening::closes)
                .findFirst()
                .orElse(null);
    }

    /** Returns the first moment after this one at which a window opens or the schedule fires; null where neither is given. */
    public @Nullable Instant opensAfter(Instant moment) {
        if (cron != null) {
            return cron.next(moment, timeZone);
        }
        return openings(moment, DAYS_AHEAD).stream()
                .map(Opening::opens)
                .filter(opens -> opens.isAfter(moment))
                .findFirst()
                .orElse(null);
    }

    /** Returns when an approval of this moment expires: where nothing may be delivered, its time begins with the next opening. */
    public Instant approvalExpires(Instant decided) {
        Instant opens = isOpen(decided) ? null : opensAfter(decided);
        return (opens == null ? decided : opens).plus(approvals.expireAfter());
    }

    /** Returns what may be sent per second at a moment: as the first window says that is open then, else as the policy does. */
    public OptionalLong bytesPerSecond(Instant moment) {
        for (Window window : windows) {
            Long ofWindow = window.bytesPerSecond();
            if (window.isOpen(moment, timeZone)) {
                return ofWindow == null
                        ? bytesPerSecond
                        : ofWindow == Window.UNLIMITED ? OptionalLong.empty() : OptionalLong.of(ofWindow);
            }
        }
        return bytesPerSecond;
    }

    /**
     * Returns when windows are open around a moment, in order; those that overlap or follow each other at once are one.
     *
     * @param days how far to look ahead
     */
    public List<Opening> openings(Instant moment, int days) {
        LocalDate today = moment.atZone(timeZone).toLocalDate();
        List<Opening> sorted = today.minusDays(2)
                .datesUntil(today.plusDays(days))
                .flatMap(day -> windows.stream().flatMap(window -> window.on(day, timeZone).stream()))
                .sorted(Comparator.comparing(Opening::opens))
                .toList();
        List<Opening> merged = new ArrayList<>();
        for (Opening opening : sorted) {
            Opening last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && !opening.opens().isAfter(last.closes())) {
                Instant closes = last.closes().isAfter(opening.closes()) ? last.closes() : opening.closes();
                merged.set(merged.size() - 1, new Opening(last.opens(), closes));
            } else {
                merged.add(opening);
            }
        }
        return merged;
    }
}
