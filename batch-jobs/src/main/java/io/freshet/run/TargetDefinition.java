package io.freshet.run;

import io.freshet.policy.Policy;
import io.freshet.target.TargetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A target as the configuration defines it.
 *
 * @param policyName the policy that it has
 * @param policy what that says; null where the configuration does not tell: then people made it, and may change it
 */
public record TargetDefinition(
        TargetAddress address, String policyName, @Nullable Policy policy) {
    public TargetDefinition(TargetAddress address, Policy policy) {
        this(address, policy.name(), policy);
    }

    public String name() {
        return address.name();
    }
}
