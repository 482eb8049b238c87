package io.freshet.run;

import static io.freshet.journal.Shortage.BULK;
import static io.freshet.journal.Shortage.DETAIL;
import static io.freshet.journal.Shortage.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.policy.Space.Capacity;
import io.freshet.policy.Space.MinFree;
import org.junit.jupiter.api.Test;

class SpaceKeeperTest {
    @Test
    void detailStopsFirstAndBulkSecond() {
        assertThat(SpaceKeeper.shortage(100, 100, NONE)).isEqualTo(NONE);
        assertThat(SpaceKeeper.shortage(99, 100, NONE)).isEqualTo(DETAIL);
        assertThat(SpaceKeeper.shortage(50, 100, DETAIL)).isEqualTo(DETAIL);
        assertThat(SpaceKeeper.shortage(49, 100, NONE)).isEqualTo(BULK);
        assertThat(SpaceKeeper.shortage(0, 0, NONE)).isEqualTo(NONE);
    }

    @Test
    void whatStoppedGoesOnWithATenthMore() {
        assertThat(SpaceKeeper.shortage(54, 100, BULK)).isEqualTo(BULK);
        assertThat(SpaceKeeper.shortage(56, 100, BULK)).isEqualTo(DETAIL);
        assertThat(SpaceKeeper.shortage(109, 100, DETAIL)).isEqualTo(DETAIL);
        assertThat(SpaceKeeper.shortage(111, 100, BULK)).isEqualTo(NONE);
    }

    @Test
    void ofALargeDiskNoMoreThanSoMuchHasToStayFree() {
        assertThat(MinFree.DEFAULT.of(new Capacity(1_000_000_000, 0))).isEqualTo(50_000_000);
        assertThat(MinFree.DEFAULT.of(new Capacity(1_000_000_000_000L, 0))).isEqualTo(2_000_000_000);
        assertThat(MinFree.of(300).of(new Capacity(1000, 0))).isEqualTo(300);
        assertThat(MinFree.ofDisk(12.5).of(new Capacity(1000, 0))).isEqualTo(125);
    }
}
