package io.freshet.run;

import io.freshet.journal.ManifestEntry;
import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a wave has to do, sorted by the order in which it is done.
 *
 * <p>Used by one thread.
 */
final class WavePlan {
    /** A path that becomes another name of what the target holds already. */
    record Link(Candidate candidate, ManifestEntry existing) {}

    /** New directories, and those of which only attributes differ. */
    final List<Candidate> directories = new ArrayList<>();

    /** New directories that go with what is in them. */
    final List<NewTree> trees = new ArrayList<>();

    final List<Candidate> renames = new ArrayList<>();
    final List<Candidate> contents = new ArrayList<>();
    /** Files that the target has under another name. */
    final List<Link> links = new ArrayList<>();
    /** The other names that the target has for files among {@link #contents}. */
    final Map<RelativePath, List<ManifestEntry>> otherNames = new HashMap<>();
    /** Files of which only attributes differ. */
    final List<Candidate> attributes = new ArrayList<>();
    /** What is gone from the source, or is of another type there and has to go first. */
    final List<Candidate> removals = new ArrayList<>();
    /** Directories whose entries are to be looked at once they are there themselves. */
    final List<Candidate> walks = new ArrayList<>();
    /** Large files that the express lane came across. */
    final List<Candidate> forBulk = new ArrayList<>();

    /** Directories in which something happened that is not replicated, but has changed their time. */
    final Set<RelativePath> parents = new HashSet<>();

    /** Returns whether nothing is done but that files and whole directories are sent of which no other path is a name. */
    boolean sendsOnly() {
        return directories.isEmpty()
                && renames.isEmpty()
                && links.isEmpty()
                && otherNames.isEmpty()
                && attributes.isEmpty()
                && removals.isEmpty()
                && walks.isEmpty();
    }

    /** Takes away whatever would be done to these paths, apart from renames that end there. */
    void withdraw(Set<RelativePath> paths) {
        if (!paths.isEmpty()) {
            List.of(contents, attributes, directories, removals, walks)
                    .forEach(some -> some.removeIf(candidate -> paths.contains(candidate.path())));
            links.removeIf(link -> paths.contains(link.candidate().path()));
        }
    }

    boolean changesNothing() {
        return directories.isEmpty()
                && parents.isEmpty()
                && trees.isEmpty()
                && renames.isEmpty()
                && contents.isEmpty()
                && links.isEmpty()
                && attributes.isEmpty()
                && removals.isEmpty();
    }
}
