package io.freshet.architecture.violations.cycles.policy;

import io.freshet.architecture.violations.cycles.run.Caller;

/** The other half of the circle. */
public final class Called {
    Caller caller() {
        return new Caller();
    }
}
