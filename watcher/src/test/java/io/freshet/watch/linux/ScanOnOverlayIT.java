package io.freshet.watch.linux;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;

class ScanOnOverlayIT extends ScanContract {
    @RegisterExtension
    static final Overlay overlay = new Overlay();

    @Override
    Path parent() {
        return overlay.directory();
    }
}
