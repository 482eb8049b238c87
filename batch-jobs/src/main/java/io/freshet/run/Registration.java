package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.PolicyBook;
import io.freshet.journal.Registry;
import io.freshet.journal.SourceId;
import io.freshet.journal.TargetId;
import io.freshet.path.TextForm;
import io.freshet.policy.Policies;
import io.freshet.policy.Policies.Versioned;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyParser;
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
 * @param policies what each policy of a target says, in which version, by name
 */
public record Registration(
        Map<SourceDefinition, SourceId> sources, Map<String, TargetId> targets, Map<String, Versioned> policies) {

    /** Makes sources and targets known or takes over their new definition; targets of former ones become inactive. */
    public static Registration of(
            List<SourceDefinition> definitions, Registry registry, PolicyBook book, PolicyParser parser) {
        Policies made = new Policies(List.of(), book, parser);
        Map<SourceDefinition, SourceId> sources = new LinkedHashMap<>();
        Map<String, TargetId> targets = new LinkedHashMap<>();
        Map<String, Versioned> policies = new LinkedHashMap<>();
        for (SourceDefinition source : definitions) {
            String root = TextForm.encode(source.path().toString().getBytes(StandardCharsets.UTF_8));
            SourceId id = registry.registerSource(source.name(), root);
            registry.limit(id, source.bytesPerSecond());
            sources.put(source, id);
            for (TargetDefinition target : source.targets()) {
                String url = target.address().url().toString();
                Versioned policy = policies.computeIfAbsent(target.policyName(), name -> policy(target, book, made));
                TargetId targetId = registry.registerTarget(id, target.name(), url, target.policyName());
                registry.limit(targetId, policy.policy().bytesPerSecond());
                targets.put(target.name(), targetId);
            }
        }
        registry.deactivateOthers(targets.values());
        return new Registration(sources, targets, policies);
    }

    private static Versioned policy(TargetDefinition target, PolicyBook book, Policies made) {
        Policy configured = target.policy();
        if (configured != null) {
            return new Versioned(configured, book.register(configured.name(), PolicyText.of(configured)));
        }
        Versioned policy = made.made().get(target.policyName());
        if (policy == null) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "target " + target.name() + " has the policy '" + target.policyName()
                            + "', which is neither in the configuration nor was it made while Freshet ran; define it under"
                            + " policies, or start without it, make it by `freshet policy set " + target.policyName()
                            + " --file FILE`, and name it then");
        }
        return policy;
    }

    Versioned policy(TargetDefinition target) {
        Versioned policy = policies.get(target.policyName());
        if (policy == null) {
            throw new IllegalStateException("policy " + target.policyName() + " is not registered");
        }
        return policy;
    }

    TargetId targetId(TargetDefinition target) {
        TargetId id = targets.get(target.name());
        if (id == null) {
            throw new IllegalStateException("target " + target.name() + " is not registered");
        }
        return id;
    }
}
