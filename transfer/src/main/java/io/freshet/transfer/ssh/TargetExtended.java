package io.freshet.transfer.ssh;

import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
            for (byte[] path : page) {
                String name = new String(path, StandardCharsets.ISO_8859_1);
                told.add(answer.map(all -> ExtendedAttributes.of(
                        selection, selection.covered(all.getOrDefault(name, Map.of()), facts.isSuperuser()))));
            }
        }
        return told;
    }
}
