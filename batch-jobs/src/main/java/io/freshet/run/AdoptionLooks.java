package io.freshet.run;

import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.target.TargetEntry;
import io.freshet.target.TargetListing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what a target held before we came: where many paths of one directory are asked for, one listing answers for all.
 *
 * <p>What a listing cannot tell, where a symlink leads, is asked for by itself. Used by one thread.
 */
final class AdoptionLooks {
    /** From so many on one listing is cheaper than a look at each. */
    private static final int MANY = 8;
    /** A directory with so many more entries than were asked for is not listed once more. */
    private static final int FEW_OF = 8;

    private final RunScope scope;

    AdoptionLooks(RunScope scope) {
        this.scope = scope;
    }

    /** Returns what the target holds under paths, in the order asked. */
    List<Optional<TargetEntry>> at(List<RelativePath> paths) {
        Map<RelativePath, TargetEntry> listed = new HashMap<>();
        Set<RelativePath> answered = list(paths, listed);
        List<RelativePath> rest = paths.stream()
                .filter(path -> path.isRoot() || !answered.contains(parent(path)) || isLink(listed.get(path)))
                .toList();
        Map<RelativePath, Optional<TargetEntry>> looks = new HashMap<>();
        List<Optional<TargetEntry>> found = scope.session().look(rest);
        for (int i = 0; i < rest.size(); i++) {
            looks.put(rest.get(i), found.get(i));
        }
        return paths.stream()
                .map(path -> looks.containsKey(path) ? looks.get(path) : Optional.ofNullable(listed.get(path)))
                .toList();
    }

    /** Returns the directories for which a listing has answered. */
    private Set<RelativePath> list(List<RelativePath> paths, Map<RelativePath, TargetEntry> listed) {
        Map<RelativePath, Integer> asked = new TreeMap<>();
        paths.stream().filter(path -> !path.isRoot()).forEach(path -> asked.merge(parent(path), 1, Integer::sum));
        asked.values().removeIf(count -> count < MANY);
        asked.keySet().removeAll(scope.largeDirectories());
        List<RelativePath> directories = new ArrayList<>(asked.keySet());
        List<TargetListing> listings = scope.session().list(directories);
        for (int i = 0; i < directories.size(); i++) {
            RelativePath directory = directories.get(i);
            if (listings.get(i) instanceof TargetListing.Entries entries) {
                entries.entries().forEach(entry -> listed.put(entry.path(), entry));
                if (entries.entries().size() / FEW_OF > asked.getOrDefault(directory, 0)) {
                    scope.largeDirectories().add(directory);
                }
            } else if (listings.get(i) instanceof TargetListing.Unreadable) {
                asked.remove(directory);
            }
        }
        return Set.copyOf(asked.keySet());
    }

    private static RelativePath parent(RelativePath path) {
        return path.isRoot() ? path : path.parent();
    }

    private static boolean isLink(@Nullable TargetEntry entry) {
        return entry != null && entry.type() == FileType.SYMLINK;
    }
}
