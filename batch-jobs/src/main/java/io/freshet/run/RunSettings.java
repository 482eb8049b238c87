package io.freshet.run;

import java.util.List;

/**
 * What the runs of this process serve.
 *
 * @param node the name of this process, the same after a restart; only one process with it may live at a time
 */
public record RunSettings(List<SourceDefinition> sources, String node) {
    public RunSettings {
        sources = List.copyOf(sources);
    }

    /** Returns how many targets there are. */
    public int targets() {
        return sources.stream().mapToInt(source -> source.targets().size()).sum();
    }
}
