package io.freshet.run;

import io.freshet.policy.Retention;
import java.util.List;

/**
 * What the runs of this process serve.
 *
 * @param node the name of this process, the same after a restart; only one process with it may live at a time
 * @param retention how long it keeps what only says what was
 */
public record RunSettings(List<SourceDefinition> sources, String node, Retention retention) {
    public RunSettings {
        sources = List.copyOf(sources);
    }

    /** With the default retention. */
    public RunSettings(List<SourceDefinition> sources, String node) {
        this(sources, node, Retention.DEFAULT);
    }

    /** Returns how many targets there are. */
    public int targets() {
        return sources.stream().mapToInt(source -> source.targets().size()).sum();
    }
}
