package io.freshet.target;

import io.freshet.failure.FreshetException;
import io.freshet.file.ContentHash;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.FileType;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One open connection to one target root.
 *
 * <p>Used by one thread at a time; {@link #close()} may come from any. Once an operation failed with a code that
 * {@linkplain io.freshet.failure.ErrorCode#concernsWholeTarget() concerns the whole target} the session is good for
 * nothing but closing. Paths are bytes; no link below the root is followed for the last component.
 */
public interface TargetSession extends AutoCloseable {
    /**
     * Returns what the target can do; complete once a gate was entered, for some of it is only found out by trying in the
     * staging area, and nothing is written before.
     */
    Set<Capability> capabilities();

    /**
     * Enters a gate of a lease epoch: from now on every path goes through {@code .freshet/g<epoch>-<nonce>-<user><number>},
     * a symlink to the root that the next owner, and the next connection of this user, removes first, so that whatever this
     * session, or the server in its name, still has under way then finds nothing. Removes the gates of older epochs and of
     * the user's earlier connections, and what those left in the staging area, but for partials. Makes {@code .freshet} (mode 0700) where it is missing.
     *
     * @param nonce letters and digits, the same for all sessions of one lease
     * @param user small letters: for whom of the lease's owner this session works, for example a lane
     * @param number goes up with every connection of the user; sessions of the same number share a gate
     * @throws io.freshet.failure.FreshetException with {@code LEASE_LOST} if a newer epoch's gate is there; {@code
     *     TARGET_ROOT_SUSPECT} if {@code .freshet} is not a real directory
     */
    void enterGate(long epoch, String nonce, String user, long number);

    /** Enters the gate of an owner who has one connection only. */
    default void enterGate(long epoch, String nonce) {
        enterGate(epoch, nonce, "only", 0);
    }

    /** Returns the bytes of {@code .freshet/marker}, or empty where there is none. */
    Optional<byte[]> readMarker();

    /**
     * Creates the marker exclusively and durably.
     *
     * @return whether this call made it; false where one exists already
     */
    boolean createMarker(byte[] content);

    /** Replaces the marker in one step, durably; only for targets with {@link Capability#ATOMIC_RENAME}. */
    void replaceMarker(byte[] content);

    /** Returns the nearest directory above the root that has a marker of its own, as the target names it; empty if none is seen. */
    Optional<String> markedAbove();

    /** Returns what the target holds under a path, without following a link; empty if that is nothing. */
    Optional<TargetEntry> look(RelativePath path);

    /** Returns what many paths hold, in the order asked, with as few round trips as the protocol allows. */
    List<Optional<TargetEntry>> look(List<RelativePath> paths);

    /**
     * Returns a directory's entries without {@code .freshet}, in no order.
     *
     * @throws io.freshet.failure.FreshetException if it is not a directory that can be read
     */
    List<TargetEntry> list(RelativePath directory);

    /**
     * Returns the entries of many directories, in the order asked, with as few round trips as the protocol allows. Unlike
     * {@link #list(RelativePath)} it follows no link.
     */
    default List<TargetListing> list(List<RelativePath> directories) {
        List<TargetListing> listings = new ArrayList<>(directories.size());
        for (Optional<TargetEntry> found : look(directories)) {
            RelativePath directory = directories.get(listings.size());
            if (found.isEmpty() || found.get().type() != FileType.DIRECTORY) {
                listings.add(new TargetListing.NoDirectory());
                continue;
            }
            try {
                listings.add(new TargetListing.Entries(list(directory)));
            } catch (FreshetException e) {
                if (e.code().concernsWholeTarget()) {
                    throw e;
                }
                listings.add(new TargetListing.Unreadable(e.code(), String.valueOf(e.getMessage())));
            }
        }
        return listings;
    }

    /**
     * Carries out operations and tells how each ended, in the order given. The target sees them take effect in list order
     * wherever one path is at, above or below another's; others may overlap. A failure does not stop the ones after it
     * unless it concerns the whole target: then all that have not ended end as failed with the same code.
     *
     * <p>Nothing is changed through a symlink above a path: such an operation ends as failed with {@code OUTSIDE_ROOT}. So may
     * one of which the monitor was told that it is done, if a symlink is found above it afterwards.
     */
    List<Result> apply(List<Operation> operations, Monitor monitor);

    /**
     * Returns from how many entries on new directories are sooner on this target {@linkplain #putWhole whole} than entry by
     * entry, as measured when it was connected to; empty where it lacks {@link Capability#WHOLE_DIRECTORY}.
     */
    default OptionalInt fewestToPutWhole() {
        return OptionalInt.empty();
    }

    /**
     * Puts directories, each complete and flushed before one rename makes it visible with everything in it. What of it cannot
     * be read, or changes meanwhile, fails by itself and is left out. Something in the directory's place is a {@code
     * TARGET_CONFLICT}, a symlink above it {@code OUTSIDE_ROOT}.
     *
     * @return for each directory how its contents ended, in their order; what is wrong with it as a whole is the failure of
     *     each
     */
    default List<List<Result>> putWhole(List<NewDirectory> directories, Monitor monitor) {
        throw new UnsupportedOperationException("this target is filled entry by entry");
    }

    /**
     * Returns the hashes of what files hold as the target reads them now, in the order asked; empty where there is no
     * regular file, or one that cannot be read. Where the target does not hash by itself all their content is fetched.
     *
     * @param monitor asked whether to stop
     * @throws io.freshet.failure.FreshetException with {@code STOPPED} if asked to stop
     */
    List<Optional<ContentHash>> hash(List<RelativePath> paths, Monitor monitor);

    /**
     * Returns the extended attributes that paths have, symlinks themselves, in the order asked: those that the target's options
     * ask for and its account could set. Empty where that cannot be told, or no option asks; a file that the account may not
     * read may seem to have none.
     */
    default List<Optional<ExtendedAttributes>> extended(List<RelativePath> paths) {
        return Collections.nCopies(paths.size(), Optional.empty());
    }

    /** Returns the bytes that the account can still write below the root, where the target tells. */
    OptionalLong freeBytes();

    /**
     * Removes everything from the staging area but the partials with these keys; only the owner of the lease calls this, with
     * nothing under way.
     */
    void sweepStaging(Set<PartialKey> needed);

    /** Removes the partials with these keys; nobody is delivering to them, others may be under way. */
    void removePartials(Set<PartialKey> needless);

    @Override
    void close();
}
