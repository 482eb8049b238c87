package io.freshet.run;

import io.freshet.journal.PolicyBook;
import io.freshet.journal.Registry;
import io.freshet.journal.SourceId;
import io.freshet.journal.TargetId;
import io.freshet.path.TextForm;
import io.freshet.policy.PolicyText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys under which the database knows the sources and targets of a configuration.
 *
 * @param sources in the order of the configuration
 * @param targets in the order of the configuration, by name
 * @param policies the version of each policy, by name
 */
public record Registration(
        Map<SourceDefinition, SourceId> sources, Map<String, TargetId> targets, Map<String, Integer> policies) {

    /** Makes sources and targets known or takes over their new definition; targets of former ones become inactive. */
    public static Registration of(List<SourceDefinition> definitions, Registry registry, PolicyBook book) {
        Map<SourceDefinition, SourceId> sources = new LinkedHashMap<>();
        Map<String, TargetId> targets = new LinkedHashMap<>();
        Map<String, Integer> policies = new LinkedHashMap<>();
        for (SourceDefinition source : definitions) {
            String root = TextForm.encode(source.path().toString().getBytes(StandardCharsets.UTF_8));
            SourceId id = registry.registerSource(source.name(), root);
            registry.limit(id, source.bytesPerSecond());
            sources.put(source, id);
            for (TargetDefinition target : source.targets()) {
                String url = target.address().url().toString();
                TargetId targetId = registry.registerTarget(
                        id, target.name(), url, target.policy().name());
                registry.limit(targetId, target.policy().bytesPerSecond());
                policies.computeIfAbsent(
                        target.policy().name(), name -> book.register(name, PolicyText.of(target.policy())));
                targets.put(target.name(), targetId);
            }
        }
        registry.deactivateOthers(targets.values());
        return new Registration(sources, targets, policies);
    }

    int policyVersion(TargetDefinition target) {
        Integer version = policies.get(target.policy().name());
        if (version == null) {
            throw new IllegalStateException("policy " + target.policy().name() + " is not registered");
        }
        return version;
    }

    TargetId targetId(TargetDefinition target) {
        TargetId id = targets.get(target.name());
        if (id == null) {
            throw new IllegalStateException("target " + target.name() + " is not registered");
        }
        return id;
    }
}
