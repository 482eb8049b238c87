package io.freshet.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GateNameTest {
    @Test
    void nameTellsEpochAndNonce() {
        assertThat(new GateName(17, "aB3")).hasToString("g17-aB3");
        assertThat(GateName.parse("g17-aB3")).contains(new GateName(17, "aB3"));
    }

    @Test
    void otherNamesAreNoGates() {
        for (String name :
                new String[] {"marker", "g-a", "g1-", "g1-a/b", "gx-a", "g99999999999999999999-a", "xg1-a"}) {
            assertThat(GateName.parse(name)).as(name).isEmpty();
        }
        assertThatThrownBy(() -> new GateName(1, "../x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GateName(-1, "a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void newerEpochAndTwinOfTheSameEpochGoFirst() {
        GateName own = new GateName(9, "a");

        assertThat(own.yieldsTo(new GateName(10, "b"))).isTrue();
        assertThat(own.yieldsTo(new GateName(9, "b"))).isTrue();
        assertThat(own.yieldsTo(new GateName(9, "a"))).isFalse();
        assertThat(own.yieldsTo(new GateName(8, "b"))).isFalse();
    }
}
