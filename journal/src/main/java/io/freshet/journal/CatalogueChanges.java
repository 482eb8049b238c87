package io.freshet.journal;

import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What one slice of a rescan found, to be recorded as a whole by {@link Catalogue#record}. Used by one thread. */
public final class CatalogueChanges {
    record Put(long directory, RelativePath path, FileState state, boolean racy) {}

    record Listed(
            long directory, RelativePath path, @Nullable UUID digest, boolean added) {}

    record Moved(String from, String to) {}

    final List<Change> journaled = new ArrayList<>();
    final List<CatalogueEntry> forgotten = new ArrayList<>();
    final List<CatalogueEntry> gone = new ArrayList<>();
    final List<Moved> moved = new ArrayList<>();
    final List<Listed> listed = new ArrayList<>();
    final List<Put> put = new ArrayList<>();
    long entries;
    long directories;
    final List<String> unreadable = new ArrayList<>();

    @Nullable
    RelativePath position;

    @Nullable
    RelativePath covered;

    /** Asks every target for a look. */
    public void journal(Change change) {
        journaled.add(change);
    }

    /** Removes an entry, as far as it is still the object that was read. */
    public void forget(CatalogueEntry entry) {
        forgotten.add(entry);
    }

    /** Marks an entry that is not where it was. */
    public void gone(CatalogueEntry entry) {
        gone.add(entry);
    }

    /** Writes an entry of a directory; an earlier one of that name has been {@linkplain #forget forgotten}. */
    public void put(long directory, RelativePath path, FileState state, boolean racy) {
        put.add(new Put(directory, path, state, racy));
    }

    /** Writes down a listing. */
    public void listed(long directory, RelativePath path, @Nullable UUID digest, boolean added) {
        listed.add(new Listed(directory, path, digest, added));
    }

    /** Puts what is known at and below a directory out of the way of what is there now. */
    public void displace(RelativePath directory, long unique) {
        moved.add(new Moved(directory.toString(), "/" + unique + "/" + directory));
    }

    /** Renames a directory with everything below it, after those that were moved or displaced before. */
    public void move(RelativePath from, RelativePath to) {
        String now = from.toString();
        for (Moved earlier : moved) {
            now = earlier.from.equals(now)
                    ? earlier.to
                    : now.startsWith(earlier.from + "/") ? earlier.to + now.substring(earlier.from.length()) : now;
        }
        moved.add(new Moved(now, to.toString()));
    }

    /** Returns whether directories change their places, so that what was read of the catalogue is no longer true. */
    public boolean movesDirectories() {
        return !moved.isEmpty();
    }

    /** Counts a directory and its entries as compared. */
    public void counted(long more) {
        directories++;
        entries += more;
    }

    /** Notes a directory that could not be read. */
    public void unreadable(String message) {
        unreadable.add(message);
    }

    /** Says how far the walk is now. */
    public void walkedTo(RelativePath directory, @Nullable RelativePath coveredBy) {
        position = directory;
        covered = coveredBy;
    }
}
