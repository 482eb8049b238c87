package io.freshet.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GateNameTest {
    @Test
    void nameTellsEpochAndNonce() {
        assertThat(new GateName(17, "aB3", "lane", 3)).hasToString("g17-aB3-lane3");
        assertThat(GateName.parse("g17-aB3-lane3")).contains(new GateName(17, "aB3", "lane", 3));
    }

    @Test
    void otherNamesAreNoGates() {
        for (String name :
                new String[] {"marker", "g-a", "g1-", "g1-a/b", "gx-a", "g99999999999999999999-a", "xg1-a"}) {
            assertThat(GateName.parse(name)).as(name).isEmpty();
        }
        assertThatThrownBy(() -> new GateName(1, "../x", "lane", 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GateName(-1, "a", "lane", 3)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void newerEpochAndTwinOfTheSameEpochGoFirst() {
        GateName own = new GateName(9, "a", "lane", 3);

        assertThat(own.yieldsTo(new GateName(10, "b", "lane", 3))).isTrue();
        assertThat(own.yieldsTo(new GateName(9, "b", "lane", 3))).isTrue();
        assertThat(own.yieldsTo(new GateName(9, "a", "lane", 3))).isFalse();
        assertThat(own.yieldsTo(new GateName(8, "b", "lane", 3))).isFalse();
    }

    @Test
    void takesThePlaceOfOlderEpochsAndOfTheUsersEarlierConnections() {
        GateName own = new GateName(9, "a", "lane", 3);

        assertThat(own.replaces(new GateName(8, "b", "other", 7))).isTrue();
        assertThat(own.replaces(new GateName(9, "a", "lane", 2))).isTrue();
        assertThat(own.replaces(new GateName(9, "a", "other", 2))).isFalse();
        assertThat(own.replaces(own)).isFalse();
        assertThat(own.yieldsTo(own)).isFalse();
        assertThat(own.yieldsTo(new GateName(9, "a", "other", 4))).isFalse();
        assertThat(own.yieldsTo(new GateName(9, "a", "lane", 4))).isTrue();
        assertThat(GateName.parse("g8-b")).hasValueSatisfying(old -> {
            assertThat(old).hasToString("g8-b");
            assertThat(own.replaces(old)).isTrue();
        });
    }
}
