package io.freshet.web.page;

import io.freshet.journal.SourceStatus;
import io.freshet.journal.Status;
import io.freshet.journal.TargetCondition;
import io.freshet.journal.TargetStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The front page in one sentence, with every target counted once, and what needs a person, worst first.
 *
 * @param tone of the sentence: the worst target colours it
 */
record Verdict(String sentence, String tone, List<TargetStatus> needsYou) {

    static Verdict of(Status status) {
        List<TargetStatus> targets = status.targets();
        List<TargetStatus> needsYou = targets.stream()
                .filter(TargetStatus::needsPerson)
                .sorted(Comparator.comparing(TargetStatus::condition).thenComparing(TargetStatus::target))
                .toList();
        long total = targets.size();
        if (total == 0) {
            return new Verdict("No targets yet", "neu", needsYou);
        }
        long good = count(targets, TargetCondition.UP_TO_DATE);
        if (good == total) {
            return new Verdict(
                    total == 1 ? "The target is up to date" : "All " + total + " targets are up to date",
                    "ok",
                    needsYou);
        }
        long unknown = count(targets, TargetCondition.UNKNOWN);
        long needs = needsYou.stream()
                .filter(target -> target.condition() != TargetCondition.UNKNOWN)
                .count();
        long failing = targets.stream()
                .filter(target -> target.condition() == TargetCondition.FAILING && !target.needsPerson())
                .count();
        long working = total - good - unknown - needs - failing;
        List<String> parts = new ArrayList<>();
        parts.add(good + " of " + total + (total == 1 ? " target" : " targets") + (good == 1 ? " is" : " are")
                + " up to date");
        add(parts, working, "is catching up", "are catching up");
        add(parts, failing, "fails and is tried again", "fail and are tried again");
        add(parts, unknown, "is not known", "are not known");
        add(parts, needs, "needs you", "need you");
        String tone = needs > 0 ? "held" : failing > 0 ? "warn" : unknown > 0 ? "neu" : "info";
        return new Verdict(String.join(", ", parts), tone, needsYou);
    }

    /** Sources as the page shows them: within each the targets that need somebody first. */
    static List<SourceStatus> sorted(Status status) {
        return status.sources().stream()
                .map(source -> new SourceStatus(
                        source.source(),
                        source.rootPath(),
                        source.head(),
                        source.observedAt(),
                        source.watcher(),
                        source.bandwidth(),
                        source.targets().stream()
                                .sorted(Comparator.comparing((TargetStatus target) -> !target.needsPerson())
                                        .thenComparing(TargetStatus::condition)
                                        .thenComparing(TargetStatus::target))
                                .toList()))
                .toList();
    }

    private static long count(List<TargetStatus> targets, TargetCondition condition) {
        return targets.stream()
                .filter(target -> target.condition() == condition)
                .count();
    }

    private static void add(List<String> parts, long count, String one, String many) {
        if (count > 0) {
            parts.add(count + " " + (count == 1 ? one : many));
        }
    }
}
