package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.policy.Space.Capacity;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Rule 39: what stops first, and what second, as the database's disk fills; what a person just changed still arrives. */
class ShortOfSpaceIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long GIGABYTE = 1_000_000_000L;

    private final AtomicLong free = new AtomicLong(50 * GIGABYTE);

    @Test
    void theListOfWhatArrivesStopsFirstAndTheBulkLaneSecond() throws IOException {
        write("before", "listed");
        replication.room(() -> Optional.of(new Capacity(100 * GIGABYTE, free.get())));
        start(named("short"));
        replication.awaitEqual(replica);

        leave(3 * GIGABYTE / 2, "DETAIL");
        write("counted", "and not listed");
        replication.changed("counted");
        replication.awaitEqual(replica);
        assertThat(text("SELECT path FROM v_delivery WHERE path <> '' ORDER BY path"))
                .containsExactly("before");
        assertThat(count("SELECT sum(unlisted) FROM run")).isEqualTo(1);
        assertThat(count("SELECT sum(transferred) FROM run"))
                .as("with the root")
                .isEqualTo(3);

        leave(GIGABYTE / 2, "BULK");
        write("new/of bulk", "waits");
        replication.changedTree("new");
        for (String small : new String[] {"small", "smaller"}) {
            write(small, "goes on");
            replication.changed(small);
            await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve(small)));
        }
        assertThat(replica.resolve("new")).doesNotExist();

        leave(50 * GIGABYTE, "NONE");
        replication.awaitEqual(replica);
        assertThat(text("SELECT path FROM v_delivery WHERE path LIKE 'new/%'")).containsExactly("new/of bulk");
    }

    private void leave(long bytes, String shortage) {
        free.set(bytes);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(text("SELECT shortage FROM database_space")).containsExactly(shortage));
    }
}
