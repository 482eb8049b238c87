package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 34: rescans while a target is filled ask for nothing that waits already, and for nothing twice. */
class RescansDuringSeedIT {
    private static final int DIRECTORIES = 20;
    private static final int FILES = 100;
    private static final int SIZE = 1000;
    private static final long BYTES_PER_SECOND = DIRECTORIES * FILES * SIZE / 4;
    private static final long RESCANS = 5;

    @Test
    void aSeedIsNotDoneTwiceForBeingRescanned(@TempDir Path directory) throws IOException, InterruptedException {
        try (Mirror mirror = new Mirror(directory).under(slowly()).replica()) {
            for (int i = 0; i < DIRECTORIES; i++) {
                mirror.tree().directory(Mirror.in("d" + i).toString());
                for (int j = 0; j < FILES; j++) {
                    mirror.tree().file(Mirror.in("d" + i + "/f" + j), "x".repeat(SIZE));
                }
            }
            mirror.start();
            Mirror.await("files are being sent", () -> mirror.count("SELECT count(*) FROM intent") > 0);
            long rescans = 0;
            long mostWaiting = 0;
            while (waiting(mirror) > 0) {
                mostWaiting = Math.max(mostWaiting, waiting(mirror));
                mirror.rescan();
                rescans++;
            }
            mirror.assertArrived();
            assertThat(rescans).as("rescans while it was filled").isGreaterThan(RESCANS);
            assertThat(mirror.count("SELECT sum(changes) FROM rescan WHERE reason = 'SCHEDULE'"))
                    .as("finds: at most the root, in which Freshet made a directory of its own")
                    .isLessThanOrEqualTo(1);
            assertThat(mostWaiting).as("rows of the queue").isLessThanOrEqualTo(DIRECTORIES * (FILES + 1L) + 1);
            assertThat(mirror.count("SELECT count(*) FROM delivery WHERE outcome = 'TRANSFERRED' AND bytes > 0"))
                    .as("files sent")
                    .isEqualTo((long) DIRECTORIES * FILES);
            assertThat(mirror.count("SELECT sum(unchanged) FROM run"))
                    .as("looks that found nothing")
                    .isLessThanOrEqualTo(DIRECTORIES + 1L);
        }
    }

    private static long waiting(Mirror mirror) {
        return mirror.count("SELECT count(*) FROM work_item");
    }

    private static Policy slowly() {
        Policy quick = Mirror.policy(DeletionLimit.NONE);
        return new Policy(
                quick.name(),
                quick.windows(),
                quick.timeZone(),
                OptionalLong.of(BYTES_PER_SECOND),
                quick.maxDeletes(),
                quick.settle(),
                quick.settleMax(),
                quick.verify(),
                quick.unstable(),
                quick.linger(),
                quick.extras());
    }
}
