package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.CheckpointCompletion;
import io.freshet.journal.TargetId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Records which of the targets that this process serves have become complete with a checkpoint, whether or not anybody
 * looks; called every second by one thread of its own, as reading what a target holds takes a while where that is much.
 */
final class CheckpointKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointKeeper.class);
    /** More than this many open checkpoints are looked at in turns. */
    private static final int AT_ONCE = 100;

    private final CheckpointCompletion checkpoints;
    private final Map<TargetId, ServedTarget> targets;
    private long lookedAt;

    CheckpointKeeper(CheckpointCompletion checkpoints, Collection<ServedTarget> targets) {
        this.checkpoints = checkpoints;
        this.targets = targets.stream().collect(Collectors.toMap(ServedTarget::id, Function.identity()));
    }

    void keep() {
        try {
            List<CheckpointCompletion.Open> open = checkpoints.open(targets.keySet(), lookedAt, AT_ONCE);
            lookedAt = open.size() < AT_ONCE ? 0 : open.get(open.size() - 1).checkpoint();
            open.forEach(this::recordIfComplete);
        } catch (FreshetException | DataAccessException e) {
            LOG.warn("event=checkpoints_not_read message=\"{}\"", e.getMessage());
        }
    }

    private void recordIfComplete(CheckpointCompletion.Open open) {
        try {
            record(open);
        } catch (FreshetException | DataAccessException e) {
            LOG.warn(
                    "event=checkpoint_not_recorded target={} checkpoint={} message=\"{}\"",
                    open.name(),
                    open.checkpoint(),
                    e.getMessage());
        }
    }

    private void record(CheckpointCompletion.Open open) {
        ServedTarget served = targets.get(open.target());
        HeldLease held = served == null ? null : served.lease();
        if (held != null && held.isLive() && checkpoints.record(held.lease(), open)) {
            LOG.info("event=checkpoint_complete target={} checkpoint={} seq={}", served, open.checkpoint(), open.seq());
        }
    }
}
