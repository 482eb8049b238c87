package io.freshet.journal;

import io.freshet.file.BlockMap;
import io.freshet.file.ContentHash;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that one wave of a run did, collected to be written in one transaction by {@link Deliveries#record}.
 *
 * <p>Used by one thread.
 */
public final class WaveRecord {
    /** An item that is done, and when the look began on which that rests. */
    record Closing(WorkItem item, Instant lookedAt) {}

    /** An entry that the target now holds under another path, with everything below it. */
    record MovedEntry(RelativePath from, ManifestEntry entry) {}

    /** What is to be looked at because of an item. */
    record Further(WorkItem because, Collection<RelativePath> paths, ChangeKind kind) {}

    /** How the target gets to hold something else than before. */
    private static final Set<Outcome> CHANGING = EnumSet.of(
            Outcome.TRANSFERRED,
            Outcome.TRANSFERRED_UNSTABLE,
            Outcome.RENAMED,
            Outcome.LINKED,
            Outcome.DELETED,
            Outcome.METADATA);

    private final Map<RelativePath, String> overwritten = new HashMap<>();
    final List<Closing> closings = new ArrayList<>();
    final List<Further> further = new ArrayList<>();
    final List<Failure> failures = new ArrayList<>();
    final List<Postponement> postponements = new ArrayList<>();
    final List<Move> uselessHints = new ArrayList<>();
    final List<MovedEntry> moves = new ArrayList<>();
    final List<RelativePath> removals = new ArrayList<>();
    final List<ManifestEntry> puts = new ArrayList<>();
    final List<Delivery> deliveries = new ArrayList<>();
    final Map<ContentHash, BlockMap> blockMaps = new LinkedHashMap<>();
    final Set<ContentHash> replacedContents = new LinkedHashSet<>();
    final Set<PartialKey> usedPartials = new LinkedHashSet<>();
    final Map<RelativePath, ContentHash> verified = new LinkedHashMap<>();
    final Set<RelativePath> settledIntents = new LinkedHashSet<>();
    long unchanged;
    long excluded;
    long approvedRemovals;
    long rewritten;
    private boolean listed = true;
    Duration took = Duration.ZERO;

    /** The item is done: its row leaves the queue unless a newer change came since it was read. */
    public void close(WorkItem item, Instant lookedAt) {
        closings.add(new Closing(item, lookedAt));
    }

    /** These paths have to be looked at, too, as of the item's change; {@code TREE} with everything below them. */
    public void alsoLookAt(WorkItem because, Collection<RelativePath> paths, ChangeKind kind) {
        further.add(new Further(because, List.copyOf(paths), kind));
    }

    /** So long the run was at work for this, without waiting for something to do. */
    public void took(Duration time) {
        took = time;
    }

    public void fail(Failure failure) {
        failures.add(failure);
    }

    /** The target refused a rename: its item is to be delivered as if nobody had said where it was. */
    public void forgetHint(Move hint) {
        uselessHints.add(hint);
    }

    public void postpone(Postponement postponement) {
        postponements.add(postponement);
    }

    /** The target holds {@code entry} now, and not {@code from} any more; a directory with everything below it. */
    public void move(RelativePath from, ManifestEntry entry) {
        moves.add(new MovedEntry(from, entry));
    }

    /** The target holds this single entry no more; a directory's entries are removed one by one before it. */
    public void remove(RelativePath path) {
        removals.add(path);
    }

    public void put(ManifestEntry entry) {
        puts.add(entry);
    }

    /** What was delivered has these blocks. */
    public void blocks(ContentHash content, BlockMap blocks) {
        blockMaps.put(content, blocks);
    }

    /** What was delivered has been put in its place: nothing of it is left in the staging area. */
    public void usePartial(PartialKey key) {
        usedPartials.add(key);
    }

    /** The target was asked for the hash of what it holds under a path, and it is what we sent. */
    public void verify(RelativePath path, ContentHash content) {
        verified.put(path, content);
    }

    /** The target holds this content no more under one of its paths. */
    public void replaceContent(ContentHash content) {
        replacedContents.add(content);
    }

    public void deliver(Delivery delivery) {
        String there = CHANGING.contains(delivery.outcome()) ? overwritten.get(delivery.path()) : null;
        deliveries.add(there == null ? delivery : delivery.with(there));
    }

    /** What is delivered to a path from now on takes the place of something that was not delivered: its record says so. */
    public void overwrites(RelativePath path, String words) {
        overwritten.put(path, words);
    }

    /** What was intended for these paths has happened, or certainly will not. */
    public void settleIntents(Iterable<RelativePath> paths) {
        paths.forEach(settledIntents::add);
    }

    /** An item was looked at and target and source agree already. */
    public void countUnchanged() {
        unchanged++;
    }

    /** An item's path is not replicated. */
    public void countExcluded() {
        excluded++;
    }

    /** So many of the entries that vanish were approved by a person, and do not count against the limit. */
    public void approveRemovals(long entries) {
        approvedRemovals += entries;
    }

    /** What has arrived is counted, and not listed: the database is short of space. What failed or is held is listed all the same. */
    public void withoutList() {
        listed = false;
    }

    boolean isListed(Delivery delivery) {
        return listed || delivery.outcome() == Outcome.FAILED || delivery.outcome() == Outcome.HELD;
    }

    /** A file of the target got another content, under a limit of such changes, and without anybody's approval. */
    public void countRewritten() {
        rewritten++;
    }

    public long rewritten() {
        return rewritten;
    }

    /** Returns how many items ended in this wave, one way or another, or wait for another time. */
    public int settled() {
        return closings.size() + failures.size() + postponements.size();
    }

    /** Returns about how many rows this is. */
    public int size() {
        return puts.size() + settled();
    }

    /** Returns the paths of the items that ended in this wave, and those for which something was intended. */
    public Set<RelativePath> paths() {
        Set<RelativePath> paths = new HashSet<>(settledIntents);
        closings.forEach(closing -> paths.add(closing.item().path()));
        failures.forEach(failure -> paths.add(failure.item().path()));
        postponements.forEach(postponement -> paths.add(postponement.item().path()));
        return paths;
    }

    /** Returns the paths of the items that failed. */
    public Set<RelativePath> failedPaths() {
        Set<RelativePath> paths = new LinkedHashSet<>();
        failures.forEach(failure -> paths.add(failure.item().path()));
        return paths;
    }
}
