package io.freshet.app.lsyncd;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A source of the result, which grows by the syncs that read the same directory. */
final class PlannedSource {
    private final String name;
    private final String path;
    private final Remarks remarks = new Remarks();
    private final List<PlannedTarget> targets = new ArrayList<>();
    private @Nullable SourceRules rules;

    PlannedSource(String name, String path) {
        this.name = name;
        this.path = path;
        if (!path.startsWith("/") || path.contains("${")) {
            remarks.warn(
                    "the source '" + path + "' is relative or holds what looks like a variable; write the whole path");
        }
    }

    String name() {
        return name;
    }

    String path() {
        return path;
    }

    Remarks remarks() {
        return remarks;
    }

    List<PlannedTarget> targets() {
        return targets;
    }

    SourceRules rules() {
        return rules == null ? new SourceRules(List.of(), List.of(), List.of()) : rules;
    }

    boolean isReady() {
        return path.startsWith("/") && !path.contains("${") && targets.stream().anyMatch(PlannedTarget::isReady);
    }

    void add(Sync sync, PlannedTarget target, SourceRules ofSync) {
        if (rules == null) {
            rules = ofSync;
        } else if (!rules.equals(ofSync)) {
            rules = rules.and(ofSync);
            remarks.warn("the syncs of this directory leave out different things, also that of line " + sync.line()
                    + ". Freshet has rules for a source, not for a target: all of them are here, for every target");
        }
        targets.add(target);
    }

    /** Settles what becomes of deletions, once all targets are known: rules hold for all of them. */
    void settleDeletions() {
        boolean never = !targets.isEmpty()
                && targets.stream().allMatch(target -> target.delete() == PlannedTarget.Deleting.NEVER);
        if (never) {
            List<String> filter = new ArrayList<>(List.of("P *"));
            filter.addAll(rules().filter());
            rules = new SourceRules(filter, rules().exclude(), rules().excludeFrom());
            remarks.note("delete = false: the rule 'P *' protects everything at the targets from deletion");
            return;
        }
        for (PlannedTarget target : targets) {
            switch (target.delete()) {
                case NEVER -> {
                    target.policy().put("max-deletes", "{count: 0, percent: 0}");
                    target.policy().put("extras", "leave");
                    target.remarks()
                            .warn(
                                    "delete = false for one target of several: every deletion is held and shown, and waits"
                                            + " until somebody approves or rejects it");
                }
                case AT_START ->
                    target.remarks()
                            .warn(
                                    "delete = 'startup' has no counterpart: what vanishes from the source is deleted at once;"
                                            + " what the target holds besides is held (extras: delete lets it be deleted)");
                case RUNNING -> target.policy().put("extras", "leave");
                case ALWAYS ->
                    target.remarks()
                            .note(
                                    "what the target holds and the source does not is listed and held; extras: delete in a"
                                            + " policy deletes it, as lsyncd does at its start");
            }
        }
    }
}
