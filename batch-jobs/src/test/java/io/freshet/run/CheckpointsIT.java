package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.Checkpoint;
import io.freshet.journal.CheckpointBook;
import io.freshet.journal.Completeness;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules 7, 20, 21 and 23: when a target is complete with a checkpoint, and that it is recorded while nobody looks. */
class CheckpointsIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long BYTES_PER_SECOND = 4 << 20;

    private CheckpointBook book;

    @Test
    void itWaitsForWhatIsUnderWayAndStaysCompleteWhateverComesLater() throws Exception {
        write("p/one", "1");
        start(withBandwidth(BYTES_PER_SECOND));
        replication.awaitEqual(replica);
        byte[] bytes = new byte[3 * (int) BYTES_PER_SECOND];
        new Random(1).nextBytes(bytes);
        Files.write(source.resolve("big"), bytes);
        replication.changed("big");
        create("under way", "", head());
        assertThat(find("under way").completedAt()).isNull();
        assertThat(find("under way").state()).isEqualTo(Completeness.State.WAITING);
        assertThat(find("under way").waitingFor()).isNotBlank();

        awaitRecorded("under way");

        assertThat(Files.readAllBytes(replica.resolve("big"))).isEqualTo(bytes);
        Checkpoint.AtTarget recorded = find("under way");
        assertThat(recorded.entries()).as("the root, p, p/one, big").isEqualTo(4);
        assertThat(recorded.digest()).matches("[0-9a-f]{64}");

        write("big", "smaller");
        write("more", "2");
        replication.changed("big", "more");
        create("later", "", head());
        awaitRecorded("later");
        assertThat(find("under way")).isEqualTo(recorded);
        assertThat(find("later").entries()).isEqualTo(5);
        assertThat(find("later").digest()).isNotEqualTo(recorded.digest());
    }

    @Test
    void anOpenRescanHoldsItAndALaterChangeDoesNot() throws Exception {
        write("p/one", "1");
        write("q/two", "2");
        start();
        replication.awaitEqual(replica);
        replication.jdbc().sql("""
                INSERT INTO rescan (source_id, path, reason, since_seq) SELECT source_id, 'p', 'OVERFLOW', head FROM source
                """).update();
        create("compared", "p", head());
        create("elsewhere", "q", head());
        awaitRecorded("elsewhere"); // it was looked at after the other one
        assertThat(find("compared").completedAt()).isNull();
        assertThat(find("compared").waitingFor()).contains("is being compared");

        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
        replication.jdbc().sql("""
                INSERT INTO target_pause (target_id, paused_by) SELECT target_id, 'anna' FROM target
                """).update();
        write("p/later", "3");
        replication.changed("p/later");
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM work_item WHERE path = 'p/later'") == 1);
        create("paused", "p", head());
        assertThat(find("paused").waitingFor()).contains("is paused by anna");
        replication.jdbc().sql("UPDATE rescan SET finished_at = now()").update();

        awaitRecorded("compared");
        assertThat(replica.resolve("p/later")).doesNotExist();
        assertThat(find("paused").completedAt()).isNull();
    }

    @Test
    void aTargetThatLostItsMarkerIsNotCompleteBeforeItIsFilledAnew() throws Exception {
        byte[] bytes = new byte[5 * (int) BYTES_PER_SECOND / 2]; // so that filling takes longer than looking again
        new Random(1).nextBytes(bytes);
        Files.write(source.resolve("one"), bytes);
        start(withBandwidth(BYTES_PER_SECOND));
        replication.awaitEqual(replica);
        replication.stop();
        long before = head();
        deleteTree(replica);
        Files.createDirectory(replica);
        write("two", "2");
        replication.start();
        replication.changed("two");
        await().atMost(PATIENCE)
                .until(() ->
                        count("SELECT count(*) FROM hold WHERE state = 'OPEN' AND reason = 'TARGET_REPLACED'") == 1);
        create("old", "one", before);
        assertThat(find("old").state()).isEqualTo(Completeness.State.HELD);
        assertThat(find("old").waitingFor()).contains("lost our marker");
        replication
                .jdbc()
                .sql("UPDATE hold SET state = 'APPROVED', decided_at = now(), decided_by = 'test' WHERE state = 'OPEN'")
                .update();
        awaitRecorded("old");
        assertThat(find("old").entries()).isEqualTo(1);
        assertThat(Files.readAllBytes(replica.resolve("one"))).isEqualTo(bytes);
    }

    private long head() {
        return count("SELECT head FROM source");
    }

    private void create(String label, String path, long seq) {
        book = new CheckpointBook(replication.jdbc());
        assertThat(book.create(new CheckpointBook.New("content", label, path, seq, "test", "")))
                .isTrue();
    }

    private Checkpoint.AtTarget find(String label) {
        return book.find("content", label).orElseThrow().targets().get(0);
    }

    /** Looks at nothing but the row. */
    private void awaitRecorded(String label) {
        await(label)
                .atMost(PATIENCE)
                .until(() -> replication
                                .jdbc()
                                .sql("""
                                        SELECT count(ct.completed_at) FROM checkpoint_target ct JOIN checkpoint USING (checkpoint_id)
                                        WHERE label = :label
                                        """)
                                .param("label", label)
                                .query(Long.class)
                                .single()
                        == 1);
    }
}
