package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BandwidthTest {
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Bandwidth bandwidth = new Bandwidth();
    private final AtomicBoolean stop = new AtomicBoolean();

    @Test
    void withoutALimitNobodyWaits() {
        bandwidth.await(bandwidth.charge(Long.MAX_VALUE / 2), stop::get);
    }

    @Test
    void whatIsSentKeepsToTheRate() {
        bandwidth.limit(OptionalLong.of(1_000_000));
        long begun = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            bandwidth.await(bandwidth.charge(50_000), stop::get);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(440), Duration.ofSeconds(5));
    }

    @Test
    void whoWaitsForHoursGoesOnWhenTheLimitIsLifted() {
        CompletableFuture<Void> waiting = waitForHours();
        bandwidth.limit(OptionalLong.empty());
        await().atMost(SOON).until(waiting::isDone);
    }

    @Test
    void whoWaitsForHoursLeavesWhenNobodyWantsIt() {
        CompletableFuture<Void> waiting = waitForHours();
        stop.set(true);
        await().atMost(SOON).until(waiting::isDone);
    }

    @Test
    void aLowerLimitIsInForceForWhatWaits() {
        bandwidth.limit(OptionalLong.of(100_000));
        CompletableFuture<Void> waiting =
                CompletableFuture.runAsync(() -> bandwidth.await(bandwidth.charge(100_000), stop::get));
        bandwidth.limit(OptionalLong.of(1));
        await().during(Duration.ofMillis(1200)).atMost(SOON).until(() -> !waiting.isDone());
        stop.set(true);
    }

    private CompletableFuture<Void> waitForHours() {
        bandwidth.limit(OptionalLong.of(1));
        CompletableFuture<Void> waiting =
                CompletableFuture.runAsync(() -> bandwidth.await(bandwidth.charge(100_000), stop::get));
        await().during(Duration.ofMillis(200)).until(() -> !waiting.isDone());
        return waiting;
    }
}
