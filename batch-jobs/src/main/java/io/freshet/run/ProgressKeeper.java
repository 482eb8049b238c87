package io.freshet.run;

import io.freshet.journal.Progress;
import io.freshet.journal.ProgressReports;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Tells what the runs of this process are sending; called every second by one thread, and writes only what moved. */
final class ProgressKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressKeeper.class);

    private final ProgressReports reports;
    private final Supplier<Collection<RunScope>> underWay;
    private final Map<RunScope, Progress> told = new HashMap<>();

    ProgressKeeper(ProgressReports reports, Supplier<Collection<RunScope>> underWay) {
        this.reports = reports;
        this.underWay = underWay;
    }

    void keep() {
        try {
            Set<RunScope> ended = new HashSet<>(told.keySet());
            for (RunScope scope : underWay.get()) {
                ended.remove(scope);
                tell(scope);
            }
            for (RunScope scope : ended) {
                reports.ended(scope.lease(), scope.lane(), scope.run().number());
                told.remove(scope);
            }
        } catch (DataAccessException e) {
            LOG.warn("event=progress_not_told message=\"{}\"", e.getMessage());
        }
    }

    private void tell(RunScope scope) {
        Progress now = scope.tally().measure();
        Progress before = told.get(scope);
        if (before == null ? now.bytes() + now.files() > 0 : now.hasMovedSince(before)) {
            reports.moved(scope.lease(), scope.lane(), scope.run().number(), now);
            told.put(scope, now);
        }
    }
}
