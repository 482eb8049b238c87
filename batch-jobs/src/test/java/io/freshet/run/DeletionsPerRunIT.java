package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Drift;
import io.freshet.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The limit on what may vanish in one run, whatever may vanish in a day. */
class DeletionsPerRunIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONGER_THAN_THE_TEST = Duration.ofHours(1);

    @Test
    void countsWhatHasVanishedInTheRunBefore() throws IOException {
        for (String file : new String[] {"a", "b", "c", "stays"}) {
            write(file, file);
        }
        start(limited());
        replication.awaitEqual(replica);
        delete("a", "b");
        await().atMost(PATIENCE).until(() -> !Files.exists(replica.resolve("b")));

        delete("c");

        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM hold WHERE state = 'OPEN'") == 1);
        assertThat(text("SELECT detail FROM hold").get(0))
                .contains("passed the limit of 2 entries and 0.0 % in one run");
        assertThat(replica.resolve("c")).exists();
        assertThat(count("SELECT count(DISTINCT run_number) FROM deletion_tally"))
                .isEqualTo(1);
    }

    /** Rule 42: what vanishes with a directory that becomes a file was deleted, too. */
    @Test
    void countsWhatVanishesWithADirectoryThatBecomesAFile() throws IOException {
        for (String file : new String[] {"dir/a", "dir/b", "stays"}) {
            write(file, file);
        }
        start(limited());
        replication.awaitEqual(replica);
        deleteTree(source.resolve("dir"));
        write("dir", "a file by now");

        replication.changed("dir");

        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM hold WHERE state = 'OPEN'") == 1);
        assertThat(text("SELECT path || ' ' || manifest_rows FROM hold_path")).containsExactly("dir 3");
        assertThat(replica.resolve("dir/a")).exists();
    }

    private void delete(String... files) throws IOException {
        for (String file : files) {
            Files.delete(source.resolve(file));
        }
        replication.changed(files);
    }

    private static Policy limited() {
        return lingering(named("limited").with(new DeletionLimit(2, 0), DeletionLimit.NONE));
    }

    private static Policy lingering(Policy all) {
        return new Policy(
                all.name(),
                all.windows(),
                all.cron(),
                all.misfire(),
                all.timeZone(),
                all.bytesPerSecond(),
                all.maxDeletes(),
                all.maxDeletesPerRun(),
                all.maxChanges(),
                all.parallelism(),
                all.settle(),
                all.settleMax(),
                all.verify(),
                all.unstable(),
                LONGER_THAN_THE_TEST,
                all.extras(),
                Drift.OVERWRITE,
                all.retry(),
                all.approvals());
    }
}
