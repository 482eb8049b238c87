package io.freshet.run;

import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.target.TargetEntry;
import io.freshet.target.TargetListing;
import io.freshet.target.TargetSession;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The directories of a target at and below one of them, parents before children and siblings in byte order, so that a
 * position is one path from which it can go on after a stop.
 *
 * <p>Siblings are listed together, ahead of their turn. Memory depends on the depth and on what some directories hold, not
 * on the tree. Used by one thread.
 */
final class TargetWalk {
    private static final int SIBLINGS_AT_ONCE = 32;
    /** So much may be read ahead; a single directory may have more. */
    private static final int ENTRIES_AHEAD = 20_000;

    /** A directory and what the target said of it. */
    record Listed(RelativePath directory, TargetListing listing) {
        List<TargetEntry> entries() {
            return listing instanceof TargetListing.Entries entries ? entries.entries() : List.of();
        }
    }

    private static final class Level {
        private final List<RelativePath> directories;
        private int next;

        private Level(List<RelativePath> directories) {
            this.directories = directories;
        }
    }

    private final TargetSession session;
    private final Predicate<RelativePath> entered;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final Map<RelativePath, TargetListing> ahead = new HashMap<>();
    private int entriesAhead;

    /**
     * @param position the last directory that was seen before; null to start at the beginning
     * @param entered whether to go into a directory
     */
    TargetWalk(
            TargetSession session,
            RelativePath start,
            @Nullable RelativePath position,
            Predicate<RelativePath> entered) {
        this.session = session;
        this.entered = entered;
        if (position == null || !position.isAtOrBelow(start)) {
            levels.push(new Level(List.of(start)));
        } else {
            resume(start, position);
        }
    }

    /** A walk of no directories below these. */
    TargetWalk(TargetSession session, List<RelativePath> directories) {
        this.session = session;
        this.entered = path -> false;
        levels.push(new Level(directories));
    }

    /** Rebuilds the way to the position: at each level, what comes after it. */
    private void resume(RelativePath start, RelativePath position) {
        List<RelativePath> way = new ArrayList<>();
        for (RelativePath at = position; !at.equals(start); at = at.parent()) {
            way.add(0, at);
        }
        RelativePath directory = start;
        for (RelativePath next : way) {
            RelativePath after = next;
            levels.push(new Level(below(take(directory)).stream()
                    .filter(child -> child.compareTo(after) > 0)
                    .toList()));
            directory = next;
        }
        levels.push(new Level(below(take(position))));
    }

    /** Returns the next directory; null where there is none. */
    @Nullable
    Listed next() {
        while (!levels.isEmpty()
                && levels.element().next == levels.element().directories.size()) {
            levels.pop();
        }
        Level level = levels.peek();
        if (level == null) {
            return null;
        }
        RelativePath directory = level.directories.get(level.next);
        if (!ahead.containsKey(directory)) {
            lookAhead(level);
        }
        level.next++;
        Listed listed = take(directory);
        levels.push(new Level(below(listed)));
        return listed;
    }

    private void lookAhead(Level level) {
        int many = entriesAhead > ENTRIES_AHEAD ? 1 : SIBLINGS_AT_ONCE;
        list(level.directories.subList(level.next, Math.min(level.directories.size(), level.next + many)));
    }

    private void list(List<RelativePath> directories) {
        List<TargetListing> listings = session.list(directories);
        for (int i = 0; i < listings.size(); i++) {
            ahead.put(directories.get(i), listings.get(i));
            entriesAhead += size(listings.get(i));
        }
    }

    private Listed take(RelativePath directory) {
        TargetListing listing = ahead.remove(directory);
        if (listing == null) {
            list(List.of(directory));
            return take(directory);
        }
        entriesAhead -= size(listing);
        return new Listed(directory, listing);
    }

    private static int size(TargetListing listing) {
        return listing instanceof TargetListing.Entries entries
                ? entries.entries().size()
                : 0;
    }

    private List<RelativePath> below(Listed listed) {
        return listed.entries().stream()
                .filter(entry -> entry.type() == FileType.DIRECTORY)
                .map(TargetEntry::path)
                .filter(entered)
                .sorted()
                .toList();
    }
}
