package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.database.TestDatabase;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathAnswersIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private JournalRows rows;
    private PathAnswers answers;
    private final Map<String, SourceLook.Seen> seen = new HashMap<>();

    @BeforeEach
    void oneTarget() {
        rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1");
        answers = answers(OpeningHours.ALWAYS);
    }

    private PathAnswers answers(OpeningHours hours) {
        return new PathAnswers(
                database.jdbcClient(),
                hours,
                new Wording(ZoneId.of("Europe/Berlin")),
                (source, path) -> Optional.ofNullable(seen.get(source + ":" + path)));
    }

    @Test
    void waitsForTheNextFiringUnlessItIsServedNow() {
        rows.item("web1", "p/late", "PATH", 1, Duration.ofMinutes(1));
        answers = answers((target, now) -> new OpeningHours.Next(now.plus(Duration.ofHours(2)), true));
        assertThat(late()).startsWith("Waiting for the next firing ");
        rows.sql("INSERT INTO expedite (target_id, path, requested_by, expires_at)"
                + " SELECT target_id, 'p', 'ben', now() + interval '1 hour' FROM target WHERE name = 'web1'");
        assertThat(late()).as("a person sends it now").startsWith("On its way");
        rows.sql("DELETE FROM expedite");
        rows.sql("INSERT INTO firing (target_id, due_at, state, missed, up_to)"
                + " SELECT target_id, now(), 'OPEN', false, 1 FROM target WHERE name = 'web1'");
        assertThat(late()).as("a firing is under way").startsWith("On its way");
    }

    private String late() {
        return answers.where("p/late", null, "web1").get(0).targets().get(0).sentence();
    }

    @Test
    void tellsWhenAndInWhichRunItArrived() {
        rows.delivered("web1", "p/a.txt", "f", 41);
        PathAnswer.AtTarget here = where("p/a.txt");
        assertThat(here.state()).isEqualTo(PathAnswer.State.DELIVERED);
        assertThat(here.run()).isEqualTo(41);
        assertThat(here.size()).isEqualTo(1234);
        assertThat(here.sentence()).startsWith("Delivered ").contains(", as it was at 14 Nov 2023 23:13");
        assertThat(answer("p/a.txt").sentence()).isEqualTo("p/a.txt is complete on web1.");
    }

    @Test
    void doesNotCallItDeliveredWhenNobodyLooksAtTheSource() {
        rows.delivered("web1", "a", "f", 41);
        rows.sql("UPDATE source SET observed_at = now() - interval '3 minutes'");
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.UNKNOWN);
        assertThat(where("a").sentence()).contains("whether it changed since is not known");
        assertThat(where("never").state()).isEqualTo(PathAnswer.State.UNKNOWN);
    }

    @Test
    void nothingIsDeliveredThatIsAnotherOneByNow() {
        rows.delivered("web1", "a", "f", 41);
        rows.sql("UPDATE target_state SET source_identity = 'id:here'");
        FileState delivered = state(FileType.FILE, 1234, 1_700_000_000_123_456_789L);
        assertThat(answer("a").sourceSeen()).isFalse();
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.DELIVERED);

        see("a", "id:here", delivered);
        assertThat(answer("a").sourceSeen()).isTrue();
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.DELIVERED);
        see("a", "id:here", state(FileType.FILE, 1234, 1_700_000_000_123_456_790L));
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.WAITING);
        see("a", "id:here", delivered.withSize(1));
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.WAITING);
        assertThat(where("a").sentence()).startsWith("Changed at the source, and not observed yet. Delivered ");
        assertThat(answer("a").sentence()).isEqualTo("a is not complete on web1.");
        see("a", "id:here", null);
        assertThat(where("a").sentence()).startsWith("Gone from the source, and not observed yet. Delivered ");
        see("a", "id:elsewhere", null);
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.DELIVERED);

        see("new", "id:here", delivered);
        assertThat(where("new").state()).isEqualTo(PathAnswer.State.WAITING);
        assertThat(where("new").sentence()).isEqualTo("There at the source, and not observed yet.");
        see("never", "id:here", null);
        assertThat(where("never").state()).isEqualTo(PathAnswer.State.ABSENT);

        see("a", "id:here", delivered.withSize(1));
        rows.sql("UPDATE source SET observed_at = now() - interval '3 minutes'");
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.UNKNOWN);
        assertThat(where("a").sentence())
                .startsWith("Changed at the source, and not observed yet: the source was last observed ");
        rows.item("web1", "a", "PATH", 10, Duration.ofSeconds(5));
        assertThat(where("a").sentence()).isEqualTo("On its way.");
    }

    /** A page asks with every change that it shows: one wish is enough, and one rescan for a while. */
    @Test
    void whatWasNotObservedIsWishedToBeRescanned() {
        rows.delivered("web1", "a", "f", 41);
        rows.sql("UPDATE target_state SET source_identity = 'id:here'");
        FileState delivered = state(FileType.FILE, 1234, 1_700_000_000_123_456_789L);
        see("a", "id:here", delivered);
        see("never", "id:here", null);
        where("a");
        where("never");
        assertThat(wishes()).as("nothing differs").isEmpty();

        see("a", "id:here", delivered.withSize(1));
        where("a");
        where("/mnt/sync/a");
        assertThat(wishes()).containsExactly("a");
        rows.sql("DELETE FROM rescan_request");
        rows.sql("INSERT INTO rescan (source_id, path, reason, since_seq, finished_at)"
                + " SELECT source_id, 'a', 'REQUEST', head, now() FROM source");
        where("a");
        assertThat(wishes()).as("it was just rescanned").isEmpty();
        rows.sql("UPDATE rescan SET opened_at = opened_at - interval '10 seconds'");
        where("a");
        assertThat(wishes()).containsExactly("a");

        rows.sql("DELETE FROM rescan_request");
        rows.item("web1", "a", "PATH", 10, Duration.ofSeconds(5));
        where("a");
        assertThat(wishes()).as("it is on its way").isEmpty();
    }

    private List<String> wishes() {
        return database.jdbcClient()
                .sql("SELECT path FROM rescan_request")
                .query(String.class)
                .list();
    }

    /** Another name of a file, and in a directory what a filter leaves out, move them and nobody is told. */
    @Test
    void theTimeOfADirectoryAndTheChangeTimeOfAFileSayNothing() {
        rows.delivered("web1", "d", "d", 41);
        rows.delivered("web1", "f", "f", 41);
        rows.sql("UPDATE target_state SET source_identity = 'id:here'");
        rows.sql("UPDATE manifest SET ctime_nanos = 7 WHERE name = 'f'");
        see("f", "id:here", state(FileType.FILE, 1234, 1_700_000_000_123_456_789L));
        assertThat(where("f").state()).isEqualTo(PathAnswer.State.DELIVERED);
        see("d", "id:here", state(FileType.DIRECTORY, 4096, 1));
        assertThat(where("d").state()).isEqualTo(PathAnswer.State.DELIVERED);
        see("d", "id:here", state(FileType.FILE, 1234, 1));
        assertThat(where("d").state()).isEqualTo(PathAnswer.State.WAITING);
    }

    private void see(String path, String identity, @Nullable FileState state) {
        seen.put("content:" + path, new SourceLook.Seen(identity, state));
    }

    private static FileState state(FileType type, long size, long mtimeNanos) {
        return new FileState(type, size, mtimeNanos, 0, 0644, 0, 0, 1, new FileIdentity(1, 1, 1), null);
    }

    @Test
    void waitsForItsOwnRowARowAboveRowsBelowAndUnplannedChanges() {
        rows.delivered("web1", "p", "d", 41);
        rows.delivered("web1", "p/a", "f", 41);
        assertThat(where("p").state()).isEqualTo(PathAnswer.State.DELIVERED);

        rows.item("web1", "p/a", "PATH", 10, Duration.ofSeconds(5));
        assertThat(where("p/a").sentence()).isEqualTo("On its way.");
        assertThat(where("p").state()).isEqualTo(PathAnswer.State.WAITING);
        assertThat(where("p").pendingBelow()).isEqualTo(1);
        assertThat(where("p").sentence()).isEqualTo("Waiting: 1\u00a0item below it on the way.");
        assertThat(where("pp").state()).isEqualTo(PathAnswer.State.ABSENT);

        rows.sql("UPDATE work_item SET path = '', kind = 'TREE'");
        assertThat(where("p/a").sentence()).isEqualTo("Waiting: the whole source is being looked through.");

        rows.sql("DELETE FROM work_item");
        rows.change("content", "p", "TREE", null);
        assertThat(where("p/a").state()).isEqualTo(PathAnswer.State.WAITING);
        assertThat(where("p/a").waitingSince()).isNotNull();
        rows.plan("web1");
        assertThat(where("p/a").state()).isEqualTo(PathAnswer.State.DELIVERED);
    }

    @Test
    void saysWhoMovesNext() {
        rows.item("web1", "a", "PATH", 10, Duration.ofMinutes(5));
        rows.item("web1", "older", "PATH", 5, Duration.ofMinutes(5));
        assertThat(where("a").sentence()).isEqualTo("On its way; 1\u00a0item ahead.");
        rows.failed("web1", "a", 7, "CONNECTION_LOST", "connection reset");
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.WAITING);
        assertThat(where("a").sentence())
                .startsWith("Tried again by itself at ")
                .endsWith(": connection reset.");
        rows.failed("web1", "a", 7, "PERMISSION_DENIED", "permission denied");
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.FAILED);
        assertThat(where("a").sentence())
                .startsWith("Failed 7\u00a0times since ")
                .contains("permission denied. Next try at ");
        rows.sql("INSERT INTO target_pause (target_id, paused_by) SELECT target_id, 'anna' FROM target");
        assertThat(where("a").sentence()).startsWith("Waiting: web1 is paused by anna since ");
        long hold = rows.hold("web1", "DELETIONS_OVER_LIMIT", "2 deletions, above the limit of 1", "a");
        assertThat(where("a").state()).isEqualTo(PathAnswer.State.HELD);
        assertThat(where("a").hold()).isEqualTo(hold);
        assertThat(where("other").hold()).isNull();
        rows.sql("UPDATE hold SET state = 'REJECTED', decided_by = 'ben'");
        assertThat(where("a").sentence()).isEqualTo("Kept as it is: ben rejected hold " + hold + ".");
    }

    /** Nothing failed, so nobody is told of a failure; also of what is in the directory. */
    @Test
    void tellsWhyADeletionWaits() {
        rows.delivered("web1", "d", "d", 41);
        rows.delivered("web1", "d/f", "f", 41);
        rows.item("web1", "d", "PATH", 10, Duration.ofSeconds(5));
        rows.sql("UPDATE work_item SET postponed_at = now(), postponed_because = 'its deletion waits'");
        for (String path : new String[] {"d", "d/f"}) {
            assertThat(where(path).state()).isEqualTo(PathAnswer.State.WAITING);
            assertThat(where(path).sentence()).isEqualTo("Waiting: its deletion waits.");
            assertThat(where(path).attempts()).isZero();
        }
    }

    @Test
    void tellsThatADeletionArrived() {
        rows.delivery("web1", 3, "gone", "DELETED", null);
        assertThat(where("gone").state()).isEqualTo(PathAnswer.State.ABSENT);
        assertThat(where("gone").sentence()).startsWith("Not there: its deletion was delivered ");
        assertThat(where("gone").run()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p/a",
                "p/a/",
                " p/a ",
                "\"p/a\"",
                "'/mnt/sync/p/a'",
                "/mnt/sync/p/a/",
                "./p/a",
                "/srv/web1/p/a",
                "sftp://app@web1:22/srv/web1/p/a"
            })
    void takesAPathInAnyForm(String question) {
        assertThat(answers.where(question, null, null))
                .extracting(PathAnswer::path)
                .containsExactly("p/a");
    }

    @Test
    void refusesWhatIsNoPath() {
        assertThatThrownBy(() -> answers.where("a/../b", null, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> answers.where("a\\b", null, null)).hasMessageContaining("write \\\\ for a backslash");
        assertThat(answers.where("/elsewhere/a", null, null)).isEmpty();
    }

    @Test
    void carriesTheBytesOfANameThatIsNoText() {
        rows.delivered("web1", "\\xff", "f", 1);
        assertThat(answer("\\xff").pathBase64()).isEqualTo("/w==");
        assertThat(where("\\xff").state()).isEqualTo(PathAnswer.State.DELIVERED);
    }

    private PathAnswer answer(String path) {
        return answers.where(path, null, null).get(0);
    }

    private PathAnswer.AtTarget where(String path) {
        return answer(path).targets().get(0);
    }
}
