package io.freshet.journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Concludes when everything that waits for a target is expected to have arrived: a range, or from when on, or why not. */
final class TargetExpectation {
    private final OpeningHours openingHours;
    private final Expectation expectation;

    TargetExpectation(OpeningHours openingHours, Wording wording) {
        this.openingHours = openingHours;
        this.expectation = new Expectation(wording);
    }

    /**
     * Returns when it is expected; null if nothing waits.
     *
     * @param delaying the holds that delay anything
     */
    @Nullable
    Eta of(TargetFacts facts, List<TargetStatus.Failures> failures, List<Hold> delaying, List<LaneOutlook> lanes) {
        Instant now = facts.asOf();
        if (facts.pending() + facts.unplanned() == 0) {
            return null;
        }
        if (!delaying.isEmpty()) {
            return expectation.none("hold " + delaying.get(0).hold() + " waits for a person");
        }
        if (facts.failing() != null) {
            return expectation.notBefore(facts.failing().nextAttemptAt(), now, "next try");
        }
        if (facts.pause() != null) {
            return expectation.none("paused by " + facts.pause().pausedBy());
        }
        OpeningHours.Next next = facts.isFiring() ? null : openingHours.closedUntil(facts.target(), now);
        if (next != null) {
            return expectation.notBefore(next.at(), now, next.fires() ? "schedule fires" : "window opens");
        }
        return lanes.isEmpty() ? withoutLanes(facts, failures) : going(facts, failures, lanes);
    }

    private Eta withoutLanes(TargetFacts facts, List<TargetStatus.Failures> failures) {
        return failures.stream()
                .map(TargetStatus.Failures::nextAttemptAt)
                .min(Instant::compareTo)
                .map(next -> expectation.notBefore(next, facts.asOf(), "next try of what failed"))
                .orElseGet(() -> expectation.none("it was seen only just now, and is about to be queued"));
    }

    private Eta going(TargetFacts facts, List<TargetStatus.Failures> failures, List<LaneOutlook> lanes) {
        Instant now = facts.asOf();
        Pace.Range range = null;
        for (LaneOutlook lane : lanes) {
            Pace.Range ofLane = lane.pace().timeFor(lane.waiting());
            if (ofLane == null && lane.waiting().items() > 0) {
                return expectation.none(Expectation.NO_RATE);
            }
            if (ofLane != null) {
                range = range == null ? ofLane : range.beside(ofLane);
            }
        }
        return expectation.after(now, range, now, openEnd(facts, failures, lanes));
    }

    private static @Nullable String openEnd(
            TargetFacts facts, List<TargetStatus.Failures> failures, List<LaneOutlook> lanes) {
        if (!failures.isEmpty()) {
            long failed =
                    failures.stream().mapToLong(TargetStatus.Failures::paths).sum();
            return Wording.count(failed, "item") + " failed before";
        }
        if (lanes.stream().anyMatch(lane -> lane.waiting().walks() > 0)) {
            return "a directory is still to be looked through";
        }
        return facts.unplanned() > 0 || facts.rescanning() ? "more may come to it" : null;
    }
}
