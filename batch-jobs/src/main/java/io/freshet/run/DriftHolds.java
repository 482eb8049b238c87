package io.freshet.run;

import io.freshet.journal.Delivery;
import io.freshet.journal.Drifts.Listed;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Holds.HeldPath;
import io.freshet.journal.Outcome;
import io.freshet.journal.WaveRecord;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.List;

/** What of a target is put before a person because somebody changed it there, collected and written at once. One thread's. */
final class DriftHolds {
    private final Stores stores;
    private final RunScope scope;
    private final WaveRecord record;
    private final List<HeldPath> paths = new ArrayList<>();

    DriftHolds(Stores stores, RunScope scope, WaveRecord record) {
        this.stores = stores;
        this.scope = scope;
        this.record = record;
    }

    /**
     * Holds what would be done to a path, unless it is held for the same reason already.
     *
     * @param vanishing how many entries would vanish with it
     * @param before what is or was put before a person about the path
     */
    void hold(WorkItem item, RelativePath path, long vanishing, String found, List<Listed> before) {
        if (before.stream().anyMatch(one -> !one.approved() && one.covers(item.seq(), found))) {
            return;
        }
        paths.add(new HeldPath(path, item.seq(), vanishing, found));
        record.deliver(new Delivery(
                item,
                path,
                Outcome.HELD,
                null,
                0,
                null,
                "it waits for a decision: the target has something else here than was delivered: " + found,
                null));
    }

    /** Puts what came together before a person. */
    void write() {
        if (paths.isEmpty()) {
            return;
        }
        stores.holds()
                .hold(
                        scope.lease(),
                        HoldReason.DRIFT,
                        "somebody changed on " + scope.served().name()
                                + " what was delivered there and is to be replaced or"
                                + " deleted; approve the hold to do that to what it lists, or reject it to keep what is there",
                        null,
                        scope.run().number(),
                        paths);
        paths.clear();
    }
}
