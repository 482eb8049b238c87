package io.freshet.architecture.violations.cycles.run;

import io.freshet.architecture.violations.cycles.policy.Called;

/** One half of a circle. */
public final class Caller {
    Called called() {
        return new Called();
    }
}
