package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rules 20, 21 and 23: when "arrived" is true. */
class CompletenessIT {
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private JournalRows rows;
    private Completeness completeness;

    @BeforeEach
    void oneTarget() {
        rows = new JournalRows(database.jdbcClient())
                .source("content", "/mnt/sync")
                .target("content", "web1");
        completeness = new Completeness(database.jdbcClient());
    }

    @Test
    void changesBetweenCursorAndHeadAreNotForgotten() {
        long seq = rows.change("content", "a", "PATH", null);
        assertThat(at(seq, "a").state()).isEqualTo(Completeness.State.WAITING);
        rows.plan("web1");
        assertThat(at(seq, "a").state()).isEqualTo(Completeness.State.COMPLETE);
    }

    @Test
    void aRowThatBecameDirtyAgainStillCountsFromItsOldestChange() {
        rows.item("web1", "x", "PATH", 50, A_SECOND);
        rows.sql("UPDATE work_item SET seq = 200");
        assertThat(at(100, "").state()).isEqualTo(Completeness.State.WAITING);
        assertThat(at(49, "").state()).isEqualTo(Completeness.State.COMPLETE);
    }

    @Test
    void aTreeOrDirectoryAboveCountsAndANeighbourDoesNot() {
        rows.item("web1", "", "TREE", 10, A_SECOND);
        assertThat(at(100, "web/a").state()).isEqualTo(Completeness.State.WAITING);
        rows.sql("UPDATE work_item SET path = 'web', kind = 'DIR'");
        assertThat(at(100, "web/a").state()).isEqualTo(Completeness.State.WAITING);
        assertThat(at(100, "web/a").remaining()).isEqualTo(1);
        assertThat(at(100, "webb").state()).isEqualTo(Completeness.State.COMPLETE);
        assertThat(at(100, "we").state()).isEqualTo(Completeness.State.COMPLETE);
        assertThat(at(100, "").state()).isEqualTo(Completeness.State.WAITING);
    }

    @Test
    void aRenameAwayFromAnAncestorCounts() {
        rows.item("web1", "new", "TREE", 10, A_SECOND);
        rows.sql("UPDATE work_item SET moved_from = 'old'");
        assertThat(at(100, "old/a/b").state()).isEqualTo(Completeness.State.WAITING);
        assertThat(at(100, "new/a/b").state()).isEqualTo(Completeness.State.WAITING);
        assertThat(at(100, "other").state()).isEqualTo(Completeness.State.COMPLETE);
    }

    @Test
    void anAncestorThatMayBeAboutToVanishCountsUntilItWasLookedAt() {
        rows.item("web1", "dir", "PATH", 10, A_SECOND);
        assertThat(at(100, "dir/a").state()).isEqualTo(Completeness.State.WAITING);
        rows.failed("web1", "dir", 1, "PERMISSION_DENIED", "cannot set its mode");
        assertThat(at(100, "dir/a").state()).isEqualTo(Completeness.State.COMPLETE);
        assertThat(at(100, "dir").state()).isEqualTo(Completeness.State.FAILED);
        rows.sql("UPDATE work_item SET failed_phase = 'remove'");
        assertThat(at(100, "dir/a").state()).isEqualTo(Completeness.State.FAILED);
    }

    @Test
    void heldAndFailedEndItWithTheirLists() {
        rows.item("web1", "a/1", "PATH", 10, A_SECOND);
        rows.item("web1", "a/2", "PATH", 11, A_SECOND);
        rows.failed("web1", "a/2", 3, "PERMISSION_DENIED", "permission denied");
        Completeness.Arrival failed = at(100, "a");
        assertThat(failed.state()).isEqualTo(Completeness.State.FAILED);
        assertThat(failed.failures()).extracting(Completeness.Failure::path).containsExactly("a/2");
        rows.hold("web1", "DELETIONS_OVER_LIMIT", "1 deletion", "a/1");
        Completeness.Arrival held = at(100, "a");
        assertThat(held.state()).isEqualTo(Completeness.State.HELD);
        assertThat(held.held()).containsExactly("a/1");
        assertThat(at(100, "b").state()).isEqualTo(Completeness.State.COMPLETE);
    }

    @Test
    void whatIsTriedAgainByItselfIsWaitedFor() {
        rows.item("web1", "a", "PATH", 10, A_SECOND);
        rows.failed("web1", "a", 3, "CONNECTION_LOST", "reset");
        assertThat(at(100, "a").state()).isEqualTo(Completeness.State.WAITING);
        rows.sql("UPDATE target_state SET failing_code = 'TARGET_UNREACHABLE'");
        assertThat(at(100, "a").state()).isEqualTo(Completeness.State.WAITING);
        rows.sql("UPDATE target_state SET failing_code = 'AUTHENTICATION_FAILED'");
        assertThat(at(100, "a").state()).isEqualTo(Completeness.State.FAILED);
    }

    /** Rule 7: what is known of a target may be of another disk. */
    @Test
    void aSuspectManifestIsNotCompleteUntilItIsFilledAnew() {
        long hold = rows.hold("web1", "TARGET_REPLACED", "lost our marker");
        assertThat(at(100, "a").state()).isEqualTo(Completeness.State.HELD);
        assertThat(at(100, "a").waitingFor()).isEqualTo("lost our marker");
        rows.sql("UPDATE hold SET state = 'APPROVED' WHERE hold_id = " + hold);
        assertThat(at(100, "a").state()).isEqualTo(Completeness.State.WAITING);
        assertThat(at(100, "a").waitingFor()).contains("filled anew");
        rows.sql("UPDATE hold SET state = 'RESOLVED' WHERE hold_id = " + hold);
        assertThat(at(100, "a").state()).isEqualTo(Completeness.State.COMPLETE);
    }

    @Test
    void namesAreNoPatterns() {
        rows.item("web1", "a_b/x", "PATH", 10, A_SECOND);
        rows.item("web1", "a\\\\b/x", "PATH", 10, A_SECOND);
        assertThat(at(100, "aXb").state()).isEqualTo(Completeness.State.COMPLETE);
        assertThat(at(100, "a_b").remaining()).isEqualTo(1);
        assertThat(at(100, "a\\\\b").remaining()).isEqualTo(1);
    }

    private Completeness.Arrival at(long seq, String path) {
        Completeness.Arrival arrival =
                completeness.check(seq, path, List.of("web1")).get(0);
        assertThat(completeness.isComplete(seq, path, List.of("web1")))
                .isEqualTo(arrival.state() == Completeness.State.COMPLETE);
        return arrival;
    }
}
