package io.freshet.run;

import io.freshet.file.ContentHash;
import io.freshet.file.FileType;
import io.freshet.journal.Evidence;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.TargetVerification;
import io.freshet.path.RelativePath;
import io.freshet.run.TargetWalk.Listed;
import io.freshet.target.TargetEntry;
import io.freshet.target.TargetListing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of a target with its manifest, as far as one run gets with it: slice after slice of directories, each saved
 * once it is done.
 *
 * <p>The lanes deliver meanwhile. A difference counts only if it is still there at a look of its own, while nobody else may
 * touch the path, and if the manifest still says what it said; what is being delivered is passed over. Memory depends on the
 * slice, not on the tree. Used by one thread.
 */
final class TargetComparison {
    private static final int ENTRIES_PER_SLICE = 5_000;
    private static final int DIRECTORIES_PER_SLICE = 500;
    private static final int FILES_AT_ONCE = 1_000;
    private static final long BYTES_AT_ONCE = 1L << 30;

    /** An entry that may differ, by what the listing told. */
    private record Suspect(ManifestEntry held, Optional<TargetEntry> found) {}

    private final Stores stores;
    private final RunScope scope;
    private final TargetVerification verification;
    private final SourceHashes hashes;
    private final ExtendedComparison extended;
    private final StrangeEntries strangers;
    private @Nullable TargetWalk walk;
    private long entries;
    private long verified;
    private long missing;
    private long differing;
    private long extra;
    private long passedOver;

    TargetComparison(Stores stores, RunScope scope, TargetVerification verification) {
        this.stores = stores;
        this.scope = scope;
        this.verification = verification;
        this.hashes = new SourceHashes(scope);
        this.extended = new ExtendedComparison(scope);
        this.strangers = new StrangeEntries(stores, scope);
    }

    TargetVerification verification() {
        return verification;
    }

    /**
     * Compares the next directories.
     *
     * @return whether there may be more
     */
    boolean slice() {
        TargetWalk directories = walk == null ? begin() : walk;
        walk = directories;
        List<Listed> slice = new ArrayList<>();
        int listed = 0;
        while (listed < ENTRIES_PER_SLICE && slice.size() < DIRECTORIES_PER_SLICE) {
            Listed next = directories.next();
            if (next == null) {
                break;
            }
            slice.add(next);
            listed += next.entries().size();
        }
        if (slice.isEmpty()) {
            return false;
        }
        compare(slice);
        save(slice.get(slice.size() - 1).directory());
        return true;
    }

    /** The first thing to compare has no directory in which it was listed. */
    private TargetWalk begin() {
        stores.verifications().begin(scope.lease(), verification.id());
        RelativePath start = verification.path();
        if (!isReachable(start)) {
            save(start);
            return new TargetWalk(scope.session(), List.of());
        }
        if (verification.position() == null) {
            ManifestEntry held =
                    stores.manifest().find(scope.target(), List.of(start)).get(start);
            Optional<TargetEntry> found = scope.session().look(start);
            found.ifPresent(entry -> entries++);
            if (held != null && isComparable(held)) {
                compareOne(new Suspect(held, found));
            } else if (held == null && found.isPresent()) {
                extra += strangers.note(verification.id(), List.of(found.get()));
            }
            save(start);
        }
        return new TargetWalk(
                scope.session(),
                start,
                verification.position(),
                path -> !scope.filter().protects(path, true) && !scope.isBehindMissingMount(path));
    }

    /** Through a symlink that took the place of a directory above, another place would be compared. */
    private boolean isReachable(RelativePath start) {
        List<RelativePath> above = start.ancestors().stream()
                .filter(path -> !path.isRoot())
                .sorted()
                .toList();
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), above);
        for (RelativePath path : above) {
            Optional<TargetEntry> found = scope.session().look(path);
            if (found.filter(entry -> entry.type() == FileType.DIRECTORY).isEmpty()) {
                ManifestEntry delivered = held.get(path);
                if (delivered != null && isComparable(delivered)) {
                    recheck(List.of(new Suspect(delivered, found)));
                }
                return false;
            }
        }
        return true;
    }

    private void compareOne(Suspect suspect) {
        if (isSuspect(suspect)) {
            recheck(List.of(suspect));
        } else {
            compareAlike(List.of(suspect), List.of());
        }
    }

    private void save(RelativePath position) {
        stores.verifications()
                .advance(
                        scope.lease(),
                        verification.id(),
                        scope.run().number(),
                        position,
                        new TargetVerification.Counts(entries, verified, missing, differing, extra, passedOver));
        entries = verified = missing = differing = extra = passedOver = 0;
    }

    private void compare(List<Listed> slice) {
        List<RelativePath> directories = slice.stream().map(Listed::directory).toList();
        Map<RelativePath, List<ManifestEntry>> children = stores.manifest().children(scope.target(), directories);
        List<Suspect> suspects = new ArrayList<>();
        List<Suspect> alike = new ArrayList<>();
        List<TargetEntry> strange = new ArrayList<>();
        List<Suspect> links = new ArrayList<>();
        for (Listed listed : slice) {
            if (!(listed.listing() instanceof TargetListing.Entries)) {
                passedOver += listed.listing() instanceof TargetListing.Unreadable ? 1 : 0;
                continue;
            }
            Map<RelativePath, TargetEntry> there = new HashMap<>();
            listed.entries().forEach(entry -> there.put(entry.path(), entry));
            entries += there.size();
            for (ManifestEntry held : children.getOrDefault(listed.directory(), List.of())) {
                Suspect pair = new Suspect(held, Optional.ofNullable(there.remove(held.path())));
                if (!isComparable(held)) {
                    continue;
                }
                if (held.state().type() == FileType.SYMLINK && pair.found().isPresent()) {
                    links.add(pair);
                } else if (isSuspect(pair)) {
                    suspects.add(pair);
                } else {
                    alike.add(pair);
                }
            }
            strange.addAll(there.values());
        }
        withTargets(links).forEach(link -> (isSuspect(link) ? suspects : alike).add(link));
        recheck(suspects);
        compareAlike(alike, directories);
        extra += strangers.note(verification.id(), strange);
    }

    /**
     * Compares what a listing does not show of those that look as they should.
     *
     * @param directories in which this verification may have hashed some before it was interrupted
     */
    private void compareAlike(List<Suspect> alike, List<RelativePath> directories) {
        ExtendedComparison.Findings findings =
                extended.of(alike.stream().map(Suspect::held).toList());
        passedOver += findings.untold().size();
        recheck(alike.stream()
                .filter(pair -> findings.differing().containsKey(pair.held().path()))
                .toList());
        if (verification.deep()) {
            hash(notYetVerified(
                    alike.stream()
                            .filter(pair -> pair.held().state().isFile()
                                    && findings.isAlike(pair.held().path()))
                            .toList(),
                    directories));
        }
    }

    /** What the manifest does not know for certain, or the target cannot hold, is no measure of anything. */
    private boolean isComparable(ManifestEntry held) {
        return held.supported()
                && !held.isUnknown()
                && !scope.isBehindMissingMount(held.path())
                && !scope.isExcluded(held.path(), held.isDirectory());
    }

    /** A listing does not tell where symlinks lead. */
    private List<Suspect> withTargets(List<Suspect> links) {
        List<Optional<TargetEntry>> looks = scope.session()
                .look(links.stream().map(link -> link.held().path()).toList());
        List<Suspect> complete = new ArrayList<>();
        for (int i = 0; i < links.size(); i++) {
            complete.add(new Suspect(links.get(i).held(), looks.get(i)));
        }
        return complete;
    }

    private boolean isSuspect(Suspect pair) {
        return Divergence.between(pair.held(), pair.found(), scope.session().capabilities())
                .isPresent();
    }

    private List<Suspect> notYetVerified(List<Suspect> alike, List<RelativePath> directories) {
        Set<RelativePath> done = stores.verifications().verifiedSince(scope.target(), verification.id(), directories);
        return alike.stream().filter(pair -> !done.contains(pair.held().path())).toList();
    }

    /** Looks at each once more, alone with it; what still differs is put right. */
    private void recheck(List<Suspect> suspects) {
        List<Suspect> claimed = new ArrayList<>();
        try {
            for (Suspect suspect : suspects) {
                if (scope.served().claims().claimEntry(suspect.held().path())) {
                    claimed.add(suspect);
                } else {
                    passedOver++;
                }
            }
            repair(claimed);
        } finally {
            claimed.forEach(
                    suspect -> scope.served().claims().release(suspect.held().path()));
        }
    }

    private void repair(List<Suspect> claimed) {
        if (claimed.isEmpty()) {
            return;
        }
        List<RelativePath> paths =
                claimed.stream().map(suspect -> suspect.held().path()).toList();
        Map<RelativePath, ManifestEntry> now = stores.manifest().find(scope.target(), paths);
        List<Optional<TargetEntry>> looks = scope.session().look(paths);
        ExtendedComparison.Findings again =
                extended.of(claimed.stream().map(Suspect::held).toList());
        Set<RelativePath> compared = new HashSet<>(paths);
        Repairs repairs = new Repairs(stores, scope);
        for (int i = 0; i < claimed.size(); i++) {
            ManifestEntry held = claimed.get(i).held();
            Optional<Divergence> divergence = Divergence.between(
                            held, looks.get(i), scope.session().capabilities())
                    .or(() -> Optional.ofNullable(again.differing().get(held.path())));
            if (!held.equals(now.get(held.path()))
                    || isBeingFilled(held, compared)
                    || (divergence.isPresent() && !owns(held, divergence.get()))) {
                passedOver++;
            } else if (divergence.isPresent()) {
                count(divergence.get());
                boolean onlyAttributes = divergence.get().kind() == Divergence.Kind.ATTRIBUTES;
                repairs.repair(onlyAttributes ? withHash(held) : held, looks.get(i), divergence.get(), null);
            } else if (again.untold().contains(held.path())) {
                passedOver++;
            }
        }
        repairs.write();
    }

    /** What is lost with a directory is given up as a whole, so nothing below may be under way. */
    private boolean owns(ManifestEntry held, Divergence divergence) {
        return !divergence.losesSubtree(held) || scope.served().claims().widen(held.path());
    }

    private void count(Divergence divergence) {
        if (divergence.kind() == Divergence.Kind.MISSING) {
            missing++;
        } else {
            differing++;
        }
    }

    /** The time of a directory is set after what is put into it; of what is only compared nothing is. */
    private boolean isBeingFilled(ManifestEntry held, Set<RelativePath> compared) {
        return held.isDirectory()
                && !compared.containsAll(
                        scope.served().claims().below(held.path()).keySet());
    }

    /** Of an adopted file nobody has read the content: it is read on both sides before nothing but attributes is set. */
    private ManifestEntry withHash(ManifestEntry held) {
        if (!held.state().isFile() || held.hash() != null) {
            return held;
        }
        ContentHash source = hashes.expected(held);
        Optional<ContentHash> target =
                scope.session().hash(List.of(held.path()), scope).get(0);
        return source != null && target.filter(source::equals).isPresent() ? with(held, source) : held;
    }

    private static ManifestEntry with(ManifestEntry held, ContentHash hash) {
        return new ManifestEntry(held.path(), held.state(), hash, held.evidence(), held.supported());
    }

    /** Has the target hash files that look as they should, some at a time. */
    private void hash(List<Suspect> files) {
        int from = 0;
        while (from < files.size()) {
            int to = from;
            long bytes = 0;
            while (to < files.size() && (to - from) < FILES_AT_ONCE && (to == from || bytes < BYTES_AT_ONCE)) {
                bytes += files.get(to).held().state().size();
                to++;
            }
            hashPage(files.subList(from, to));
            from = to;
        }
    }

    private void hashPage(List<Suspect> files) {
        List<Optional<ContentHash>> found = scope.session()
                .hash(files.stream().map(file -> file.held().path()).toList(), scope);
        Repairs repairs = new Repairs(stores, scope);
        Set<RelativePath> claimed = new HashSet<>();
        try {
            for (int i = 0; i < files.size(); i++) {
                ManifestEntry held = files.get(i).held();
                ContentHash expected = hashes.expected(held);
                if (expected == null) {
                    passedOver++;
                } else if (held.hash() != null
                        && found.get(i).filter(expected::equals).isPresent()) {
                    verified++;
                    repairs.record().verify(held.path(), expected);
                } else if (scope.served().claims().claimEntry(held.path())) {
                    claimed.add(held.path());
                    alone(held, expected, found.get(i), repairs);
                } else {
                    passedOver++;
                }
            }
            repairs.write();
        } finally {
            claimed.forEach(scope.served().claims()::release);
        }
    }

    /** Decides about a file that nobody else may touch now: of another content, unreadable, or adopted and right. */
    private void alone(ManifestEntry held, ContentHash expected, Optional<ContentHash> first, Repairs repairs) {
        RelativePath path = held.path();
        boolean asBefore = held.equals(
                stores.manifest().find(scope.target(), List.of(path)).get(path));
        Optional<TargetEntry> now = scope.session().look(path);
        if (!asBefore
                || Divergence.between(held, now, scope.session().capabilities()).isPresent()) {
            passedOver++;
            return;
        }
        Optional<ContentHash> again = first.filter(expected::equals).isPresent()
                ? first
                : scope.session().hash(List.of(path), scope).get(0);
        if (again.filter(expected::equals).isPresent()) {
            verified++;
            repairs.record().put(with(held, expected));
            repairs.record().verify(path, expected);
        } else if (again.isEmpty() && !extended.isReadable(held)) {
            passedOver++;
        } else {
            differing++;
            String known = expected + " in " + (held.evidence() == Evidence.ADOPTED ? "the source" : "the manifest");
            String words = again.map(hash -> "has the hash " + hash + " on the target, and " + known)
                    .orElse("cannot be read on the target, and has the hash " + known);
            repairs.repair(held, now, new Divergence(Divergence.Kind.CONTENT, words), again.orElse(null));
        }
    }
}
