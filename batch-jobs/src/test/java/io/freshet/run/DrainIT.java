package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.policy.Policy;
import io.freshet.policy.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a wave may be acknowledged, and when a run ends. */
class DrainIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONGER_THAN_THE_TEST = Duration.ofHours(2);
    private static final int MORE_THAN_A_WAVE = 7000;
    private static final LocalTime CLOSES = LocalTime.of(12, 0);

    @AfterEach
    void mend() {
        FaultyConnector.FLUSHES_FAIL.set(false);
    }

    /** Rule 14: published is not delivered before the directory is on the target's disk. */
    @Test
    void nothingIsAcknowledgedBeforeItsDirectoryIsFlushed() throws IOException {
        write("before", "1");
        replication.target(FaultyConnector.address("replica", replica)).start();
        replication.awaitEqual(replica);
        FaultyConnector.FLUSHES_FAIL.set(true);
        write("a", "1");
        replication.changed("a");
        await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve("a")));
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'FAILED'") > 0);
        assertThat(text("SELECT path FROM v_delivery")).doesNotContain("a");
        assertThat(text("SELECT name FROM manifest")).contains("before").doesNotContain("a");
        assertThat(text("SELECT path FROM work_item")).contains("a");
        FaultyConnector.FLUSHES_FAIL.set(false);
        replication.awaitEqual(replica);
    }

    /** Rule 29: whoever changes something every second does not keep a run from its end. */
    @Test
    void aRunEndsAfterTenMinutesHoweverBusyItsLaneIs() throws IOException {
        SettableClock clock = new SettableClock(Instant.now());
        replication.clock(clock);
        start(lingering(List.of()));
        deliver("first");
        deliver("in the same run");
        clock.advance(Duration.ofMinutes(10).plusSeconds(1));
        deliver("second");
        List<Long> runs = runsOf("first", "in the same run", "second");
        assertThat(runs.get(1)).isEqualTo(runs.get(0));
        assertThat(runs.get(2)).isGreaterThan(runs.get(0));
        assertThat(count("SELECT count(*) FROM run WHERE state = 'COMPLETED' AND run_number = " + runs.get(0)))
                .isEqualTo(1);
    }

    /** Rule 29: and when its window closes, in the middle of work. */
    @Test
    void aRunEndsWhenItsWindowClosesAndTheNextOneTakesOver() throws IOException {
        Instant justBefore = Instant.parse("2026-03-02T11:59:59Z");
        SettableClock clock = new SettableClock(justBefore);
        replication.clock(clock);
        start(lingering(List.of(new Window(EnumSet.allOf(DayOfWeek.class), LocalTime.of(9, 0), CLOSES))));
        String[] paths = new String[MORE_THAN_A_WAVE];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = "f" + i;
            Files.createFile(source.resolve(paths[i]));
        }
        replication.changed(paths);
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM intent") > 0);
        clock.advance(Duration.ofSeconds(2));
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'COMPLETED'") > 0);
        assertThat(count("SELECT count(*) FROM work_item")).isPositive();
        clock.advance(Duration.ofHours(22));
        replication.awaitEqual(replica);
    }

    private void deliver(String path) throws IOException {
        write(path, path);
        replication.changed(path);
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM v_delivery WHERE path = '" + path + "'") == 1);
    }

    private List<Long> runsOf(String... paths) {
        return Stream.of(paths)
                .map(path -> count("SELECT run FROM v_delivery WHERE path = '" + path + "'"))
                .toList();
    }

    private static Policy lingering(List<Window> windows) {
        Policy defaults = Policy.withDefaults("special");
        return new Policy(
                "special",
                windows,
                defaults.timeZone(),
                defaults.bytesPerSecond(),
                defaults.maxDeletes(),
                defaults.settle(),
                defaults.settleMax(),
                defaults.verify(),
                defaults.unstable(),
                LONGER_THAN_THE_TEST,
                defaults.extras());
    }
}
