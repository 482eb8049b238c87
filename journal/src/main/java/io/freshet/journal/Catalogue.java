package io.freshet.journal;

import io.freshet.file.FileIdentity;
import io.freshet.path.RelativePath;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one source was seen to hold, and the rescans that compare it with what is there, held by the source's one watcher.
 *
 * <p>The invariant: every target was asked, by a change that is in the journal, to look at each entry after it was in the
 * state that stands here. So what is still in that state needs no further look.
 *
 * <p>Used by one thread, beside the one that {@linkplain ChangeWriter appends}. Every method throws a
 * {@link io.freshet.failure.FreshetException} with {@code DATABASE_UNAVAILABLE} (nothing was written), and those that write
 * with {@code LEASE_LOST} once another watcher has the source.
 */
public interface Catalogue {
    /** Returns the oldest rescan that is not finished, which has begun by this; empty if there is none. */
    Optional<Rescan> next();

    /** Returns those of the directories that were listed before. */
    Map<RelativePath, CatalogueDirectory> directories(Collection<RelativePath> paths);

    /** Returns the entries of directories, by the key of the directory; the root itself is among the root's. */
    Map<Long, List<CatalogueEntry>> entries(Collection<Long> directories);

    /**
     * Returns where objects were seen, by {@link #anywhere} of their identity; several places for one that has several
     * names.
     */
    Map<FileIdentity, List<CatalogueEntry>> places(Collection<FileIdentity> objects);

    /** Returns an identity without the file system's id, which may be another one after the next mount. */
    static FileIdentity anywhere(FileIdentity identity) {
        return new FileIdentity(0, identity.inode(), identity.birthNanos());
    }

    /** Returns this many fresh keys. */
    List<Long> newKeys(int count);

    /** Journals what a slice found and writes it down, with the position, in one transaction. */
    void record(Rescan rescan, CatalogueChanges changes);

    /**
     * Journals what is gone for good, as one change each, and forgets it with everything below it.
     *
     * @param limit the most changes, and the most directories, in one transaction
     * @return whether nothing is left to do
     */
    boolean sweep(Rescan rescan, int limit);

    /** Ends a rescan: from now on nobody waits for it. */
    void finish(Rescan rescan);
}
