package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Concludes from the facts about a path on a target how it stands there, in one sentence of a closed set. */
final class PathVerdict {
    private final OpeningHours openingHours;
    private final Wording wording;
    private final PathExpectation expectation;

    PathVerdict(OpeningHours openingHours, Wording wording) {
        this.openingHours = openingHours;
        this.wording = wording;
        this.expectation = new PathExpectation(openingHours, wording);
    }

    /**
     * What is known beside the facts.
     *
     * @param seen what the source has now, where that could be looked at
     * @param exclusion the rule that leaves the path out; null if none does, or nobody here knows the rules
     * @param lanes where it waits
     * @param arrived what the target holds below it; null if it is no directory there
     */
    record Beside(
            Optional<SourceLook.Seen> seen,
            @Nullable String exclusion,
            List<Backlog.InLane> lanes,
            Paces.OfTarget paces,
            @Nullable Arrived arrived) {

        @Nullable
        Backlog backlog() {
            return lanes.isEmpty()
                    ? null
                    : new Backlog(
                            lanes.stream().map(Backlog.InLane::waiting).reduce(Work.NONE, Work::and),
                            lanes.stream().map(Backlog.InLane::ahead).reduce(Work.NONE, Work::and));
        }
    }

    PathAnswer.AtTarget of(PathFacts facts, Beside beside) {
        boolean isPending = facts.isPending() || facts.hold() != null;
        boolean isExcluded = beside.exclusion != null && facts.own() == null && facts.hold() == null;
        Said said = isExcluded
                ? excluded(facts, beside.exclusion)
                : isPending ? pending(facts, beside) : settled(facts, beside.seen);
        Backlog backlog = isExcluded ? null : beside.backlog();
        PathFacts.Held held = facts.held();
        PathFacts.Last last = facts.last();
        PathFacts.Item item = facts.own() != null ? facts.own() : facts.above();
        boolean gone = held == null && last != null;
        return new PathAnswer.AtTarget(
                facts.target(),
                said.state,
                said.sentence,
                held == null ? null : held.type(),
                held == null ? null : held.state().size(),
                held != null
                        ? held.deliveredAt()
                        : gone ? Objects.requireNonNull(last).deliveredAt() : null,
                held != null
                        ? Long.valueOf(held.run())
                        : gone ? Long.valueOf(Objects.requireNonNull(last).run()) : null,
                held == null ? null : held.contentAsOf(),
                held == null ? null : held.evidence(),
                facts.below(),
                since(facts),
                backlog == null ? 0 : backlog.ahead().items(),
                item == null ? 0 : item.attempts(),
                item == null ? null : item.errorCode(),
                item == null ? null : item.error(),
                item == null || item.attempts() == 0 ? null : item.readyAt(),
                facts.hold(),
                beside.arrived,
                backlog,
                isExcluded ? null : expectation.of(facts, beside.lanes, beside.paces));
    }

    private Said excluded(PathFacts facts, @Nullable String rule) {
        return new Said(
                PathAnswer.State.EXCLUDED,
                "Not going: excluded by " + rule
                        + (facts.held() == null
                                ? "."
                                : "; the target holds it from before. " + delivered(facts.held(), facts.asOf()) + "."));
    }

    /** The answer for all targets in one sentence. */
    static String summary(String path, List<PathAnswer.AtTarget> targets) {
        String what = Wording.path(path);
        if (targets.isEmpty()) {
            return what + " has no targets.";
        }
        long complete = targets.stream()
                .filter(one -> one.state() == PathAnswer.State.DELIVERED)
                .count();
        if (targets.stream().allMatch(one -> one.state() == PathAnswer.State.ABSENT)) {
            return "Nothing named " + what + " is on any target or on its way.";
        }
        if (complete == targets.size()) {
            return what + " is complete on "
                    + (complete == 1 ? targets.get(0).target() : "all " + complete + " targets") + ".";
        }
        return targets.size() == 1
                ? what + " is not complete on " + targets.get(0).target() + "."
                : what + " is complete on " + complete + " of " + targets.size() + " targets.";
    }

    private Said pending(PathFacts facts, Beside beside) {
        Instant now = facts.asOf();
        if (facts.hold() != null) {
            return new Said(
                    PathAnswer.State.HELD,
                    facts.keptBy() != null
                            ? "Kept as it is: " + facts.keptBy() + " rejected hold " + facts.hold() + "."
                            : "Needs a person: held by hold " + facts.hold() + ", "
                                    + fullStop(String.valueOf(facts.holdDetail())));
        }
        if (facts.pausedAt() != null) {
            return new Said(
                    PathAnswer.State.WAITING,
                    "Waiting: " + facts.target() + " is paused by " + facts.pausedBy() + " since "
                            + wording.moment(facts.pausedAt(), now) + ".");
        }
        if (facts.failingCode() != null) {
            String why = facts.failingMessage() == null ? Wording.code(facts.failingCode()) : facts.failingMessage();
            boolean needsPerson = Rows.needsPerson(facts.failingCode());
            return new Said(
                    needsPerson ? PathAnswer.State.FAILED : PathAnswer.State.WAITING,
                    (needsPerson
                                    ? "Needs a person: "
                                    : "Tried again by itself" + nextTry(facts.failingNextAt(), now) + ": ")
                            + fullStop(why));
        }
        PathFacts.Item item = facts.failedItem();
        if (item != null) {
            return failed(facts, item, now);
        }
        return waiting(facts, beside, now);
    }

    private Said failed(PathFacts facts, PathFacts.Item item, Instant now) {
        String why = item.error() == null ? Wording.code(item.errorCode()) : item.error();
        if (ErrorCode.SOURCE_CHANGED.name().equals(item.errorCode())) {
            PathFacts.Last last = facts.last();
            return new Said(
                    PathAnswer.State.WAITING,
                    "Unstable: it changed while it was read, " + Wording.count(item.attempts(), "time")
                            + "; tried again by itself" + nextTry(item.readyAt(), now) + "."
                            + (last == null || !last.outcome().equals(Outcome.TRANSFERRED_UNSTABLE.name())
                                    ? ""
                                    : " As it was read it was delivered " + wording.moment(last.deliveredAt(), now)
                                            + "."));
        }
        if (Rows.needsPerson(item.errorCode())) {
            return new Said(
                    PathAnswer.State.FAILED,
                    "Failed " + Wording.count(item.attempts(), "time") + " since " + wording.moment(item.since(), now)
                            + ": " + fullStop(why) + " Next try" + nextTry(item.readyAt(), now) + ".");
        }
        return new Said(
                PathAnswer.State.WAITING,
                "Tried again by itself" + nextTry(item.readyAt(), now) + ", failed "
                        + Wording.count(item.attempts(), "time") + ": " + fullStop(why));
    }

    private Said waiting(PathFacts facts, Beside beside, Instant now) {
        OpeningHours.Next next = facts.isServed() ? null : openingHours.closedUntil(facts.target(), now);
        Backlog backlog = beside.backlog();
        String ahead = backlog == null || backlog.ahead().items() == 0
                ? ""
                : "; " + backlog.ahead().countWords() + " ahead";
        if (next != null) {
            String until = next.fires() ? "Waiting for the next firing " : "Waiting: window opens ";
            return new Said(PathAnswer.State.WAITING, until + wording.moment(next.at(), now) + ahead + ".");
        }
        if (facts.own() == null && facts.below() > 0) {
            return below(facts, now);
        }
        Optional<Progress.LargeFile> underWay = PathExpectation.underWay(facts, beside.paces);
        if (underWay.isPresent()) {
            return new Said(
                    PathAnswer.State.WAITING, "Being sent: " + underWay.get().words() + ".");
        }
        PathFacts.Item item = facts.own() != null ? facts.own() : facts.above();
        if (item != null && item.postponedBecause() != null) {
            return new Said(PathAnswer.State.WAITING, "Waiting: " + fullStop(item.postponedBecause()));
        }
        if (facts.own() == null && facts.above() != null) {
            return new Said(
                    PathAnswer.State.WAITING,
                    "Waiting: " + Wording.path(facts.above().path()) + " is being looked through" + ahead + ".");
        }
        if (facts.own() != null && facts.own().readyAt().isAfter(now)) {
            return new Said(
                    PathAnswer.State.WAITING,
                    "Waiting until it has been quiet, "
                            + Wording.span(Duration.between(now, facts.own().readyAt())) + " more" + ahead + ".");
        }
        if (facts.own() == null && facts.unplanned() == 0) {
            return new Said(
                    PathAnswer.State.WAITING,
                    "Waiting: the source is being compared with what it held before"
                            + (facts.held() == null
                                    ? "."
                                    : "; delivered as it was "
                                            + wording.moment(facts.held().contentAsOf(), now) + "."));
        }
        return new Said(PathAnswer.State.WAITING, "On its way" + ahead + ".");
    }

    private Said below(PathFacts facts, Instant now) {
        String count = facts.below() >= Backlogs.LIMIT
                ? "more than " + Wording.count(Backlogs.LIMIT - 1L, "item")
                : Wording.count(facts.below(), "item");
        String why = Wording.code(facts.failedBelowCode()) + ", next try" + nextTry(facts.failedBelowNextAt(), now);
        if (facts.failedBelow() > 0 && facts.failedBelow() == facts.below()) {
            boolean isStuck = facts.stuckBelow() == facts.below();
            return new Said(
                    isStuck ? PathAnswer.State.FAILED : PathAnswer.State.WAITING,
                    (isStuck ? "Failed: " : "Tried again by itself: ") + count + " below it, " + why
                            + "; everything else has arrived.");
        }
        String failing = facts.failedBelow() == 0
                ? ""
                : ", " + Wording.count(facts.failedBelow()) + " of them failed before (" + why + ")";
        return new Said(PathAnswer.State.WAITING, "Waiting: " + count + " below it on the way" + failing + ".");
    }

    private Said settled(PathFacts facts, Optional<SourceLook.Seen> seen) {
        Instant now = facts.asOf();
        PathFacts.Held held = facts.held();
        boolean observed = TargetVerdict.isObserved(facts.observedAt(), now);
        String doubt = facts.observedAt() == null
                ? "the source has not been observed yet."
                : "the source was last observed " + wording.moment(facts.observedAt(), now) + ".";
        if (held != null && !held.supported()) {
            return new Said(
                    PathAnswer.State.UNSUPPORTED, "Not supported by the target: " + typeWord(held.type()) + ".");
        }
        Unobserved difference = Unobserved.between(seen, facts);
        if (difference != null) {
            String since = held == null ? "." : ". " + delivered(held, now) + ".";
            return observed
                    ? new Said(PathAnswer.State.WAITING, difference.words() + since)
                    : new Said(PathAnswer.State.UNKNOWN, difference.words() + ": " + doubt);
        }
        if (held != null) {
            String delivered = delivered(held, now);
            return observed
                    ? new Said(PathAnswer.State.DELIVERED, delivered + ".")
                    : new Said(
                            PathAnswer.State.UNKNOWN, delivered + "; whether it changed since is not known: " + doubt);
        }
        PathFacts.Last last = facts.last();
        if (last != null && last.outcome().equals("DELETED")) {
            return new Said(
                    PathAnswer.State.ABSENT,
                    "Not there: its deletion was delivered " + wording.moment(last.deliveredAt(), now) + ".");
        }
        return observed
                ? new Said(PathAnswer.State.ABSENT, "Not there, and nothing of this name is on its way.")
                : new Said(PathAnswer.State.UNKNOWN, "Not there; whether it exists is not known: " + doubt);
    }

    private String delivered(PathFacts.Held held, Instant now) {
        return (held.evidence().equals("ADOPTED") ? "Found there " : "Delivered ")
                + wording.moment(held.deliveredAt(), now)
                + (held.type().equals("d") ? "" : ", as it was at " + wording.clock(held.contentAsOf(), now));
    }

    private String nextTry(@Nullable Instant next, Instant now) {
        return next == null ? "" : next.isBefore(now) ? " now" : " at " + wording.moment(next, now);
    }

    private static @Nullable Instant since(PathFacts facts) {
        PathFacts.Item own = facts.own();
        if (own != null) {
            return own.since();
        }
        if (facts.oldestBelowAt() != null) {
            return facts.oldestBelowAt();
        }
        PathFacts.Item above = facts.above();
        if (above != null) {
            return above.since();
        }
        return facts.unplannedSince() != null ? facts.unplannedSince() : facts.rescanningSince();
    }

    private static String typeWord(String type) {
        return switch (type) {
            case "p" -> "named pipe";
            case "s" -> "socket";
            case "c", "b" -> "device";
            case "l" -> "symbolic link";
            default -> "this kind of file";
        };
    }

    private static String fullStop(String sentence) {
        return sentence.endsWith(".") ? sentence : sentence + ".";
    }

    private record Said(PathAnswer.State state, String sentence) {}
}
