package io.freshet.run;

import io.freshet.policy.Policy;
import io.freshet.target.TargetAddress;

/** A target as the configuration defines it. */
public record TargetDefinition(TargetAddress address, Policy policy) {
    public String name() {
        return address.name();
    }
}
