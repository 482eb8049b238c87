package io.freshet.watch.linux;

import java.nio.file.Path;

class ScanOnTmpfsIT extends ScanContract {
    @Override
    Path parent() {
        return Path.of("/dev/shm");
    }
}
