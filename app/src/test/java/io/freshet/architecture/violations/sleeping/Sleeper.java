package io.freshet.architecture.violations.sleeping;

import java.util.concurrent.TimeUnit;

/** A test that hopes a moment is long enough. */
final class Sleeper {
    void sleep() throws InterruptedException {
        Thread.sleep(1);
        TimeUnit.MILLISECONDS.sleep(1);
    }
}
