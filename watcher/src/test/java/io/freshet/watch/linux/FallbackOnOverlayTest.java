package io.freshet.watch.linux;

import io.freshet.watch.Tier;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An overlay, as in containers, refuses a fanotify mark: what probing ends in must keep the whole contract there. */
class FallbackOnOverlayTest extends EventReaderContract {
    @RegisterExtension
    static final Overlay overlay = new Overlay();

    @Override
    Tier tier() {
        return Tier.INOTIFY;
    }

    @Override
    @Nullable
    Tier forced() {
        return null;
    }

    @Override
    Path parent() {
        return overlay.directory();
    }
}
