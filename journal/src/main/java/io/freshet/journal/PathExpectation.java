package io.freshet.journal;

import io.freshet.journal.Progress.LargeFile;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Concludes when what waits of a path is expected on a target: a range only where it is going, every row is counted and
 * the rates are measured; else from when on, or why not.
 */
final class PathExpectation {
    private final OpeningHours openingHours;
    private final Expectation expectation;

    PathExpectation(OpeningHours openingHours, Wording wording) {
        this.openingHours = openingHours;
        this.expectation = new Expectation(wording);
    }

    /** Returns when it is expected; null if nothing is on its way. */
    @Nullable
    Eta of(PathFacts facts, List<Backlog.InLane> lanes, Paces.OfTarget paces) {
        if (!facts.isPending() && facts.hold() == null) {
            return null;
        }
        Eta stopped = stopped(facts);
        return stopped != null ? stopped : going(facts, lanes, paces);
    }

    /** What keeps it from going at all just now; null if nothing does. */
    private @Nullable Eta stopped(PathFacts facts) {
        Instant now = facts.asOf();
        if (facts.hold() != null) {
            return expectation.none(
                    facts.keptBy() != null
                            ? facts.keptBy() + " rejected hold " + facts.hold()
                            : "hold " + facts.hold() + " waits for a person");
        }
        if (facts.pausedAt() != null) {
            return expectation.none(facts.target() + " is paused by " + facts.pausedBy());
        }
        if (facts.failingCode() != null) {
            return expectation.notBefore(facts.failingNextAt(), now, "next try of " + facts.target());
        }
        OpeningHours.Next next = facts.isServed() ? null : openingHours.closedUntil(facts.target(), now);
        if (next != null) {
            return expectation.notBefore(next.at(), now, next.fires() ? "schedule fires" : "window opens");
        }
        PathFacts.Item failed = facts.failedItem();
        if (failed != null) {
            return expectation.notBefore(failed.readyAt(), now, "next try");
        }
        PathFacts.Item item = facts.own() != null ? facts.own() : facts.above();
        if (item != null && item.postponedBecause() != null) {
            return expectation.none(item.postponedBecause());
        }
        if (facts.failedBelow() > 0 && facts.failedBelow() == facts.below() && facts.own() == null) {
            return expectation.notBefore(facts.failedBelowNextAt(), now, "next try of what failed below it");
        }
        return null;
    }

    private Eta going(PathFacts facts, List<Backlog.InLane> lanes, Paces.OfTarget paces) {
        Instant now = facts.asOf();
        Optional<LargeFile> sent = underWay(facts, paces);
        if (sent.isPresent() && sent.get().bytesPerSecond() > 0) {
            LargeFile file = sent.get();
            Pace pace = new Pace(List.of(new Pace.Measured(1, 0, file.bytesPerSecond())));
            Work rest = new Work(1, Work.Counted.EXACTLY, 1, Math.max(0, file.size() - file.done()), 0);
            return expectation.after(now, pace.timeFor(rest), now, null);
        }
        if (lanes.stream().allMatch(lane -> lane.waiting().items() == 0)) {
            return expectation.none(
                    facts.above() != null
                            ? Wording.path(facts.above().path()) + " is being looked through"
                            : facts.unplanned() > 0
                                    ? "it was seen only just now, and is about to be queued"
                                    : "the source is being compared with what it held before");
        }
        Pace.Range range = null;
        for (Backlog.InLane lane : lanes) {
            Pace.Range ofLane = paces.of(lane.lane()).timeFor(lane.all());
            if (ofLane == null) {
                return expectation.after(begin(facts), null, now, null);
            }
            range = range == null ? ofLane : range.beside(ofLane);
        }
        return expectation.after(begin(facts), range, now, openEnd(facts, lanes));
    }

    /** Why nobody can tell when the last of it arrives; null if the range says it. */
    private static @Nullable String openEnd(PathFacts facts, List<Backlog.InLane> lanes) {
        if (facts.failedBelow() > 0) {
            return Wording.count(facts.failedBelow(), "item") + " below it failed before";
        }
        if (lanes.stream().anyMatch(lane -> lane.all().walks() > 0)) {
            return "a directory is still to be looked through";
        }
        if (lanes.stream().anyMatch(lane -> !lane.all().isAll())) {
            return "there is more than was counted";
        }
        return facts.unplanned() > 0 || facts.rescanningSince() != null ? "more may come to it" : null;
    }

    /** Not before it has been quiet. */
    private static Instant begin(PathFacts facts) {
        PathFacts.Item own = facts.own();
        return own != null && own.readyAt().isAfter(facts.asOf()) ? own.readyAt() : facts.asOf();
    }

    /** Returns the path as a large file that is being sent. */
    static Optional<LargeFile> underWay(PathFacts facts, Paces.OfTarget paces) {
        PathFacts.Item own = facts.own();
        return own == null
                ? Optional.empty()
                : paces.progress().stream()
                        .flatMap(lane -> lane.progress().underWay().stream())
                        .filter(file -> file.path().equals(own.path()))
                        .findFirst();
    }
}
