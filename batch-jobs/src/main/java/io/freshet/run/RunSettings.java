package io.freshet.run;

import io.freshet.policy.PolicyParser;
import io.freshet.policy.Retention;
import io.freshet.policy.Space;
import java.time.Duration;
import java.util.List;

/**
 * What the runs of this process serve.
 *
 * @param node the name of this process, the same after a restart; only one process with it may live at a time
 * @param lease how long a process that says nothing any more keeps its targets
 * @param retention how long it keeps what only says what was
 * @param space how much room it takes in the database
 * @param policyParser reads the policies that people made
 */
public record RunSettings(
        List<SourceDefinition> sources,
        String node,
        Duration lease,
        Retention retention,
        Space space,
        PolicyParser policyParser) {
    public static final Duration USUAL_LEASE = Duration.ofSeconds(15);
    /** Under which a process that is merely slow would lose what it has. */
    public static final Duration SHORTEST_LEASE = Duration.ofSeconds(6);

    public static final Duration LONGEST_LEASE = Duration.ofMinutes(10);

    public RunSettings {
        sources = List.copyOf(sources);
        if (lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("a lease of " + lease);
        }
    }

    /** Returns how often a process says that it is there. */
    Duration renewal() {
        return lease.dividedBy(5);
    }

    /** With the usual lease, the default retention and the usual space. */
    public RunSettings(List<SourceDefinition> sources, String node, PolicyParser policyParser) {
        this(sources, node, USUAL_LEASE, Retention.DEFAULT, Space.DEFAULT, policyParser);
    }

    /** Returns the same with other space. */
    public RunSettings with(Space other) {
        return new RunSettings(sources, node, lease, retention, other, policyParser);
    }

    /** Returns how many targets there are. */
    public int targets() {
        return sources.stream().mapToInt(source -> source.targets().size()).sum();
    }
}
