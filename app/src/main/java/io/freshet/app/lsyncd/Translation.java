package io.freshet.app.lsyncd;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a configuration of lsyncd comes to in Freshet. */
final class Translation {
    private static final Set<String> SETTINGS = Set.of(
            "logfile",
            "logident",
            "logfacility",
            "log",
            "pidfile",
            "nodaemon",
            "statusFile",
            "statusfile",
            "statusInterval",
            "insist",
            "inotifyMode",
            "maxProcesses",
            "maxDelays");

    private final Remarks remarks = new Remarks();
    private final Map<String, PlannedSource> sources = new LinkedHashMap<>();
    private final Map<Map<String, String>, String> policies = new LinkedHashMap<>();

    private Translation() {}

    static Translation of(LsyncdConfiguration configuration) {
        Translation translation = new Translation();
        configuration.settings().named().forEach(translation::setting);
        Naming sourceNames = new Naming();
        Naming targetNames = new Naming();
        for (Sync sync : configuration.syncs()) {
            translation.add(sync, sourceNames, targetNames);
        }
        Naming policyNames = new Naming();
        for (PlannedSource source : translation.sources.values()) {
            source.settleDeletions();
            for (PlannedTarget target : source.targets()) {
                if (!target.policy().isEmpty()) {
                    translation.policies.computeIfAbsent(target.policy(), content -> policyNames.of("lsyncd"));
                }
            }
            if (!source.isReady()) {
                source.remarks().warn("this source is left as a comment, as none of its targets is ready");
            }
        }
        return translation;
    }

    private void setting(String name, Item item) {
        String shown = "settings." + name + " = " + item.shown();
        if (name.equals("onepass")) {
            remarks.warn(shown + " has no counterpart: Freshet goes on; 'freshet wait' tells when all has arrived");
        } else if (name.equals("statusFile") || name.equals("statusfile")) {
            remarks.note(shown + ": 'freshet status', the pages and /metrics tell it");
        } else if (SETTINGS.contains(name)) {
            remarks.note(shown + " is about lsyncd's own way of working");
        } else {
            remarks.warn(shown + " has no counterpart");
        }
    }

    private void add(Sync sync, Naming sourceNames, Naming targetNames) {
        String path = sync.options().text("source").orElse("");
        SyncReader reader = new SyncReader(sync, targetNames);
        PlannedTarget target = path.isEmpty() ? null : reader.read();
        if (target == null) {
            remarks.warn("the sync of line " + sync.line() + " is left out: it names no "
                    + (path.isEmpty() ? "source" : "target"));
            return;
        }
        String trimmed = path.length() > 1 ? path.replaceAll("/+$", "") : path;
        sources.computeIfAbsent(trimmed, key -> new PlannedSource(sourceNames.of(Naming.last(key)), key))
                .add(sync, target, reader.rules());
    }

    Remarks remarks() {
        return remarks;
    }

    List<PlannedSource> sources() {
        return List.copyOf(sources.values());
    }

    /** Returns policies by what they say, with their names. */
    Map<Map<String, String>, String> policies() {
        return policies;
    }

    /** Returns what a target's policy is called; null for the built-in one. */
    @Nullable
    String policy(PlannedTarget target) {
        return policies.get(target.policy());
    }

    /** Returns everything that has no counterpart, each with where it stands. */
    List<String> warnings(String file) {
        List<String> all = new ArrayList<>();
        remarks.warnings().forEach(text -> all.add(file + ": " + text));
        for (PlannedSource source : sources()) {
            source.remarks().warnings().forEach(text -> all.add(file + ": source " + source.path() + ": " + text));
            for (PlannedTarget target : source.targets()) {
                target.remarks()
                        .warnings()
                        .forEach(text ->
                                all.add(file + ":" + target.line() + ": target " + target.name() + ": " + text));
            }
        }
        return all;
    }
}
