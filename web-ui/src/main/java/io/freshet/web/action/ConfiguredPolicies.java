package io.freshet.web.action;

import io.freshet.policy.Policy;
import java.util.List;
import java.util.Optional;

/** The policies that targets may name, the built-in one among them. */
public record ConfiguredPolicies(List<Policy> all) {
    public ConfiguredPolicies {
        all = List.copyOf(all);
    }

    /** Returns the policy of this name. */
    public Optional<Policy> find(String name) {
        return all.stream().filter(policy -> policy.name().equals(name)).findFirst();
    }
}
