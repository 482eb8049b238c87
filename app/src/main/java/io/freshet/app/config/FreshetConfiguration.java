package io.freshet.app.config;

import io.freshet.policy.Policy;
import io.freshet.policy.Retention;
import io.freshet.policy.Space;
import io.freshet.run.SourceDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration file says, checked and with every default filled in.
 *
 * @param file where it was read from, as it was named
 * @param dataDirectory absolute; where Freshet keeps its own things
 * @param metricsTokenFile its first line lets a monitoring system in to the metrics; null where only accounts' tokens do
 * @param lease how long a node that says nothing any more keeps its targets and sources
 * @param policies those that the file defines, without the built-in ones
 * @param keep how long things are kept that only say what was
 * @param space how much room may be taken in the database
 * @param remarks what is right and may not work all the same, in whole sentences
 */
public record FreshetConfiguration(
        Path file,
        Path dataDirectory,
        Database database,
        ListenAddress listen,
        @Nullable Path metricsTokenFile,
        LogFormat logFormat,
        Duration lease,
        List<SourceDefinition> sources,
        List<Policy> policies,
        Retention keep,
        Space space,
        List<String> remarks) {
    public FreshetConfiguration {
        sources = List.copyOf(sources);
        policies = List.copyOf(policies);
        remarks = List.copyOf(remarks);
    }
}
