package io.freshet.watch.linux;

import java.nio.file.Path;

class ScanOnDiskIT extends ScanContract {
    @Override
    Path parent() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }
}
