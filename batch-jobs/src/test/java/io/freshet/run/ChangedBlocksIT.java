package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Of a large file that changed, a target that has an earlier version gets the changed blocks. */
class ChangedBlocksIT extends OneTarget {
    private static final int BLOCK = 64 * 1024;
    private static final int SIZE = 20 << 20;

    @Test
    void onlyWhatChangedAndWhatWasAppendedIsSent() throws IOException {
        Path file = deliverLargeFile();

        overwrite(file, 10 << 20);
        assertThat(bytesOfNextDelivery()).isEqualTo(BLOCK);
        overwrite(file, BLOCK - 1);
        assertThat(bytesOfNextDelivery()).isEqualTo(2 * BLOCK);
        Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
        assertThat(bytesOfNextDelivery()).isEqualTo(3);
    }

    @Test
    void theMapsOfReplacedAndDeletedContentGoAfterAWhile() throws IOException {
        Path file = deliverLargeFile();
        overwrite(file, 0);
        bytesOfNextDelivery();
        assertThat(count("SELECT count(*) FROM block_map WHERE replaced_at IS NOT NULL"))
                .isEqualTo(1);
        assertThat(count("SELECT count(*) FROM block_map")).isEqualTo(2);

        replication
                .jdbc()
                .sql("UPDATE block_map SET replaced_at = replaced_at - interval '8 days'")
                .update();
        Files.delete(file);
        replication.changed("large");
        replication.awaitEqual(replica);

        assertThat(count("SELECT count(*) FROM block_map")).isEqualTo(1);
        assertThat(count("SELECT count(*) FROM block_map WHERE replaced_at IS NOT NULL"))
                .isEqualTo(1);
    }

    /** Rule 1: neither size nor whole second tell that the replica is not what we delivered. */
    @Test
    void whatSomebodyWroteIntoTheReplicaIsNotBuiltUpon() throws IOException {
        Path file = deliverLargeFile();
        Path copy = replica.resolve("large");
        FileTime time = Files.getLastModifiedTime(copy);
        overwrite(copy, 5 << 20);
        Files.setLastModifiedTime(copy, time);

        overwrite(file, 10 << 20);

        assertThat(bytesOfNextDelivery()).isEqualTo(SIZE);
    }

    private Path deliverLargeFile() throws IOException {
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(source.resolve("large"), bytes);
        write("another", "so that the source is never empty");
        start();
        replication.awaitEqual(replica);
        return file;
    }

    /** Overwrites two bytes, the first at the given place. */
    private static void overwrite(Path file, long place) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(place);
            byte[] bytes = new byte[2];
            open.readFully(bytes);
            open.seek(place);
            open.write(new byte[] {(byte) ~bytes[0], (byte) ~bytes[1]});
        }
    }

    private long bytesOfNextDelivery() {
        replication.changed("large");
        replication.awaitEqual(replica);
        return count("SELECT bytes FROM v_delivery WHERE path = 'large' ORDER BY delivered_at DESC LIMIT 1");
    }
}
