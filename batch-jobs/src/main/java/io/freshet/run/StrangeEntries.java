package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.ManifestEntry;
import io.freshet.path.RelativePath;
import io.freshet.target.TargetEntry;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells what of a listing we never put there, so that it can be listed and, by policy or approval, deleted.
 *
 * <p>Not what a rule protects, nor what the source has and is still to be delivered, nor what another Freshet has marked as
 * its own. Used by one thread.
 */
final class StrangeEntries {
    private static final byte[] HOUSE = RelativePath.RESERVED_NAME.getBytes(StandardCharsets.US_ASCII);

    private static final int MOST_REMEMBERED = 20_000;

    private final Stores stores;
    private final RunScope scope;
    /** Directories that are not in the manifest, and whether there is a house of Freshet in them. */
    private final Map<RelativePath, Boolean> houses = new HashMap<>();

    StrangeEntries(Stores stores, RunScope scope) {
        this.stores = stores;
        this.scope = scope;
    }

    /**
     * Writes down those of some entries that are strange, after a fresh look at each.
     *
     * @param candidates entries that were listed and are not in the manifest as it was then
     * @return how many there are
     */
    long note(long verification, List<TargetEntry> candidates) {
        Claims claims = scope.served().claims();
        List<RelativePath> claimed = claims.claimEntries(candidates.stream()
                .filter(entry -> !isProtected(entry.path(), entry.type() == FileType.DIRECTORY))
                .map(TargetEntry::path)
                .toList());
        try {
            List<TargetEntry> strange = strange(claimed);
            stores.extras().found(scope.lease(), verification, strange);
            return strange.size();
        } finally {
            claimed.forEach(claims::release);
        }
    }

    /** Returns what the target holds under claimed paths and we never put there. */
    List<TargetEntry> strange(List<RelativePath> claimed) {
        if (claimed.isEmpty()) {
            return List.of();
        }
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), claimed);
        List<TargetEntry> there = scope.session().look(claimed).stream()
                .flatMap(Optional::stream)
                .filter(entry -> !held.containsKey(entry.path()))
                .filter(entry -> !isProtected(entry.path(), entry.type() == FileType.DIRECTORY))
                .filter(entry -> !isWanted(entry.path()))
                .toList();
        Set<RelativePath> elsewhere = notDirectories(there);
        lookForHouses(there);
        return there.stream()
                .filter(entry -> entry.path().ancestors().stream().noneMatch(elsewhere::contains))
                .filter(entry -> !isInForeignHouse(entry))
                .toList();
    }

    /** Through a symlink above it a path leads to another place, of which nothing is known and nothing deleted. */
    private Set<RelativePath> notDirectories(List<TargetEntry> entries) {
        List<RelativePath> above = entries.stream()
                .flatMap(entry -> entry.path().ancestors().stream())
                .filter(path -> !path.isRoot())
                .distinct()
                .toList();
        List<Optional<TargetEntry>> looks = scope.session().look(above);
        Set<RelativePath> others = new HashSet<>();
        for (int i = 0; i < above.size(); i++) {
            if (looks.get(i).filter(entry -> entry.type() == FileType.DIRECTORY).isEmpty()) {
                others.add(above.get(i));
            }
        }
        return others;
    }

    private boolean isProtected(RelativePath path, boolean directory) {
        return path.isRoot()
                || path.isReserved()
                || scope.isBehindMissingMount(path)
                || scope.filter().protects(path, directory);
    }

    /** Whether the source has something there that is, or will be, delivered; or it cannot be told. */
    private boolean isWanted(RelativePath path) {
        try {
            Optional<FileState> source = scope.root().lstat(path);
            return source.isPresent() && !scope.isExcluded(path, source.get().isDirectory());
        } catch (FreshetException e) {
            if (e.code().concernsWholeTarget()) {
                throw e;
            }
            return true;
        }
    }

    private boolean isInForeignHouse(TargetEntry entry) {
        return houses.getOrDefault(entry.path(), false)
                || entry.path().ancestors().stream().anyMatch(above -> houses.getOrDefault(above, false));
    }

    /** A target of another Freshet below ours is like a mount point: none of our business. */
    private void lookForHouses(List<TargetEntry> entries) {
        Set<RelativePath> directories = new LinkedHashSet<>();
        for (TargetEntry entry : entries) {
            if (entry.type() == FileType.DIRECTORY) {
                directories.add(entry.path());
            }
            directories.addAll(entry.path().ancestors());
        }
        if (houses.size() > MOST_REMEMBERED) {
            houses.clear();
        }
        directories.removeIf(path -> path.isRoot() || houses.containsKey(path));
        Set<RelativePath> ours =
                stores.manifest().find(scope.target(), directories).keySet();
        List<RelativePath> strange =
                directories.stream().filter(path -> !ours.contains(path)).toList();
        Set<RelativePath> found =
                scope
                        .session()
                        .look(strange.stream().map(path -> path.child(HOUSE)).toList())
                        .stream()
                        .flatMap(Optional::stream)
                        .map(entry -> entry.path().parent())
                        .collect(Collectors.toSet());
        strange.forEach(path -> houses.put(path, found.contains(path)));
    }
}
