package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.database.TestDatabase;
import io.freshet.failure.FreshetException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is recorded of a target that is complete with a checkpoint, by whom, and that it is recorded once. */
class CheckpointCompletionIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private JournalRows rows;
    private CheckpointBook book;
    private Lease lease;

    @BeforeEach
    void oneTarget() {
        rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1");
        book = new CheckpointBook(database.jdbcClient());
        lease = new Leases(database.dataSource())
                .acquire(web1(), "node1", Duration.ofMinutes(1))
                .orElseThrow();
        rows.delivered("web1", "p", "d", 1);
        rows.delivered("web1", "p/\u00e9\n", "f", 1);
        rows.delivered("web1", "p/l", "l", 1);
        rows.delivered("web1", "p2", "f", 1);
        rows.sql("UPDATE manifest SET content_hash = '\\x0123' WHERE type = 'f'");
        rows.sql("UPDATE manifest SET link_target = 'a b' WHERE type = 'l'");
        rows.delivered("web1", "p/socket", "s", 1);
        rows.sql("UPDATE manifest SET supported = false WHERE type = 's'");
    }

    private TargetId web1() {
        return new TargetId(database.jdbcClient()
                .sql("SELECT target_id FROM target WHERE name = 'web1'")
                .query(Integer.class)
                .single());
    }

    @Test
    void theDigestIsTheDocumentedOneOverTheFolderAndNothingElse() throws Exception {
        Checkpoint.AtTarget held = completed("a", "p", CheckpointCompletion.LARGEST_DIGEST);
        assertThat(held.entries()).isEqualTo(3);
        assertThat(held.unsupported()).isEqualTo(1);
        String lines = line("p", "d 0", "-", "-")
                + line("p/l", "l 0", "-", sha256("a b"))
                + line("p/\u00e9\n", "f 1234", "0123", "-");
        assertThat(held.digest()).isEqualTo(sha256(lines));
        assertThat(completed("b", "p2", CheckpointCompletion.LARGEST_DIGEST).digest())
                .isEqualTo(sha256(line("p2", "f 1234", "0123", "-")));
        assertThat(completed("c", "", CheckpointCompletion.LARGEST_DIGEST).entries())
                .isEqualTo(4);
        assertThat(completed("d", "nothing", CheckpointCompletion.LARGEST_DIGEST))
                .matches(none -> none.entries() == 0)
                .matches(none ->
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".equals(none.digest()));
    }

    private static String line(String path, String typeAndSize, String content, String link) throws Exception {
        return sha256(path) + " " + typeAndSize + " 1700000000123456789 420 0 0 0 " + content + " " + link + "\n";
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void withTooManyEntriesThereIsACountAndNoDigest() {
        Checkpoint.AtTarget held = completed("a", "p", 2);
        assertThat(held.entries()).isEqualTo(3);
        assertThat(held.digest()).isNull();
    }

    @Test
    void itIsRecordedOnceByTheOwnerOfTheLeaseAndNotBeforeItIsTrue() {
        CheckpointCompletion completion = new CheckpointCompletion(database.dataSource());
        long seq = rows.change("content", "p/x", "PATH", null);
        create("a", "", seq);
        CheckpointCompletion.Open open = completion.open(List.of(web1()), 0, 10).get(0);
        assertThat(completion.record(lease, open)).isFalse();
        rows.plan("web1");
        Lease earlier = new Lease(lease.target(), "node0", lease.epoch() - 1, "x");
        assertThatThrownBy(() -> completion.record(earlier, open))
                .isInstanceOf(FreshetException.class)
                .hasMessageContaining("another owner");
        assertThat(completion.record(lease, open)).isTrue();
        Checkpoint.AtTarget recorded = find("a");
        rows.item("web1", "p/x", "PATH", 1, Duration.ZERO);
        assertThat(find("a")).isEqualTo(recorded);
        rows.sql("DELETE FROM work_item");
        rows.delivered("web1", "p/more", "f", 1);
        assertThat(completion.record(lease, open)).isFalse();
        assertThat(find("a")).isEqualTo(recorded);
        assertThat(completion.open(List.of(web1()), 0, 10)).isEmpty();
    }

    @Test
    void aLabelIsCreatedOnceAndIsAboutTheTargetsOfThatMoment() {
        assertThat(create("a", "", 7)).isTrue();
        assertThat(create("a", "", 8)).isFalse();
        rows.target("content", "web2");
        assertThat(book.find("content", "a").orElseThrow().seq()).isEqualTo(7);
        assertThat(book.find("content", "a").orElseThrow().targets())
                .extracting(Checkpoint.AtTarget::target)
                .containsExactly("web1");
        rows.sql("UPDATE target SET active = false WHERE name = 'web1'");
        assertThat(find("a").state()).isEqualTo(Completeness.State.FAILED);
        assertThat(find("a").waitingFor()).contains("no longer configured");
        assertThat(new CheckpointCompletion(database.dataSource()).open(List.of(web1()), 0, 10))
                .isEmpty();
    }

    private boolean create(String label, String path, long seq) {
        return book.create(new CheckpointBook.New("content", label, path, seq, "anna", "release"));
    }

    private Checkpoint.AtTarget find(String label) {
        return book.find("content", label).orElseThrow().targets().get(0);
    }

    private Checkpoint.AtTarget completed(String label, String path, long largestDigest) {
        create(label, path, 1);
        CheckpointCompletion completion = new CheckpointCompletion(database.dataSource(), largestDigest);
        CheckpointCompletion.Open open = completion.open(List.of(web1()), 0, 10).get(0);
        assertThat(completion.record(lease, open)).isTrue();
        return find(label);
    }
}
