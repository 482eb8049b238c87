package io.freshet.watch.linux;

import io.freshet.watch.Tier;
import java.nio.file.Path;

class FanotifyOnTmpfsTest extends EventReaderContract {
    @Override
    Tier tier() {
        return Tier.FANOTIFY;
    }

    @Override
    Path parent() {
        return Path.of("/dev/shm");
    }
}
