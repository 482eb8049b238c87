package io.freshet.run;

import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.Evidence;
import io.freshet.journal.ManifestEntry;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.TargetEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets what is one file under several names on the source be that on the target: of the names that a wave would send, one
 * is sent at most, and the others are linked to it or wait for that (docs/adr/0008-hard-links.md).
 *
 * <p>Used by one thread, for one wave.
 */
final class HardLinks {
    private static final long NANOS = 1_000_000_000L;

    private final Stores stores;
    private final RunScope scope;
    private final SourceHashes hashes;
    private final List<RelativePath> claimed;
    private final List<FileIdentity> groups = new ArrayList<>();

    /** @param claimed the wave's claims; those of other names are added */
    HardLinks(Stores stores, RunScope scope, List<RelativePath> claimed) {
        this.stores = stores;
        this.scope = scope;
        this.hashes = new SourceHashes(scope);
        this.claimed = claimed;
    }

    /** Sorts out the files with several names; those that have to wait are in the plan no more. */
    void regroup(WavePlan plan) {
        if (!scope.session().capabilities().contains(Capability.HARD_LINK)) {
            return;
        }
        List<Candidate> grouped =
                plan.contents.stream().filter(HardLinks::hasSeveralNames).toList();
        if (grouped.isEmpty()) {
            return;
        }
        plan.contents.removeAll(grouped);
        Map<FileIdentity, List<ManifestEntry>> names = stores.manifest()
                .names(
                        scope.target(),
                        grouped.stream()
                                .map(candidate -> candidate.present().identity())
                                .distinct()
                                .toList());
        for (Candidate candidate : grouped) {
            FileIdentity identity = candidate.present().identity();
            if (scope.served().beginGroup(identity)) {
                groups.add(identity);
                List<ManifestEntry> others = names.getOrDefault(identity, List.of()).stream()
                        .filter(name -> !name.path().equals(candidate.path()))
                        .filter(name -> isStillNameOf(name.path(), identity))
                        .toList();
                decide(plan, candidate, others);
            }
        }
        confirm(plan);
    }

    private static boolean hasSeveralNames(Candidate candidate) {
        FileState source = candidate.present();
        return source.isFile() && source.links() > 1 && source.identity().provesSameness();
    }

    private boolean isStillNameOf(RelativePath path, FileIdentity identity) {
        return scope.root()
                .lstat(path)
                .map(now -> now.identity().equals(identity))
                .orElse(false);
    }

    private void decide(WavePlan plan, Candidate candidate, List<ManifestEntry> others) {
        if (!others.stream().allMatch(other -> claim(other.path()))) {
            return;
        }
        Optional<ManifestEntry> existing = scope.served()
                        .refusesLinks(candidate.present().identity())
                ? Optional.empty()
                : others.stream().filter(other -> isSameFile(candidate, other)).findFirst();
        if (existing.isPresent()) {
            plan.links.add(new WavePlan.Link(candidate, existing.get()));
        } else {
            send(plan, candidate, others);
        }
    }

    private static void send(WavePlan plan, Candidate candidate, List<ManifestEntry> others) {
        plan.contents.add(candidate);
        plan.otherNames.put(candidate.path(), others);
    }

    private boolean claim(RelativePath path) {
        if (claimed.contains(path)) {
            return true;
        }
        if (!scope.served().claims().claimEntry(path)) {
            return false;
        }
        claimed.add(path);
        return true;
    }

    /** The target has what the source has now, and got it from us. */
    private boolean isSameFile(Candidate candidate, ManifestEntry other) {
        FileState source = candidate.present();
        FileState delivered = other.state();
        return other.supported()
                && other.evidence() != Evidence.ADOPTED
                && source.size() == delivered.size()
                && source.attributes().equals(delivered.attributes())
                && (source.ctimeNanos() == delivered.ctimeNanos() || hashes.isSame(candidate.path(), source, other));
    }

    /** Looks at what is about to get another name: on the target somebody else may have put something in its place. */
    private void confirm(WavePlan plan) {
        List<Optional<TargetEntry>> looks = scope.session()
                .look(plan.links.stream().map(link -> link.existing().path()).toList());
        Iterator<Optional<TargetEntry>> look = looks.iterator();
        plan.links.removeIf(link -> {
            FileState delivered = link.existing().state();
            boolean asDelivered = look.next()
                    .filter(now -> now.type() == FileType.FILE
                            && now.size() == delivered.size()
                            && Math.floorDiv(now.mtimeNanos(), NANOS) == Math.floorDiv(delivered.mtimeNanos(), NANOS))
                    .isPresent();
            if (!asDelivered) {
                send(plan, link.candidate(), List.of(link.existing()));
            }
            return !asDelivered;
        });
    }

    /** Ends the wait of other names, once what this wave did is recorded or certainly is not. */
    void release() {
        groups.forEach(scope.served()::endGroup);
    }
}
