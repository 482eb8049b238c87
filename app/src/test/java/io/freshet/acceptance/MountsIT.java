package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.journal.Completeness.State;
import io.freshet.posix.Tree;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 10: what is mounted below a source is part of it, and gone it says nothing about what was in it. */
class MountsIT {
    @TempDir
    Path directory;

    @Test
    void whatWasMountedIsHeldAndNotDeletedUntilItIsBackOrAPersonSaysSo() throws Exception {
        try (Mirror mirror = new Mirror(directory).replica()) {
            Tree tree = mirror.tree();
            tree.directory(Mirror.OUTSIDE + "/disk/d");
            tree.file(Mirror.OUTSIDE + "/disk/d/f", "on the disk");
            tree.directory(Mirror.in("p/m").toString());
            tree.file(Mirror.in("never empty"), "1");
            mount(mirror);
            try {
                mirror.start();
                mirror.assertArrived();
                assertThat(mirror.replica(1).resolve("p/m/d/f")).exists();

                tree.unmount(Mirror.in("p/m"));
                Mirror.await("it is held", () -> isHeld(mirror));
                tree.file(Mirror.in("p/other"), "what is safe goes on");
                Mirror.await(
                        "the rest arrives",
                        () -> mirror.replica(1).resolve("p/other").toFile().exists());
                assertThat(mirror.replica(1).resolve("p/m/d/f")).exists();
                assertThat(mirror.arrivals(mirror.awaitJournaled()))
                        .extracting(arrival -> arrival.state())
                        .containsExactly(State.HELD);

                mount(mirror);
                mirror.assertArrived();
                assertThat(mirror.holds()).isEmpty();

                tree.unmount(Mirror.in("p/m"));
                Mirror.await("it is held again", () -> isHeld(mirror));
                mirror.approveHolds();
                Mirror.await(
                        "what was approved is done",
                        () -> !mirror.replica(1).resolve("p/m/d/f").toFile().exists());
                mirror.assertArrived();
            } finally {
                mirror.stopWatcher();
                mirror.stopRuns();
                if (!mirror.mounts().isEmpty()) {
                    tree.unmount(Mirror.in("p/m"));
                }
            }
        }
    }

    private static void mount(Mirror mirror) {
        Path disk = mirror.tree().root().resolve(Mirror.OUTSIDE).resolve("disk");
        assumeTrue(mirror.tree().bind(disk, Mirror.in("p/m")), "this process may not mount");
    }

    private static boolean isHeld(Mirror mirror) {
        return mirror.holds().equals(List.of("MOUNT_MISSING"));
    }
}
