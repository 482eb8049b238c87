package io.freshet.watch.linux;

import io.freshet.watch.Tier;
import java.nio.file.Path;

class InotifyOnTmpfsTest extends EventReaderContract {
    @Override
    Tier tier() {
        return Tier.INOTIFY;
    }

    @Override
    Path parent() {
        return Path.of("/dev/shm");
    }
}
