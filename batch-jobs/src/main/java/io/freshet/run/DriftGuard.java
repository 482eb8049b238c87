package io.freshet.run;

import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Drifts.Listed;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.Move;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.policy.Drift;
import io.freshet.target.TargetEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what the target holds before it is replaced, renamed or deleted: what somebody changed there is overwritten with a
 * record of it, or put before a person. Nothing is looked at where the target was given nothing.
 *
 * <p>Of what the manifest does not know for certain, because we were interrupted there, nothing can be told: it is ours. Used by
 * one thread, for one wave.
 */
final class DriftGuard {
    /** From so many on, listings may be cheaper than looks. */
    private static final int MANY = 500;

    /** How a path comes into question. */
    private enum Role {
        REPLACED,
        REMOVED,
        MOVED
    }

    /** @param held what the target was given at {@code path} */
    private record Concern(
            Candidate candidate,
            RelativePath path,
            @Nullable ManifestEntry held,
            Role role) {}

    private final Stores stores;
    private final RunScope scope;
    private final WaveRecord record;
    private final DriftHolds holds;
    private Map<RelativePath, List<Listed>> listed = Map.of();
    /** What is done to these paths in this wave is another thing than was planned, or nothing. */
    private final Set<RelativePath> withdrawn = new HashSet<>();

    /** The paths at which a rename ends, as long as nothing speaks against it. */
    private final Set<RelativePath> renamed = new HashSet<>();
    /** The files of which nothing but attributes was to be set. */
    private final Set<RelativePath> onlyAttributes = new HashSet<>();

    /** Those among them of which the target has another content. */
    private final List<Candidate> withContent = new ArrayList<>();
    /** What has to go from the target before something of another type takes its place. */
    private final List<Candidate> inTheWay = new ArrayList<>();

    DriftGuard(Stores stores, RunScope scope, WaveRecord record) {
        this.stores = stores;
        this.scope = scope;
        this.record = record;
        this.holds = new DriftHolds(stores, scope, record);
    }

    /** Takes note of the items of the wave. */
    void begin(Collection<WorkItem> items) {
        if (scope.watchesDrift()) {
            listed = stores.drifts()
                    .listed(scope.target(), items.stream().map(WorkItem::path).toList());
        }
    }

    /** Returns whether the target has something else than the manifest says, so that equality with that says nothing. */
    boolean isDoubted(WorkItem item) {
        return listed(item.path()).stream().anyMatch(one -> !one.approved() || one.seq() >= item.seq());
    }

    private List<Listed> listed(RelativePath path) {
        return listed.getOrDefault(path, List.of());
    }

    /** Takes from the plan what has to wait, and changes what has to be done otherwise. */
    void check(WavePlan plan) {
        List<Concern> concerns = new ArrayList<>();
        for (List<Candidate> some : List.of(plan.contents, plan.attributes, plan.directories)) {
            some.forEach(candidate -> add(concerns, candidate, Role.REPLACED));
        }
        plan.links.forEach(link -> add(concerns, link.candidate(), Role.REPLACED));
        plan.removals.forEach(candidate -> add(concerns, candidate, Role.REMOVED));
        plan.attributes.forEach(candidate -> onlyAttributes.add(candidate.path()));
        addRenames(concerns, plan.renames);
        List<Optional<TargetEntry>> looks = look(concerns);
        Set<RelativePath> ours = otherNames(concerns, looks);
        List<RelativePath> undisputed = new ArrayList<>();
        for (int i = 0; i < looks.size(); i++) {
            Concern concern = concerns.get(i);
            boolean goesOn = (looks.get(i).isEmpty() || ours.contains(concern.path()))
                    ? asIntended(concern, looks.get(i).isEmpty())
                    : check(concern, looks.get(i).get());
            if (goesOn && !listed(concern.path()).isEmpty()) {
                undisputed.add(concern.path());
                if (concern.role() == Role.REMOVED) {
                    record.alsoLookAt(
                            concern.candidate().item(), DriftReview.gone(scope, concern.path()), ChangeKind.PATH);
                }
            }
        }
        plan.withdraw(withdrawn);
        plan.contents.addAll(withContent);
        plan.renames.removeIf(candidate -> !renamed.contains(candidate.path()));
        plan.removals.addAll(inTheWay);
        holds.write();
        stores.drifts().release(scope.lease(), undisputed);
    }

    private void add(List<Concern> concerns, Candidate candidate, Role role) {
        boolean known = candidate.held() != null
                && candidate.held().supported()
                && !candidate.held().isUnknown();
        boolean somethingWasThere =
                candidate.held() == null && !listed(candidate.path()).isEmpty();
        if ((known || somethingWasThere) && !candidate.path().isRoot()) {
            concerns.add(new Concern(candidate, candidate.path(), candidate.held(), role));
        }
    }

    private void addRenames(List<Concern> concerns, List<Candidate> renames) {
        List<RelativePath> olds = renames.stream()
                .flatMap(candidate -> Stream.ofNullable(candidate.item().movedFrom()))
                .toList();
        Map<RelativePath, ManifestEntry> held =
                olds.isEmpty() ? Map.of() : stores.manifest().find(scope.target(), olds);
        for (Candidate candidate : renames) {
            renamed.add(candidate.path());
            RelativePath from = candidate.item().movedFrom();
            ManifestEntry old = from == null ? null : held.get(from);
            if (old != null && !old.isUnknown()) {
                concerns.add(new Concern(candidate, old.path(), old, Role.MOVED));
            }
            if (candidate.held() == null || !candidate.held().isUnknown()) {
                concerns.add(new Concern(candidate, candidate.path(), candidate.held(), Role.REPLACED));
            }
        }
    }

    private List<Optional<TargetEntry>> look(List<Concern> concerns) {
        List<RelativePath> paths = concerns.stream().map(Concern::path).toList();
        return look(scope, paths);
    }

    private static List<Optional<TargetEntry>> look(RunScope scope, List<RelativePath> paths) {
        if (paths.isEmpty()) {
            return List.of();
        }
        return paths.size() < MANY ? scope.session().look(paths) : new AdoptionLooks(scope).at(paths);
    }

    /** What was done to a file by one of its names is on the target under all of them, before the manifest has it so. */
    private Set<RelativePath> otherNames(List<Concern> concerns, List<Optional<TargetEntry>> looks) {
        Map<RelativePath, Set<FileIdentity>> several = new HashMap<>();
        for (int i = 0; i < looks.size(); i++) {
            Concern concern = concerns.get(i);
            Set<FileIdentity> identities = new HashSet<>();
            Stream.of(
                            Optional.ofNullable(concern.held()).map(ManifestEntry::state),
                            Optional.ofNullable(source(concern)))
                    .flatMap(Optional::stream)
                    .filter(state -> state.isFile() && state.links() > 1)
                    .forEach(state -> identities.add(state.identity()));
            if (!identities.isEmpty()
                    && looks.get(i).isPresent()
                    && isDrift(concern, looks.get(i).get())) {
                several.put(concern.path(), identities);
            }
        }
        Set<RelativePath> ours = new HashSet<>();
        if (several.isEmpty()) {
            return ours;
        }
        Set<FileIdentity> all = new HashSet<>();
        several.values().forEach(all::addAll);
        Map<FileIdentity, List<ManifestEntry>> names = stores.manifest().names(scope.target(), all);
        for (int i = 0; i < looks.size(); i++) {
            RelativePath path = concerns.get(i).path();
            Optional<TargetEntry> found = looks.get(i);
            boolean known = found.isPresent()
                    && several.getOrDefault(path, Set.of()).stream()
                            .flatMap(identity -> names.getOrDefault(identity, List.of()).stream())
                            .anyMatch(name -> !name.isUnknown() && !isDrift(name, null, found.get()));
            if (known) {
                ours.add(path);
            }
        }
        return ours;
    }

    private static @Nullable FileState source(Concern concern) {
        return concern.candidate().source();
    }

    private boolean isDrift(Concern concern, TargetEntry found) {
        return isDrift(concern.held(), concern.role() == Role.REPLACED ? source(concern) : null, found);
    }

    private boolean isDrift(@Nullable ManifestEntry held, @Nullable FileState wanted, TargetEntry found) {
        return DriftLook.isDrift(held, wanted, found, scope.session().capabilities());
    }

    private boolean asIntended(Concern concern, boolean missing) {
        if (missing && concern.held() != null && concern.role() != Role.MOVED) {
            record.overwrites(concern.path(), "the target had nothing here any more");
            if (onlyAttributes.contains(concern.path())) {
                withdrawn.add(concern.path());
                withContent.add(concern.candidate());
            }
        }
        return true;
    }

    /** Returns whether what was intended goes on, in this wave or in another. */
    private boolean check(Concern concern, TargetEntry found) {
        if (!isDrift(concern, found)) {
            return true;
        }
        Candidate candidate = concern.candidate();
        if (concern.role() == Role.MOVED) {
            // What was changed there is not what is to be at the new path: that is sent, and this one deleted by
            // itself.
            copyInstead(candidate, concern.path());
            return false;
        }
        String words = DriftLook.words(found);
        if (mayOverwrite(candidate.item(), concern.path(), words)) {
            record.overwrites(concern.path(), overwritten(words));
            sendContent(concern, found);
            makeWay(concern, found);
            return true;
        }
        if (renamed.contains(candidate.path())) {
            RelativePath from = candidate.item().movedFrom();
            copyInstead(candidate, from == null ? candidate.path() : from);
        }
        withdrawn.add(candidate.path());
        holds.hold(
                candidate.item(),
                concern.path(),
                concern.role() == Role.REMOVED ? 1 : 0,
                words,
                listed(concern.path()));
        return false;
    }

    private static String overwritten(String words) {
        return "the target had something else here than was delivered: " + words;
    }

    private boolean mayOverwrite(WorkItem item, RelativePath path, String words) {
        return scope.served().policy().drift() == Drift.OVERWRITE
                || listed(path).stream().anyMatch(one -> one.approved() && one.covers(item.seq(), words));
    }

    /** Attributes alone would make what is there pass for what was delivered. */
    private void sendContent(Concern concern, TargetEntry found) {
        ManifestEntry held = concern.held();
        Candidate candidate = concern.candidate();
        if (held != null
                && found.type() == held.state().type()
                && onlyAttributes.contains(concern.path())
                && !DriftLook.isOfAttributes(held, found, scope.session().capabilities())) {
            withdrawn.add(candidate.path());
            withContent.add(candidate);
        }
    }

    private void copyInstead(Candidate candidate, RelativePath from) {
        if (renamed.remove(candidate.path())) {
            record.forgetHint(new Move(from, candidate.path(), false));
        }
    }

    /** A directory and what is none cannot take each other's place: what is there is deleted first, a directory if it is empty. */
    private void makeWay(Concern concern, TargetEntry found) {
        ManifestEntry held = concern.held();
        Candidate candidate = concern.candidate();
        boolean wasDirectory = held != null && held.isDirectory();
        FileState source = source(concern);
        boolean isToBeDirectory = concern.role() == Role.REPLACED && source != null && source.isDirectory();
        boolean isDirectory = found.type() == FileType.DIRECTORY;
        if (wasDirectory && !isDirectory) {
            // What was below it went with it.
            stores.queue().widenThere(scope.lease(), List.of(concern.path()));
            stores.verifications().forgetBelow(scope.lease(), concern.path());
        }
        if (renamed.contains(candidate.path())
                || (concern.role() == Role.REPLACED && isToBeDirectory == isDirectory)
                || (concern.role() == Role.REMOVED && wasDirectory == isDirectory)) {
            return;
        }
        withdrawn.add(candidate.path());
        inTheWay.add(candidate.holding(DriftLook.unknown(found)));
    }

    /**
     * Looks at what lies below directories that are deleted, at all of it at once, before that is deleted.
     *
     * @param below by the item that deletes a directory what it is to delete below it
     * @return by item what has to stay
     */
    Map<WorkItem, Set<RelativePath>> keep(Map<WorkItem, List<ManifestEntry>> below) {
        List<ManifestEntry> known = below.values().stream()
                .flatMap(List::stream)
                .filter(entry -> !entry.isUnknown())
                .toList();
        List<RelativePath> paths = known.stream().map(ManifestEntry::path).toList();
        List<Optional<TargetEntry>> looks = look(scope, paths);
        Map<RelativePath, TargetEntry> drifted = new HashMap<>();
        for (int i = 0; i < looks.size(); i++) {
            if (looks.get(i).isEmpty()) {
                record.overwrites(paths.get(i), "the target had nothing here any more");
            } else if (isDrift(known.get(i), null, looks.get(i).get())) {
                drifted.put(paths.get(i), looks.get(i).get());
            }
        }
        if (drifted.isEmpty()) {
            return Map.of();
        }
        listed = scope.watchesDrift() ? stores.drifts().listed(scope.target(), drifted.keySet()) : Map.of();
        Map<WorkItem, Set<RelativePath>> kept = new HashMap<>();
        below.forEach((item, entries) -> {
            Set<RelativePath> ofItem = keep(item, entries, drifted);
            if (!ofItem.isEmpty()) {
                kept.put(item, ofItem);
            }
        });
        holds.write();
        // From now on each waits by itself, whatever becomes of the directory.
        kept.forEach((item, stay) -> stores.queue().alsoLookAt(scope.lease(), item, stay, ChangeKind.PATH));
        return kept;
    }

    private Set<RelativePath> keep(WorkItem item, List<ManifestEntry> entries, Map<RelativePath, TargetEntry> drifted) {
        Set<RelativePath> kept = new HashSet<>();
        for (ManifestEntry entry : entries) {
            TargetEntry found = drifted.get(entry.path());
            if (found == null) {
                continue;
            }
            String words = DriftLook.words(found);
            if (mayOverwrite(item, found.path(), words)) {
                record.overwrites(found.path(), overwritten(words));
            } else {
                kept.add(found.path());
                holds.hold(item, found.path(), 1, words, listed(found.path()));
            }
        }
        return kept;
    }
}
