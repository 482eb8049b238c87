package io.freshet.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an answer says beside its sentence: how much has arrived, what is ahead, when it is expected, or why it is not going. */
class PathOutlookIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private JournalRows rows;
    private PathAnswers answers;
    private @Nullable Instant opensAt;
    private @Nullable String exclusion;

    @BeforeEach
    void oneTarget() {
        rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1");
        answers = new PathAnswers(
                database.jdbcClient(),
                (target, now) -> opensAt == null ? null : new OpeningHours.Next(opensAt, false),
                new Wording(ZoneId.of("Europe/Berlin")),
                new SourceLook() {
                    @Override
                    public Optional<Seen> look(String source, RelativePath path) {
                        return Optional.empty();
                    }

                    @Override
                    public Optional<String> exclusion(String source, RelativePath path) {
                        return Optional.ofNullable(exclusion);
                    }
                });
    }

    /** A hundred items of 10 kB in ten seconds of work. */
    private void wasBusy(String lane) {
        rows.run("web1", lane.equals("BULK") ? 8 : 9, "COMPLETED", 100, 0, Duration.ofMinutes(1));
        rows.sql("UPDATE run SET lane = '" + lane + "', busy_millis = 10000, bytes = 1000000 WHERE run_number = "
                + (lane.equals("BULK") ? 8 : 9));
    }

    private void catalogued(String directory, String name, long size) {
        database.jdbcClient()
                .sql("SELECT create_catalogue_partition(source_id) FROM source")
                .query()
                .listOfRows();
        rows.sql("INSERT INTO catalogue_dir (dir_id, source_id, path) SELECT nextval('directory_id'), source_id, '"
                + directory + "' FROM source ON CONFLICT DO NOTHING");
        rows.sql("INSERT INTO catalogue (source_id, dir_id, name, type, mode, uid, gid, size, mtime_nanos, ctime_nanos,"
                + " file_system, inode, birth_nanos, racy, gone) SELECT source_id, dir_id, '" + name
                + "', 'f', 420, 0, 0, " + size + ", 1, 1, 1, 1, 1, false, false FROM catalogue_dir WHERE path = '"
                + directory + "'");
    }

    @Test
    void tellsHowMuchOfAFolderHasArrivedAndHowMuchWaitsBehindWhat() {
        rows.delivered("web1", "p", "d", 41);
        rows.delivered("web1", "p/a", "f", 41);
        rows.delivered("web1", "p/sub", "d", 41);
        rows.delivered("web1", "p/sub/b", "f", 41);
        rows.delivered("web1", "pp", "f", 41);
        PathAnswer.AtTarget there = where("p");
        assertThat(there.state()).isEqualTo(PathAnswer.State.DELIVERED);
        assertThat(requireNonNull(there.arrived()).entries()).isEqualTo(3);
        assertThat(there.arrived().bytes()).isEqualTo(2468);
        assertThat(plain(there.arrived().words())).startsWith("3 entries below it are there, 2.47 kB, the last ");
        assertThat(there.eta()).isNull();
        assertThat(there.backlog()).isNull();
        assertThat(where("p/a").arrived()).isNull();

        rows.item("web1", "other/older", "PATH", 5, Duration.ofMinutes(1));
        rows.item("web1", "p/c", "PATH", 10, Duration.ofMinutes(1));
        rows.item("web1", "p/d", "PATH", 20, Duration.ofMinutes(1));
        rows.item("web1", "other/between", "PATH", 15, Duration.ofMinutes(1));
        rows.item("web1", "other/later", "PATH", 25, Duration.ofMinutes(1));
        catalogued("p", "c", 1000);
        catalogued("p", "d", 500);
        catalogued("other", "older", 7_000_000);
        PathAnswer.AtTarget waiting = where("p");
        assertThat(requireNonNull(waiting.arrived()).entries()).isEqualTo(3);
        assertThat(plain(requireNonNull(waiting.backlog()).words()))
                .isEqualTo("2 items, 1.50 kB, behind 2 items, more than 7.00 MB");
        assertThat(requireNonNull(where("").arrived()).words()).isNotEmpty();
    }

    /** As the lane takes them: others of its own that are older, without what waits for something, and what was expedited. */
    @Test
    void countsAheadWhatTheLaneTakesFirst() {
        rows.item("web1", "a", "PATH", 50, Duration.ofMinutes(1));
        rows.item("web1", "bulk", "PATH", 1, Duration.ofMinutes(1));
        rows.sql("UPDATE work_item SET lane = 'BULK' WHERE path = 'bulk'");
        rows.item("web1", "failed", "PATH", 2, Duration.ofMinutes(1));
        rows.failed("web1", "failed", 1, "CONNECTION_LOST", "connection reset");
        rows.item("web1", "held", "PATH", 3, Duration.ofMinutes(1));
        rows.hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "held");
        rows.item("web1", "settling", "PATH", 4, Duration.ofMinutes(1));
        rows.sql("UPDATE work_item SET ready_at = now() + interval '1 minute' WHERE path = 'settling'");
        rows.item("web1", "asOld", "PATH", 50, Duration.ofMinutes(1));
        rows.item("web1", "z", "PATH", 50, Duration.ofMinutes(1));
        rows.item("web1", "young/x", "PATH", 60, Duration.ofMinutes(1));
        assertThat(where("a").ahead())
                .as("names of equal age go in their order")
                .isZero();
        assertThat(where("z").ahead()).isEqualTo(2);
        rows.item("web1", "older", "PATH", 5, Duration.ofMinutes(1));
        assertThat(where("a").ahead()).isEqualTo(1);
        assertThat(where("bulk").ahead()).isZero();

        expedite("young");
        assertThat(where("a").ahead()).isEqualTo(2);
        assertThat(where("young/x").ahead()).isZero();
        rows.item("web1", "young/w", "PATH", 55, Duration.ofMinutes(1));
        assertThat(where("young/x").ahead()).isEqualTo(1);
    }

    private void expedite(String path) {
        rows.sql("INSERT INTO expedite (target_id, path, requested_by, expires_at) SELECT target_id, '" + path
                + "', 'ben', now() + interval '1 hour' FROM target");
    }

    @Test
    void expectsSomethingOnlyFromMeasuredRates() {
        rows.item("web1", "a", "PATH", 10, Duration.ofMinutes(1));
        assertThat(eta("a").words()).isEqualTo("no time can be told: no rate of the last minutes is known");
        wasBusy("BULK");
        assertThat(eta("a").earliest()).as("another lane's").isNull();
        wasBusy("EXPRESS");
        assertThat(eta("a").words()).startsWith("expected within ");
        for (int i = 0; i < 900; i++) {
            rows.item("web1", "older" + i, "PATH", 5, Duration.ofMinutes(1));
        }
        Eta eta = eta("a");
        assertThat(eta.words()).startsWith("expected between ").endsWith(", at the rates of the last minutes");
        assertThat(Duration.between(Instant.now(), eta.earliest()).toSeconds()).isBetween(55L, 68L);
        assertThat(Duration.between(Instant.now(), eta.latest()).toSeconds()).isBetween(125L, 136L);
        rows.sql("UPDATE run SET ended_at = now() - interval '16 minutes'");
        assertThat(eta("a").earliest()).as("of long ago").isNull();
    }

    @Test
    void tellsNoEndWhereNobodyCanKnowIt() {
        wasBusy("EXPRESS");
        wasBusy("BULK");
        rows.item("web1", "d/a", "PATH", 10, Duration.ofMinutes(1));
        rows.item("web1", "walked", "TREE", 5, Duration.ofMinutes(1));
        assertThat(eta("d").words()).endsWith("(a directory is still to be looked through)");
        assertThat(eta("d").earliest()).isNotNull();
        assertThat(eta("d").latest()).isNull();
        assertThat(eta("walked/x").words()).isEqualTo("no time can be told: walked is being looked through");
        rows.sql("DELETE FROM work_item WHERE path = 'walked'");
        assertThat(eta("d").latest()).isNotNull();
        rows.item("web1", "d/b", "PATH", 11, Duration.ofMinutes(1));
        rows.failed("web1", "d/b", 1, "CONNECTION_LOST", "connection reset");
        assertThat(plain(eta("d").words())).endsWith("(1 item below it failed before)");
        rows.change("content", "e", "PATH", null);
        assertThat(eta("e").words()).contains("is about to be queued");
    }

    @Test
    void tellsWhatIsWaitedForInsteadOfATime() {
        wasBusy("EXPRESS");
        rows.item("web1", "a", "PATH", 10, Duration.ofMinutes(1));
        opensAt = Instant.now().plus(Duration.ofHours(3));
        assertThat(eta("a").earliest()).isEqualTo(opensAt);
        assertThat(eta("a").latest()).isNull();
        assertThat(eta("a").words()).startsWith("not before ").endsWith(" (window opens)");
        expedite("a");
        assertThat(eta("a").latest()).as("sent now").isNotNull();
        rows.failed("web1", "a", 2, "CONNECTION_LOST", "connection reset");
        assertThat(eta("a").words()).endsWith(" (next try)");
        rows.sql("UPDATE target_state SET failing_code = 'TARGET_UNREACHABLE', next_attempt_at = now()"
                + " + interval '1 minute'");
        assertThat(eta("a").words()).endsWith(" (next try of web1)");
        rows.sql("INSERT INTO target_pause (target_id, paused_by) SELECT target_id, 'anna' FROM target");
        assertThat(eta("a").words()).isEqualTo("no time can be told: web1 is paused by anna");
        long hold = rows.hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "a");
        assertThat(eta("a").words()).isEqualTo("no time can be told: hold " + hold + " waits for a person");
    }

    @Test
    void tellsOfALargeFileHowFarItIs() {
        rows.run("web1", 1, "RUNNING", 0, 0, Duration.ofMinutes(1));
        rows.item("web1", "large", "PATH", 10, Duration.ofMinutes(1));
        rows.sql("INSERT INTO lane_progress SELECT target_id, 'EXPRESS', 1, 4000, 0, 100, 0, '{large}', '{10000000}',"
                + " '{4000000}', '{100000}', now() FROM target");
        assertThat(plain(where("large").sentence())).isEqualTo("Being sent: 4.00 MB of 10.0 MB, 100 kB/s, 1 min left.");
        assertThat(Duration.between(Instant.now(), eta("large").latest()).toSeconds())
                .isBetween(80L, 90L);
        rows.sql("UPDATE lane_progress SET moved_at = now() - interval '1 minute'");
        assertThat(eta("large").latest()).as("it does not move").isNull();
    }

    @Test
    void saysWhyItIsNotGoing() {
        exclusion = "the rule '*.tmp' (freshet.yml line 12)";
        assertThat(where("a.tmp").state()).isEqualTo(PathAnswer.State.EXCLUDED);
        assertThat(where("a.tmp").sentence())
                .isEqualTo("Not going: excluded by the rule '*.tmp' (freshet.yml line 12).");
        rows.delivered("web1", "b.tmp", "f", 41);
        assertThat(where("b.tmp").sentence())
                .startsWith("Not going: excluded by the rule '*.tmp' (freshet.yml line 12); the target holds it from"
                        + " before. Delivered ");
        exclusion = null;
        rows.item("web1", "u", "PATH", 10, Duration.ofMinutes(1));
        rows.failed("web1", "u", 3, "SOURCE_CHANGED", "it changed");
        rows.delivery("web1", 3, "u", "TRANSFERRED_UNSTABLE", null);
        assertThat(plain(where("u").sentence()))
                .startsWith("Unstable: it changed while it was read, 3 times; tried again by itself at ")
                .contains(". As it was read it was delivered ");
        rows.item("web1", "d/x", "PATH", 10, Duration.ofMinutes(1));
        rows.item("web1", "d/y", "PATH", 11, Duration.ofMinutes(1));
        rows.failed("web1", "d/x", 2, "PERMISSION_DENIED", "permission denied");
        assertThat(plain(where("d").sentence()))
                .startsWith("Waiting: 2 items below it on the way, 1 of them failed before (permission denied, next try"
                        + " at ");
        rows.sql("DELETE FROM work_item WHERE path = 'd/y'");
        assertThat(where("d").state()).isEqualTo(PathAnswer.State.FAILED);
        assertThat(plain(where("d").sentence())).startsWith("Failed: 1 item below it, permission denied, next try at ");
    }

    private Eta eta(String path) {
        return requireNonNull(where(path).eta());
    }

    private PathAnswer.AtTarget where(String path) {
        return answers.where(path, null, null).get(0).targets().get(0);
    }

    private static String plain(String words) {
        return words.replace('\u00a0', ' ');
    }
}
