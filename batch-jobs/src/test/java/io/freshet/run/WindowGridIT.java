package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.Requests;
import io.freshet.policy.DeletionLimit;
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
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What changes at the boundary of a window, while a large file is under way. */
class WindowGridIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SIZE = (int) WavePlanner.LARGE_FILE + (8 << 20);
    private static final long SLOW = 6_000_000;

    private final SettableClock clock = new SettableClock(Instant.parse("2026-03-02T11:59:00Z"));

    @Test
    void aFileInFlightYieldsWhenTheWindowClosesAndGoesOnInTheNext() throws IOException {
        sendPartOf(2 << 20, window(9, 12, SLOW));

        clock.advance(Duration.ofMinutes(2));
        await().atMost(Duration.ofSeconds(3))
                .until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
        assertThat(text("SELECT DISTINCT state::text FROM run")).containsExactly("COMPLETED");
        assertThat(replica.resolve("large")).doesNotExist();
        assertThat(text("SELECT path FROM work_item")).containsExactly("large");

        clock.advance(Duration.ofHours(22));
        await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve("large")));
        replication.awaitEqual(replica);
        assertThat(count("SELECT bytes FROM v_delivery WHERE path = 'large' AND outcome = 'TRANSFERRED'"))
                .as("what had arrived before the window closed is not sent again")
                .isLessThan(SIZE);
    }

    @Test
    void whatMayBeSentChangesAtTheBoundaryWhileARunIsUnderWay() throws IOException {
        sendPartOf(200_000, window(9, 12, 300_000L), window(12, 18, Window.UNLIMITED));
        long run = count("SELECT max(run_number) FROM run");
        assertThat(count("SELECT bytes_per_second FROM target")).isEqualTo(300_000);

        clock.advance(Duration.ofMinutes(2));
        await().atMost(Duration.ofSeconds(15)).until(() -> Files.exists(replica.resolve("large")));
        replication.awaitEqual(replica);
        assertThat(count("SELECT run FROM v_delivery WHERE path = 'large'")).isEqualTo(run);
        assertThat(count("SELECT count(*) FROM target WHERE bytes_per_second IS NULL"))
                .isEqualTo(1);
    }

    @Test
    @Tag("nightly")
    void aPersonsLimitIsInForceInEveryWindow() throws IOException {
        sendPartOf(200_000, window(9, 12, 300_000L), window(12, 18, 200_000L));
        Requests requests = new Requests(replication.jdbc());
        requests.limitTarget(requests.target("replica").orElseThrow(), OptionalLong.empty(), "ben", "at once");
        clock.advance(Duration.ofMinutes(2));
        await().atMost(Duration.ofSeconds(15)).until(() -> Files.exists(replica.resolve("large")));
    }

    private void sendPartOf(long part, Window... windows) throws IOException {
        write("another", "so that the source is never empty");
        replication.clock(clock);
        start(grid(windows));
        replication.awaitEqual(replica);
        byte[] content = new byte[SIZE];
        new Random(1).nextBytes(content);
        Files.write(source.resolve("large"), content);
        replication.changed("large");
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> BandwidthIT.staged(replica) > part);
    }

    private static Window window(int from, int to, long bytesPerSecond) {
        return new Window(EnumSet.allOf(DayOfWeek.class), LocalTime.of(from, 0), LocalTime.of(to, 0), bytesPerSecond);
    }

    private static Policy grid(Window... windows) {
        Policy defaults = withLimit(DeletionLimit.NONE);
        return new Policy(
                "grid",
                List.of(windows),
                defaults.timeZone(),
                OptionalLong.of(1),
                defaults.maxDeletes(),
                defaults.settle(),
                defaults.settleMax(),
                defaults.verify(),
                defaults.unstable(),
                Duration.ofMillis(100),
                defaults.extras());
    }
}
