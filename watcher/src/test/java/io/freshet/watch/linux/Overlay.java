package io.freshet.watch.linux;

import static io.freshet.posix.Tree.path;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.posix.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An overlay of two directories, as in containers, for all tests of a class; skips them where it may not be mounted. */
final class Overlay implements BeforeAllCallback, AfterAllCallback {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private @Nullable Tree layers;
    private boolean mounted;

    /** Returns a directory of the lower layer, as it is seen through the overlay. */
    Path directory() {
        return Objects.requireNonNull(layers).root().resolve("merged/below");
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        assumeTrue(Tree.isRoot(), "only root may mount an overlay");
        Tree made = Files.isWritable(SHARED_MEMORY) ? Tree.in(SHARED_MEMORY) : Tree.temporary();
        layers = made;
        made.directory("lower/below");
        made.file("lower/below/f", "of the lower layer");
        made.directory("upper");
        made.directory("work");
        made.directory("merged");
        mounted = made.mountOverlay(path("merged"), path("lower"), path("upper"), path("work"));
        assumeTrue(mounted, "this process may not mount an overlay");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Tree made = layers;
        if (made != null) {
            if (mounted) {
                made.unmount(path("merged"));
            }
            made.close();
        }
    }
}
