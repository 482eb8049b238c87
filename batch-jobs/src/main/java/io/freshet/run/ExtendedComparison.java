package io.freshet.run;

import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.file.FileState;
import io.freshet.journal.ManifestEntry;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares the extended attributes and ACLs of a target with what was delivered there, where its options ask for them.
 *
 * <p>Of what was delivered only a digest is known. An account that is not the superuser was given less than a superuser read
 * from the source; then the source is asked what there was to give. Used by one thread.
 */
final class ExtendedComparison {
    private static final int OWNER_READS = 0400;

    private final RunScope scope;
    private final Selection selection;

    ExtendedComparison(RunScope scope) {
        this.scope = scope;
        this.selection = scope.served().fidelity().extended();
    }

    /**
     * What was found out about some paths.
     *
     * @param differing how those differ that have others than were delivered
     * @param untold those of which the target did not tell, as its shell does not answer any more
     */
    record Findings(Map<RelativePath, Divergence> differing, Set<RelativePath> untold) {
        boolean isAlike(RelativePath path) {
            return !differing.containsKey(path) && !untold.contains(path);
        }
    }

    /** Compares what the target has with what was delivered. */
    Findings of(Collection<ManifestEntry> delivered) {
        List<ManifestEntry> comparable =
                delivered.stream().filter(this::isComparable).toList();
        Findings findings = new Findings(new HashMap<>(), new HashSet<>());
        if (selection.isEmpty() || comparable.isEmpty()) {
            return findings;
        }
        List<Optional<ExtendedAttributes>> found = scope.session()
                .extended(comparable.stream().map(ManifestEntry::path).toList());
        for (int i = 0; i < comparable.size(); i++) {
            ManifestEntry held = comparable.get(i);
            if (found.get(i).isEmpty()) {
                findings.untold.add(held.path());
            } else if (differs(held, found.get(i).get())) {
                findings.differing.put(held.path(), divergence(found.get(i).get()));
            }
        }
        return findings;
    }

    /** Of a file that its owner may not read an ordinary account is told none. */
    private boolean isComparable(ManifestEntry held) {
        FileState state = held.state();
        boolean told = !(state.isFile() || state.isDirectory()) || isReadable(held);
        return told && !state.extended().equals(ExtendedAttributes.NOT_ASKED);
    }

    /** Returns whether the target's account should be able to read what was delivered so. */
    boolean isReadable(ManifestEntry held) {
        return isSuperuser() || (held.state().mode() & OWNER_READS) != 0;
    }

    private boolean isSuperuser() {
        return scope.session().capabilities().contains(Capability.CHANGE_OWNER);
    }

    private boolean differs(ManifestEntry held, ExtendedAttributes there) {
        if (there.equals(held.state().extended())) {
            return false;
        }
        if (isSuperuser()) {
            return true;
        }
        ExtendedAttributes given = given(held);
        return given != null && !there.equals(given);
    }

    /** What an account that is not the superuser was given; null where that cannot be told, for the source has others by now. */
    private @Nullable ExtendedAttributes given(ManifestEntry held) {
        return scope.askSource(() -> scope.root()
                        .lstat(held.path())
                        .map(FileState::extended)
                        .filter(held.state().extended()::equals))
                .map(source -> ExtendedAttributes.of(selection, selection.covered(source.values(), false)))
                .orElse(null);
    }

    private static Divergence divergence(ExtendedAttributes there) {
        return new Divergence(
                Divergence.Kind.ATTRIBUTES,
                "has other extended attributes or ACLs than were delivered: "
                        + (there.values().isEmpty()
                                ? "none"
                                : String.join(", ", there.values().keySet())));
    }
}
