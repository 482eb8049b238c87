package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Lease;
import io.freshet.journal.TargetState;
import io.freshet.path.RelativePath;
import io.freshet.posix.MountPoint;
import io.freshet.posix.SourceIdentity;
import io.freshet.posix.SourceRoot;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Watches that a source root is what the manifest was made from: there, not empty without reason, not replaced.
 *
 * <p>What it doubts it holds for a person and refuses with {@code SOURCE_ROOT_SUSPECT}; a hold whose reason is gone it
 * ends. Identity is the id in the source's own file, never a device number. Thread-safe.
 */
final class SourceGuard {
    private static final Set<HoldReason> REASONS =
            EnumSet.of(HoldReason.SOURCE_MISSING, HoldReason.SOURCE_EMPTY, HoldReason.SOURCE_REPLACED);

    private final Stores stores;
    private final MountGuard mounts;

    SourceGuard(Stores stores, MountGuard mounts) {
        this.stores = stores;
        this.mounts = mounts;
    }

    /** Opens the source's root. The caller closes it. */
    SourceRoot open(ServedTarget served, Lease lease) {
        try {
            return SourceRoot.open(served.source().path(), served.fidelity().extended());
        } catch (FreshetException e) {
            throw hold(served, lease, HoldReason.SOURCE_MISSING, e.getMessage() + "", "missing");
        }
    }

    /**
     * Refuses a source of which this machine may see what was there a while ago: a change that comes through the database is
     * faster than the cache of a network file system, and then the old state is delivered, or a new file deleted.
     *
     * @throws FreshetException with {@code CONFIGURATION_INVALID}
     */
    void requireFresh(ServedTarget served, SourceRoot root) {
        root.mount().staleness().ifPresent(why -> {
            throw new FreshetException(ErrorCode.CONFIGURATION_INVALID, "the source root " + root.path() + " " + why);
        });
        for (MountPoint point : root.mounts()) {
            if (!served.source().filter().excludes(point.path(), true)) {
                point.mount().staleness().ifPresent(why -> {
                    throw new FreshetException(
                            ErrorCode.CONFIGURATION_INVALID,
                            "'" + point.path() + "' of source " + root.path() + " " + why + "; or exclude it");
                });
            }
        }
    }

    /**
     * Checks the root before a run, and takes note of its identity at the first.
     *
     * @return whether the source is empty and a person said that this is as it should be
     */
    boolean check(ServedTarget served, Lease lease, SourceRoot root, TargetState state) {
        if (state.sourceIdentity() == null) {
            stores.states().sourceIdentified(lease, root.createIdentity().text());
            stores.holds().resolve(lease, REASONS);
            return false;
        }
        SourceIdentity identity = root.readIdentity();
        boolean empty = isEmpty(root);
        boolean holdsSomething = state.manifestRows() > 1;
        if (!identity.text().equals(state.sourceIdentity())) {
            HoldReason reason = empty && holdsSomething ? HoldReason.SOURCE_EMPTY : HoldReason.SOURCE_REPLACED;
            acceptReplacement(served, lease, root, identity, reason);
            return empty;
        }
        if (!empty || !holdsSomething) {
            stores.holds().resolve(lease, REASONS);
            return false;
        }
        if (stores.holds().approvedSubject(served.id(), HoldReason.SOURCE_EMPTY).isPresent()) {
            return true;
        }
        throw holdEmpty(served, lease, root, identity);
    }

    private FreshetException holdEmpty(ServedTarget served, Lease lease, SourceRoot root, SourceIdentity identity) {
        return hold(
                served,
                lease,
                HoldReason.SOURCE_EMPTY,
                "the source root " + root.path() + " is empty, but " + served.name()
                        + " is not; if that is meant, approve the hold to delete everything there",
                identity.text());
    }

    private void acceptReplacement(
            ServedTarget served, Lease lease, SourceRoot root, SourceIdentity identity, HoldReason reason) {
        stores.holds().lapse(lease, identity.text());
        boolean approved = stores.holds()
                .approvedSubject(served.id(), reason)
                .filter(identity.text()::equals)
                .isPresent();
        if (!approved) {
            throw hold(
                    served,
                    lease,
                    reason,
                    "the source root " + root.path() + " is not the one that " + served.name()
                            + " was filled from (is it mounted?); mount the right one, or approve the hold to go on with"
                            + " this one",
                    identity.text());
        }
        stores.states().sourceIdentified(lease, root.createIdentity().text());
        stores.holds().resolve(lease, EnumSet.of(HoldReason.SOURCE_REPLACED));
    }

    /**
     * Returns whether the source's path still leads to the root that the run has pinned. What is looked at below a root
     * that was replaced says nothing about the source.
     */
    boolean isStillTheRoot(RunScope scope) {
        try {
            scope.root().requireStillThere();
            return true;
        } catch (FreshetException e) {
            return false;
        }
    }

    /**
     * Checks, right before something is deleted, that the root is still reached by its path, still the same, not empty unless
     * a person said so, and that nothing was unmounted below it since the wave began.
     */
    void checkBeforeDeletions(RunScope scope) {
        ServedTarget served = scope.served();
        SourceRoot root = scope.root();
        String known = stores.states().get(served.id()).sourceIdentity();
        try (SourceRoot now = SourceRoot.open(served.source().path())) {
            SourceIdentity identity = now.readIdentity();
            boolean same = identity.text().equals(known) && identityOf(now).equals(identityOf(root));
            if (!same) {
                stores.holds().lapse(scope.lease(), identity.text());
                throw hold(
                        served,
                        scope.lease(),
                        HoldReason.SOURCE_REPLACED,
                        "the source root " + root.path()
                                + " was replaced or unmounted during the run; nothing was deleted",
                        "replaced");
            }
            if (!mounts.check(scope).equals(scope.missingMounts())) {
                throw new FreshetException(
                        ErrorCode.SOURCE_ROOT_SUSPECT,
                        "something was unmounted below the source root " + root.path()
                                + " during the run; nothing was deleted, and the next run looks again");
            }
            if (isEmpty(now) && !scope.isEmptySourceApproved()) {
                throw holdEmpty(served, scope.lease(), now, identity);
            }
        } catch (FreshetException e) {
            if (e.code() != ErrorCode.SOURCE_ROOT_SUSPECT) {
                throw hold(served, scope.lease(), HoldReason.SOURCE_MISSING, e.getMessage() + "", "missing");
            }
            throw e;
        }
    }

    private static Optional<FileIdentity> identityOf(SourceRoot root) {
        return root.lstat(RelativePath.ROOT).map(FileState::identity);
    }

    private static boolean isEmpty(SourceRoot root) {
        return root.names(RelativePath.ROOT).orElse(List.of()).isEmpty();
    }

    /** Holds for one reason at a time: a root that is empty, or another one, is not missing. */
    private FreshetException hold(ServedTarget served, Lease lease, HoldReason reason, String detail, String subject) {
        if (reason != HoldReason.SOURCE_MISSING) {
            Set<HoldReason> others = EnumSet.copyOf(REASONS);
            others.remove(reason);
            stores.holds().resolve(lease, others);
        }
        stores.holds().hold(lease, reason, detail, subject, null, List.of());
        return new FreshetException(ErrorCode.SOURCE_ROOT_SUSPECT, "target " + served.name() + " is held: " + detail);
    }
}
