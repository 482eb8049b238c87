package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.posix.Tree;
import io.freshet.watch.Tier;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** An overlay, as in containers, refuses a fanotify mark: what probing ends in must keep the whole contract there. */
class FallbackOnOverlayTest extends EventReaderContract {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static @Nullable Tree layers;
    private static boolean mounted;

    @BeforeAll
    static void mount() {
        assumeTrue(Tree.isRoot(), "only root may mount an overlay");
        layers = Files.isWritable(SHARED_MEMORY) ? Tree.in(SHARED_MEMORY) : Tree.temporary();
        layers.directory("lower/below");
        layers.file("lower/below/f", "of the lower layer");
        layers.directory("upper");
        layers.directory("work");
        layers.directory("merged");
        mounted = layers.mountOverlay(path("merged"), path("lower"), path("upper"), path("work"));
        assumeTrue(mounted, "this process may not mount an overlay");
    }

    @AfterAll
    static void unmount() {
        if (layers != null) {
            if (mounted) {
                layers.unmount(path("merged"));
            }
            layers.close();
        }
    }

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
        return layers.root().resolve("merged/below");
    }
}
