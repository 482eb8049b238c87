package io.freshet.transfer.ssh;

import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tells the extended attributes of a target's paths, for many by one command of its shell. Used by the session's thread. */
final class TargetExtended {
    private final RemoteShell shell;
    private final TargetFacts facts;
    private final Selection selection;

    TargetExtended(RemoteShell shell, TargetFacts facts) {
        this.shell = shell;
        this.facts = facts;
        this.selection = facts.fidelity().extended();
    }

    /** Returns what each of these absolute paths has of what the account could set, in their order; empty if nobody answered. */
    List<Optional<ExtendedAttributes>> of(List<byte[]> paths) {
        if (selection.isEmpty()) {
            return Collections.nCopies(paths.size(), Optional.empty());
        }
        List<Optional<ExtendedAttributes>> told = new ArrayList<>(paths.size());
        for (int from = 0; from < paths.size(); from += RemoteShell.MOST_NAMES) {
            List<byte[]> page = paths.subList(from, Math.min(paths.size(), from + RemoteShell.MOST_NAMES));
            Optional<Map<String, Map<String, byte[]>>> answer = shell.extended(page);
            page.forEach(path -> told.add(answer.map(
                    all -> covered(all.getOrDefault(new String(path, StandardCharsets.ISO_8859_1), Map.of())))));
        }
        return told;
    }

    private ExtendedAttributes covered(Map<String, byte[]> all) {
        Map<String, byte[]> covered = new TreeMap<>(all);
        covered.keySet().removeIf(name -> !selection.covers(name, facts.isSuperuser()));
        return ExtendedAttributes.of(selection, covered);
    }
}
