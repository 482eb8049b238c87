package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.journal.Evidence;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Move;
import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells what the source has under a new path and the target under an old one: proves a hint, and finds one where it was
 * folded away or lost, by the identity that the manifest has. Used by one thread.
 */
final class Moves {
    /** A smaller file is sent in the time in which it would be read, proven and renamed. */
    private static final long WORTH_SEEKING = 1 << 20;

    private final Stores stores;
    private final RunScope scope;
    private final SourceHashes hashes;

    Moves(Stores stores, RunScope scope) {
        this.stores = stores;
        this.scope = scope;
        this.hashes = new SourceHashes(scope);
    }

    /**
     * A hint saves bytes, never a look: it counts only if the source's object is the one that was delivered under the old
     * path, with that content, and the old path has it no more.
     */
    boolean isProven(Candidate candidate, Map<RelativePath, ManifestEntry> held) {
        RelativePath from = candidate.item().movedFrom();
        ManifestEntry old = from == null ? null : held.get(from);
        FileState source = candidate.present();
        if (from == null || old == null || !mayBe(source, old)) {
            return false;
        }
        ManifestEntry inTheWay = candidate.held();
        if (inTheWay != null && (inTheWay.isDirectory() || source.isDirectory())) {
            return false;
        }
        if (inTheWay != null && inTheWay.state().identity().equals(old.state().identity())) {
            // rename(2) between two names of one file does nothing.
            return false;
        }
        return !isAt(from, source.identity()) && (!source.isFile() || hashes.isSame(candidate.path(), source, old));
    }

    /**
     * Returns from where what is new to the target seems to have been moved; of a directory and what is below it the
     * directory only. One query, whatever there is to find.
     *
     * @param strangers what the source has, by paths at which the target does not have it
     */
    List<Move> lost(NavigableMap<RelativePath, FileState> strangers) {
        Set<FileIdentity> identities = strangers.values().stream()
                .filter(Moves::isWorthSeeking)
                .map(FileState::identity)
                .collect(Collectors.toSet());
        if (identities.isEmpty()) {
            return List.of();
        }
        Map<FileIdentity, List<ManifestEntry>> places = stores.manifest().names(scope.target(), identities);
        List<Move> found = new ArrayList<>();
        Set<RelativePath> directories = new HashSet<>();
        strangers.forEach((path, state) -> {
            if (path.ancestors().stream().noneMatch(directories::contains)) {
                origin(path, state, places.getOrDefault(state.identity(), List.of()))
                        .ifPresent(from -> {
                            found.add(new Move(from, path, state.isDirectory()));
                            if (state.isDirectory()) {
                                directories.add(path);
                            }
                        });
            }
        });
        return found;
    }

    /** A file of several names is linked to the others instead. */
    private static boolean isWorthSeeking(FileState state) {
        return state.identity().provesSameness()
                && (state.isDirectory() || (state.isFile() && state.links() == 1 && state.size() >= WORTH_SEEKING));
    }

    private Optional<RelativePath> origin(RelativePath path, FileState state, List<ManifestEntry> places) {
        return places.stream()
                .filter(old -> mayBe(state, old) && isUnchanged(state, old.state()))
                .map(ManifestEntry::path)
                .filter(from -> !from.isAtOrBelow(path) && !path.isAtOrBelow(from))
                .filter(from -> !scope.isBehindMissingMount(from) && isGone(from, state.identity()))
                .findFirst();
    }

    private boolean isGone(RelativePath path, FileIdentity object) {
        try {
            return !isAt(path, object);
        } catch (FreshetException e) {
            return false; // nobody can tell: then nothing is said of a move
        }
    }

    private boolean mayBe(FileState source, ManifestEntry old) {
        return old.supported()
                && (old.evidence() != Evidence.ADOPTED || old.isDirectory())
                && old.state().type() == source.type()
                && source.identity().provesSameness()
                && source.identity().equals(old.state().identity())
                && !scope.isExcluded(old.path(), source.isDirectory());
    }

    private static boolean isUnchanged(FileState source, FileState delivered) {
        return source.isDirectory()
                || (source.size() == delivered.size() && source.mtimeNanos() == delivered.mtimeNanos());
    }

    private boolean isAt(RelativePath path, FileIdentity object) {
        return scope.root()
                .lstat(path)
                .filter(now -> now.identity().equals(object))
                .isPresent();
    }
}
