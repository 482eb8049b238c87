package io.freshet.architecture.violations.modules.journal;

import io.freshet.architecture.violations.modules.watch.Used;

/** A lower module that uses a higher one. */
final class UsesWatcher {
    Used used() {
        return new Used();
    }
}
