package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.LaneProgress;
import io.freshet.journal.Progress;
import io.freshet.journal.ProgressReports;
import io.freshet.journal.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What people see of a run while it sends. */
class ProgressIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long MB = 1_000_000;

    @Test
    void aLargeFileIsSeenToGrowAndIsGoneAfterwards() throws IOException {
        start(withBandwidth(4 * MB));
        Files.write(source.resolve("large"), new byte[(int) (60 * MB)]);
        replication.changed("large");
        await().atMost(PATIENCE).until(() -> done() > MB);
        long before = done();
        await().atMost(PATIENCE).until(() -> done() > before + 4 * MB);
        LaneProgress lane = lanes().get(0);
        assertThat(lane.moving()).isTrue();
        assertThat(lane.progress().bytesPerSecond()).isBetween(MB, 6 * MB);
        Progress.LargeFile large = lane.progress().underWay().get(0);
        assertThat(large.path()).isEqualTo("large");
        assertThat(large.size()).isEqualTo(60 * MB);
        assertThat(large.bytesPerSecond()).isBetween(MB, 6 * MB);
        assertThat(large.remainingSeconds()).isBetween(1L, 59L);

        limit(OptionalLong.empty());
        replication.awaitEqual(replica);
        await().atMost(PATIENCE).until(() -> lanes().isEmpty() && count("SELECT count(*) FROM lane_progress") == 0);
    }

    @Test
    void whatDoesNotMoveAnyMoreIsNotShownAsMoving() throws IOException {
        start(withBandwidth(4 * MB));
        Files.write(source.resolve("large"), new byte[(int) (60 * MB)]);
        replication.changed("large");
        await().atMost(PATIENCE).until(() -> done() > MB);

        limit(OptionalLong.of(1));
        await().atMost(PATIENCE)
                .until(() -> !lanes().isEmpty() && !lanes().get(0).moving());
        Progress atRest = lanes().get(0).progress();
        assertThat(atRest.bytesPerSecond()).isZero();
        assertThat(atRest.underWay().get(0).bytesPerSecond()).isZero();
        assertThat(atRest.underWay().get(0).remainingSeconds()).isNull();
        assertThat(atRest.underWay().get(0).done()).isBetween(MB, 59 * MB);
    }

    @Test
    void smallFilesAreCountedAndNotListed() throws IOException {
        start(withBandwidth(2 * MB));
        for (int i = 0; i < 150; i++) {
            Files.write(source.resolve("file" + i), new byte[50_000]);
        }
        replication.changedTree("");
        AtomicReference<Progress> seen = new AtomicReference<>();
        await().atMost(PATIENCE).until(() -> {
            lanes().forEach(lane -> seen.set(lane.progress()));
            return seen.get() != null && seen.get().filesPerSecond() > 1;
        });
        assertThat(seen.get().files()).isBetween(2L, 150L);
        assertThat(seen.get().underWay()).isEmpty();
        replication.awaitEqual(replica);
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
        // 7.5 MB at 2 MB/s; and a run goes on for a while after its last wave.
        assertThat(count("SELECT sum(busy_millis) FROM run"))
                .isBetween(
                        2_000L,
                        count("SELECT sum(extract(epoch FROM ended_at - started_at) * 1000)::bigint - 200 FROM run"));
    }

    private void limit(OptionalLong bytesPerSecond) {
        Requests requests = new Requests(replication.jdbc());
        requests.limitTarget(requests.target("replica").orElseThrow(), bytesPerSecond, "ben", "");
    }

    private List<LaneProgress> lanes() {
        return new ProgressReports(replication.jdbc()).read().getOrDefault("replica", List.of());
    }

    /** How much of the first large file is done. */
    private long done() {
        return lanes().stream()
                .flatMap(lane -> lane.progress().underWay().stream())
                .mapToLong(Progress.LargeFile::done)
                .findFirst()
                .orElse(0);
    }
}
