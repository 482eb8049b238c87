package io.freshet.web.api;

import io.freshet.policy.Policy;
import java.util.List;

/** The policies that targets may name, the built-in one among them. */
public record ConfiguredPolicies(List<Policy> all) {
    public ConfiguredPolicies {
        all = List.copyOf(all);
    }
}
