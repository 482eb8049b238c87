package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When a firing ends, and which are carried out at all. */
class FiringsIT {
    private static final Instant THREE = Instant.parse("2026-03-02T03:00:00Z");
    private static final Firings.Decision BEGINS = new Firings.Decision(THREE, false, true);

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Target target;
    private JournalRows rows;
    private Firings firings;

    @BeforeEach
    void schedule() {
        target = new Target(database);
        rows = new JournalRows(database.jdbcClient());
        firings = new Firings(database.dataSource());
        firings.schedule(target.id, "0 3 * * *", "UTC", false, THREE.minusSeconds(60));
    }

    @Test
    void endsWhenAllWasDeliveredThatHadBeenObserved() {
        target.changed("a", "b");
        fire();
        assertThat(ended()).as("nothing is planned").isFalse();
        target.plan();
        target.changed("later");
        target.plan();
        long run = target.openRun();
        target.deliver(run, target.readyItem("a"));
        assertThat(ended()).as("b waits").isFalse();
        target.deliver(run, target.readyItem("b"));
        assertThat(ended()).isTrue();
        assertThat(firings.isOpen(target.id)).isFalse();
    }

    @Test
    void waitsForWhatMayPassByItselfForAWhileAndForNothingThatAPersonHasToDo() {
        target.changed("a");
        target.plan();
        fire();
        rows.failed("student2", "a", 3, "TARGET_CONFLICT", "busy");
        assertThat(ended()).isFalse();
        rows.failed("student2", "a", 4, "TARGET_CONFLICT", "busy");
        assertThat(ended()).isTrue();

        again();
        rows.failed("student2", "a", 1, "PERMISSION_DENIED", "not allowed");
        assertThat(ended()).isTrue();

        again();
        rows.failed("student2", "a", 0, null, null);
        assertThat(ended()).isFalse();
        rows.hold("student2", "DELETIONS_OVER_LIMIT", "too much", "a");
        assertThat(ended()).as("it is held").isTrue();
    }

    @Test
    void aTargetThatIsGoneDoesNotFireAndMakesUpForItWhenItIsBack() {
        rows.sql("UPDATE target SET active = false");
        assertThat(firings.schedule(target.id)).isEmpty();
        assertThat(fire()).isEmpty();
        rows.sql("UPDATE target SET active = true");
        firings.schedule(target.id, "0 3 * * *", "UTC", false, THREE.plusSeconds(3600));
        assertThat(firings.schedule(target.id).orElseThrow().considered()).isEqualTo(THREE.minusSeconds(60));
        assertThat(fire()).contains(BEGINS);
        assertThat(firings.schedule(target.id).orElseThrow().considered()).isEqualTo(THREE);
    }

    @Test
    void whatIsOpenEndsWithTheSchedule() {
        target.changed("a");
        fire();
        firings.unschedule(target.id);
        assertThat(firings.isOpen(target.id)).isFalse();
        assertThat(firings.schedule(target.id)).isEmpty();
    }

    private Optional<Firings.Decision> fire() {
        return firings.fire(target.id, known -> Optional.of(BEGINS));
    }

    private void again() {
        rows.sql("UPDATE firing SET state = 'OPEN', ended_at = NULL");
    }

    private boolean ended() {
        return firings.endDelivered(target.lease) > 0;
    }
}
