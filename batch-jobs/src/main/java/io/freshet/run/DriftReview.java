package io.freshet.run;

import io.freshet.journal.ChangeKind;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import io.freshet.target.TargetEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks, when a run begins, at what is held because somebody changed it on the target: what was put back there, or is gone, is
 * held no longer. Used by one thread.
 */
final class DriftReview {
    private static final int AT_ONCE = 2000;

    private final Stores stores;
    private final RunScope scope;

    DriftReview(Stores stores, RunScope scope) {
        this.stores = stores;
        this.scope = scope;
    }

    void review() {
        @Nullable RelativePath after = null;
        List<RelativePath> page;
        do {
            page = stores.drifts().waiting(scope.target(), after, AT_ONCE);
            if (!page.isEmpty()) {
                review(page);
                after = page.get(page.size() - 1);
            }
        } while (page.size() == AT_ONCE);
    }

    /** Returns the directories above a path that the source has no more: the target may have them only because of the path. */
    static List<RelativePath> gone(RunScope scope, RelativePath path) {
        return path.ancestors().stream()
                .filter(above -> !above.isRoot())
                .filter(above -> scope.root().lstat(above).isEmpty())
                .toList();
    }

    private void review(List<RelativePath> paths) {
        Map<RelativePath, ManifestEntry> held = stores.manifest().find(scope.target(), paths);
        List<Optional<TargetEntry>> looks = scope.session().look(paths);
        List<RelativePath> settled = new ArrayList<>();
        Set<RelativePath> above = new HashSet<>();
        for (int i = 0; i < paths.size(); i++) {
            RelativePath path = paths.get(i);
            Optional<TargetEntry> found = looks.get(i);
            if (found.isEmpty()
                    || !DriftLook.isDrift(
                            held.get(path), null, found.get(), scope.session().capabilities())) {
                settled.add(path);
                above.addAll(gone(scope, path));
            }
        }
        if (settled.isEmpty()) {
            return;
        }
        long cursor = stores.states().get(scope.target()).cursor();
        WorkItem because = WorkItem.found(
                settled.get(0), ChangeKind.PATH, cursor, scope.clock().instant(), scope.lane());
        stores.queue().alsoLookAt(scope.lease(), because, above, ChangeKind.PATH);
        stores.drifts().release(scope.lease(), settled);
    }
}
