package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.ChangeKind;
import io.freshet.transfer.PartialName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A large file goes on where it stopped, whatever stopped it, and what was sent in vain goes. */
class LargeFilesIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BLOCK = 64 * 1024;
    private static final int SIZE = 40 << 20;
    private static final long PART = 12L << 20;

    @Test
    void aFileGoesOnWhereItStoppedAfterARestartOfTheReplication() throws IOException {
        long there = sendPart();
        replication.stop();
        assertThat(replica.resolve("large")).doesNotExist();
        long left = sizeOfPartial();
        assertThat(left).isGreaterThanOrEqualTo(there).isLessThan(SIZE);

        replication.start();
        replication.awaitEqual(replica);

        assertThat(bytesDelivered()).isEqualTo(SIZE - left / BLOCK * BLOCK);
        assertNothingLeft();
    }

    @Test
    void aFileGoesOnWhereItStoppedWhenTheTargetsServerIsBack() throws IOException {
        long there = sendPart();
        server.stop();
        server.start();

        replication.awaitEqual(replica);

        assertThat(bytesDelivered()).isLessThanOrEqualTo(SIZE - there / BLOCK * BLOCK);
        assertNothingLeft();
    }

    /** A rename on the source changes the path, and nothing of what has arrived. */
    @Test
    void aFileThatIsRenamedMeanwhileGoesOnUnderItsNewName() throws IOException {
        long there = sendPart();
        server.stop();
        Files.move(source.resolve("large"), source.resolve("renamed"));
        replication.moved("large", "renamed", ChangeKind.PATH);
        server.start();

        replication.awaitEqual(replica);

        assertThat(count("SELECT bytes FROM v_delivery WHERE path = 'renamed' AND outcome = 'TRANSFERRED'"))
                .isLessThanOrEqualTo(SIZE - there / BLOCK * BLOCK);
        assertNothingLeft();
    }

    @Test
    void whatWasSentOfAVersionThatIsGoneGoesToo() throws IOException {
        sendPart();
        server.stop();
        Files.write(source.resolve("large"), content(2));
        replication.changed("large");
        server.start();
        replication.awaitEqual(replica);

        assertThat(bytesDelivered()).isEqualTo(SIZE);
        assertNothingLeft();
    }

    @Test
    void whatWasSentOfAFileThatWasDeletedGoesToo() throws IOException {
        sendPart();
        server.stop();
        Files.delete(source.resolve("large"));
        replication.changed("large");
        server.start();
        replication.awaitEqual(replica);

        assertThat(count("SELECT count(*) FROM v_delivery WHERE path = 'large' AND outcome = 'TRANSFERRED'"))
                .isZero();
        assertNothingLeft();
    }

    /** While it is on its way small changes pass it by in the other lane. */
    @Test
    void aLargeFileHoldsUpNoSmallOne() throws IOException {
        sendPart();
        for (int i = 0; i < 3; i++) {
            String name = "small" + i;
            write(name, "text");
            replication.changed(name);
            await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve(name)));
        }
        assertThat(replica.resolve("large")).doesNotExist();
        replication.awaitEqual(replica);
    }

    /** Returns how much of the file was on the target when that was enough. */
    private long sendPart() throws IOException {
        write("another", "so that the source is never empty");
        start(withBandwidth(6L << 20));
        replication.awaitEqual(replica);
        Files.write(source.resolve("large"), content(1));
        replication.changed("large");
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> sizeOfPartial() > PART);
        return sizeOfPartial();
    }

    private static byte[] content(int seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private long bytesDelivered() {
        return count("SELECT bytes FROM v_delivery WHERE path = 'large' AND outcome = 'TRANSFERRED'");
    }

    private void assertNothingLeft() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(partials()).isEmpty();
            assertThat(count("SELECT count(*) FROM partial")).isZero();
        });
    }

    private long sizeOfPartial() throws IOException {
        long size = 0;
        for (Path partial : partials()) {
            size = Math.max(size, Files.size(partial));
        }
        return size;
    }

    private List<Path> partials() throws IOException {
        try (Stream<Path> names = Files.list(replica.resolve(".freshet"))) {
            return names.filter(path ->
                            PartialName.parse(path.getFileName().toString()).isPresent())
                    .toList();
        }
    }
}
