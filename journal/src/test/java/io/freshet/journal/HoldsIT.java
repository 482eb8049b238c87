package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.journal.HoldBook.Decision;
import io.freshet.journal.Holds.HeldPath;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an approval permits, and for how long (rule 43). */
class HoldsIT {
    private static final Duration LONG = Duration.ofHours(24);

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Target target;
    private Holds holds;
    private HoldBook book;

    @BeforeEach
    void setUp() {
        target = new Target(database);
        holds = new Holds(target.dataSource);
        book = new HoldBook(target.jdbc);
    }

    @Test
    void whatWasNotDoneBeforeAnApprovalExpiresIsHeldAgain() {
        long hold = held("done", "waits", "changed");
        assertThat(approve(hold, null, "anna", LONG)).isEqualTo(Decision.DONE);
        target.deliver(target.openRun(), target.readyItem("done"));
        target.changed("changed");
        target.plan();
        assertThat(approved("waits")).isTrue();
        assertThat(holds.expire(target.lease)).as("before its time").isZero();

        target.jdbc.sql("UPDATE hold SET expires_at = now()").update();
        assertThat(approved("waits")).as("also before anybody has ended it").isFalse();
        assertThat(holds.expire(target.lease)).isEqualTo(1);
        assertThat(holds.expire(target.lease)).as("once").isZero();

        assertThat(book.find(hold).orElseThrow().state()).isEqualTo(Hold.State.LAPSED);
        Hold again = book.open().get(0);
        assertThat(again.note())
                .isEqualTo("the approval of hold " + hold + " by anna was not used in time, and has expired");
        assertThat(book.paths(again.hold(), null, 10))
                .extracting(HoldBook.Covered::path)
                .containsExactly("waits");
    }

    @Test
    void anApprovalThatWasUsedUpOpensNothing() {
        long hold = held("done");
        approve(hold, null, "anna", LONG);
        target.deliver(target.openRun(), target.readyItem("done"));
        target.jdbc.sql("UPDATE hold SET expires_at = now()").update();

        assertThat(holds.expire(target.lease)).isZero();

        assertThat(book.open()).isEmpty();
        assertThat(book.find(hold).orElseThrow().state()).isEqualTo(Hold.State.APPROVED);
    }

    @Test
    void anApprovalLapsesWhereTheSourceHasAnotherRoot() {
        long hold = held("waits");
        approve(hold, null, "anna", LONG);
        holds.hold(target.lease, HoldReason.SOURCE_REPLACED, "replaced", "id:new", null, List.of());
        holds.hold(target.lease, HoldReason.HOST_KEY_CHANGED, "another key", "key", null, List.of());
        book.open().forEach(open -> approve(open.hold(), null, "anna", LONG));

        assertThat(holds.lapse(target.lease, "id:new")).isEqualTo(1);

        assertThat(approved("waits")).isFalse();
        assertThat(book.open()).extracting(Hold::reason).containsExactly(HoldReason.DELETIONS_OVER_LIMIT);
        assertThat(book.open().get(0).note()).contains("has lapsed, as the source's root is another one");
        assertThat(holds.approvedSubject(target.id, HoldReason.SOURCE_REPLACED)).contains("id:new");
        assertThat(holds.approvedSubject(target.id, HoldReason.HOST_KEY_CHANGED))
                .contains("key");
    }

    @Test
    void fourEyesAreThoseOfTwoPersonsThatSawTheSame() {
        new PolicyBook(target.dataSource).register("continuous", Map.of("four-eyes", "true"));
        long hold = held("a");
        String small = book.find(hold).orElseThrow().version();
        assertThat(approve(hold, small, "anna", LONG)).isEqualTo(Decision.FIRST_OF_TWO);
        assertThat(approve(hold, small, "anna", LONG)).isEqualTo(Decision.SAME_PERSON);
        assertThat(approved("a")).isFalse();

        assertThat(held("b")).isEqualTo(hold);
        assertThat(approve(hold, small, "ben", LONG)).isEqualTo(Decision.GREW);
        assertThat(book.find(hold).orElseThrow().firstApproval().stands()).isFalse();
        assertThat(approve(hold, null, "ben", LONG)).isEqualTo(Decision.FIRST_AGAIN);
        assertThat(approved("a")).isFalse();
        assertThat(approve(hold, null, "ben", LONG)).isEqualTo(Decision.SAME_PERSON);
        assertThat(approve(hold, null, "anna", LONG)).isEqualTo(Decision.DONE);

        assertThat(approved("a")).isTrue();
        Hold decided = book.find(hold).orElseThrow();
        assertThat(decided.firstApproval().by() + " " + decided.decidedBy()).isEqualTo("ben anna");
    }

    @Test
    void oneIsEnoughToReject() {
        new PolicyBook(target.dataSource).register("continuous", Map.of("four-eyes", "true"));
        long hold = held("a");
        assertThat(book.decide(hold, false, null, "anna", "not meant", LONG)).isEqualTo(Decision.DONE);
        assertThat(book.find(hold).orElseThrow().state()).isEqualTo(Hold.State.REJECTED);
    }

    /** Deletions that wait for a person; returns the hold. */
    private long held(String... paths) {
        target.changed(paths);
        target.plan();
        holds.hold(
                target.lease,
                HoldReason.DELETIONS_OVER_LIMIT,
                "over the limit",
                null,
                null,
                List.of(paths).stream()
                        .map(path -> new HeldPath(
                                RelativePath.parse(path), target.readyItem(path).seq(), 1))
                        .toList());
        return book.open().get(0).hold();
    }

    private Decision approve(long hold, String version, String by, Duration goodFor) {
        return book.decide(hold, true, version, by, "meant", goodFor);
    }

    private boolean approved(String path) {
        RelativePath one = RelativePath.parse(path);
        return holds.approved(target.id, HoldReason.DELETIONS_OVER_LIMIT, List.of(one))
                .containsKey(one);
    }
}
