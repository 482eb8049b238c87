package io.freshet.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Concludes from the facts about a target which condition it is in, why, and who moves next.
 *
 * <p>The first condition that is true wins, and good is claimed only where everything needed to know it is known.
 */
final class TargetVerdict {
    /** No state is green when the source was observed longer ago than this. */
    static final Duration OBSERVATION_LASTS = Duration.ofMinutes(2);

    private final OpeningHours openingHours;
    private final Wording wording;
    private final TargetExpectation expectation;

    TargetVerdict(OpeningHours openingHours, Wording wording) {
        this.openingHours = openingHours;
        this.wording = wording;
        this.expectation = new TargetExpectation(openingHours, wording);
    }

    TargetStatus of(
            TargetFacts facts,
            List<TargetStatus.Failures> failures,
            List<Hold> holds,
            List<RunRecord> runs,
            List<LaneProgress> progress,
            List<LaneOutlook> lanes) {
        long failed = failures.stream().mapToLong(TargetStatus.Failures::paths).sum();
        RunRecord running = runs.stream()
                .filter(run -> run.state() == RunState.RUNNING)
                .findFirst()
                .orElse(null);
        // What is extra on a target delays nothing: its hold is listed, and that is all.
        List<Hold> delaying = holds.stream()
                .filter(hold -> hold.reason() != HoldReason.EXTRAS)
                .toList();
        Eta eta = expectation.of(facts, failures, delaying, lanes);
        Said said = say(facts, failures, delaying, running, eta);
        return new TargetStatus(
                facts.source(),
                facts.target(),
                facts.url(),
                facts.policy(),
                said.condition,
                said.reason,
                said.needsPerson,
                facts.observedAt(),
                facts.oldestPendingAt(),
                lagSeconds(facts),
                facts.pending(),
                facts.pendingIsExact(),
                facts.unplanned(),
                failed,
                failures,
                delaying.stream().mapToLong(Hold::paths).sum(),
                holds,
                facts.pause(),
                facts.bandwidth(),
                facts.failing(),
                facts.lastDeliveryAt(),
                facts.entries(),
                runs,
                progress,
                lanes,
                eta);
    }

    static boolean isObserved(@Nullable Instant observedAt, Instant now) {
        return observedAt != null && Duration.between(observedAt, now).compareTo(OBSERVATION_LASTS) <= 0;
    }

    private static @Nullable Long lagSeconds(TargetFacts facts) {
        if (facts.oldestPendingAt() != null) {
            return Math.max(
                    0, Duration.between(facts.oldestPendingAt(), facts.asOf()).toSeconds());
        }
        return isObserved(facts.observedAt(), facts.asOf()) ? 0L : null;
    }

    private Said say(
            TargetFacts facts,
            List<TargetStatus.Failures> failures,
            List<Hold> holds,
            @Nullable RunRecord running,
            @Nullable Eta eta) {
        Instant now = facts.asOf();
        if (facts.observedAt() == null) {
            return new Said(TargetCondition.UNKNOWN, "The source has not been observed yet", false);
        }
        if (!isObserved(facts.observedAt(), now)) {
            return new Said(
                    TargetCondition.UNKNOWN,
                    "The source was last observed " + wording.moment(facts.observedAt(), now)
                            + "; what changed since is not known",
                    false);
        }
        if (!holds.isEmpty()) {
            return held(holds);
        }
        if (facts.failing() != null) {
            return failing(facts.failing(), now);
        }
        if (facts.pause() != null) {
            return paused(facts, facts.pause());
        }
        long stuck = failures.stream()
                .filter(TargetStatus.Failures::needsPerson)
                .mapToLong(TargetStatus.Failures::paths)
                .sum();
        if (stuck > 0) {
            return new Said(
                    TargetCondition.FAILING,
                    Wording.count(stuck, "path") + (stuck == 1 ? " needs you: " : " need you: ")
                            + Wording.code(failures.stream()
                                    .filter(TargetStatus.Failures::needsPerson)
                                    .findFirst()
                                    .map(TargetStatus.Failures::code)
                                    .orElse(null))
                            + "; others go on",
                    true);
        }
        if (running != null && !isAbandoned(facts)) {
            return delivering(facts, eta);
        }
        return waitingOrDone(facts, failures, running);
    }

    private static Said held(List<Hold> holds) {
        Hold first = holds.get(0);
        String more = holds.size() == 1 ? "" : ", and " + Wording.count(holds.size() - 1, "more hold");
        return new Said(TargetCondition.HELD, "Needs you: " + first.detail() + more, true);
    }

    private Said failing(TargetStatus.TargetFailure failure, Instant now) {
        boolean needsPerson = Rows.needsPerson(failure.code());
        String why = failure.message() == null ? Wording.code(failure.code()) : failure.message();
        String since = failure.since() == null ? "" : " since " + wording.moment(failure.since(), now);
        String next = failure.nextAttemptAt() == null
                ? ""
                : "; next try "
                        + (failure.nextAttemptAt().isBefore(now) ? "now" : wording.clock(failure.nextAttemptAt(), now));
        return new Said(TargetCondition.FAILING, withoutFullStop(why) + since + next, needsPerson);
    }

    private Said paused(TargetFacts facts, TargetStatus.Pause pause) {
        String reason = pause.reason().isEmpty() ? "" : ": " + pause.reason();
        String waiting = facts.pending() + facts.unplanned() == 0
                ? "nothing waits"
                : pending(facts) + (facts.pending() + facts.unplanned() == 1 ? " waits" : " wait");
        return new Said(
                TargetCondition.PAUSED,
                "Paused by " + pause.pausedBy() + " since " + wording.moment(pause.pausedAt(), facts.asOf()) + reason
                        + "; " + waiting,
                true);
    }

    private static Said delivering(TargetFacts facts, @Nullable Eta eta) {
        String left = facts.pending() == 0 ? "Finishing" : "Delivering " + pending(facts);
        String time = eta == null || eta.earliest() == null || eta.latest() == null
                ? ""
                : ", " + Wording.span(Duration.between(facts.asOf(), eta.earliest())) + " to "
                        + Wording.span(Duration.between(facts.asOf(), eta.latest())) + " left";
        return new Said(TargetCondition.DELIVERING, left + time, false);
    }

    private Said waitingOrDone(TargetFacts facts, List<TargetStatus.Failures> failures, @Nullable RunRecord running) {
        Instant now = facts.asOf();
        if (!facts.prepared()) {
            return new Said(
                    TargetCondition.WAITING, "Holds nothing from us yet; its first run is about to start", false);
        }
        if (running != null) {
            return new Said(
                    TargetCondition.WAITING,
                    "The process that ran run " + running.run() + " gives no sign of life; another takes over",
                    false);
        }
        boolean nothingWaits = facts.pending() + facts.unplanned() == 0;
        if (nothingWaits && facts.rescanning()) {
            return new Said(
                    TargetCondition.WAITING,
                    "The source is being compared with what it held before; what differs follows",
                    false);
        }
        if (nothingWaits && facts.observedAt() != null) {
            return new Said(TargetCondition.UP_TO_DATE, "As of " + wording.moment(facts.observedAt(), now), false);
        }
        OpeningHours.Next opens = facts.isFiring() ? null : openingHours.closedUntil(facts.target(), now);
        if (opens != null) {
            return new Said(
                    TargetCondition.WAITING,
                    (opens.fires() ? "Next firing " : "Window opens ") + wording.moment(opens.at(), now) + ", in "
                            + Wording.span(Duration.between(now, opens.at()))
                            + "; " + pending(facts) + (facts.pending() + facts.unplanned() == 1 ? " waits" : " wait"),
                    false);
        }
        if (!failures.isEmpty()) {
            Instant next = failures.stream()
                    .map(TargetStatus.Failures::nextAttemptAt)
                    .min(Instant::compareTo)
                    .orElse(now);
            return new Said(
                    TargetCondition.WAITING,
                    Wording.count(
                                    failures.stream()
                                            .mapToLong(TargetStatus.Failures::paths)
                                            .sum(),
                                    "path")
                            + " tried again by itself, next " + (next.isBefore(now) ? "now" : wording.moment(next, now))
                            + ": " + Wording.code(failures.get(0).code()),
                    false);
        }
        if (facts.kept() > 0 && facts.kept() >= facts.pending() && facts.unplanned() == 0) {
            return new Said(
                    TargetCondition.WAITING,
                    Wording.count(facts.kept(), "path")
                            + " kept on the target, as decided; everything else has arrived",
                    false);
        }
        return new Said(TargetCondition.WAITING, pending(facts) + " about to start", false);
    }

    /** A run whose owner's lease ended is nobody's: its process died or lost the database. */
    private static boolean isAbandoned(TargetFacts facts) {
        return facts.leaseExpiresAt() != null && facts.leaseExpiresAt().isBefore(facts.asOf());
    }

    private static String pending(TargetFacts facts) {
        if (!facts.pendingIsExact()) {
            return "about " + Wording.count(rounded(facts.pending()), "item");
        }
        return Wording.count(facts.pending() + facts.unplanned(), "item");
    }

    /** Two significant digits: an estimate that looks exact would claim too much. */
    static long rounded(long estimate) {
        long unit = 1;
        while (estimate / unit >= 100) {
            unit *= 10;
        }
        return Math.round((double) estimate / unit) * unit;
    }

    private static String withoutFullStop(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private record Said(TargetCondition condition, String reason, boolean needsPerson) {}
}
