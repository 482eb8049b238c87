package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TargetGenerationTest {
    private static final UUID ONE = new UUID(0, 1);
    private static final UUID NEXT = new UUID(0, 2);
    private static final UUID EARLIER = new UUID(0, 3);

    @Test
    void theMarkerSaysWhatTheDatabaseKnowsOrWasWritingThere() {
        assertThat(known(ONE, null).doubt(ONE)).isEmpty();
        assertThat(known(ONE, NEXT).doubt(ONE)).isEmpty();
        assertThat(known(ONE, NEXT).doubt(NEXT)).isEmpty();
        assertThat(known(null, null).doubt(null)).as("of before there were any").isEmpty();
        assertThat(known(ONE, NEXT).doubt(EARLIER)).isPresent();
        assertThat(known(ONE, null).doubt(null)).isPresent();
        assertThat(known(null, null).doubt(EARLIER)).isPresent();
    }

    @Test
    void anotherDatabaseIsDoubtedWhateverTheMarkerSays() {
        assertThat(new TargetGeneration(ONE, null, false, "7/00000001", "7/00000002").doubt(ONE))
                .hasValueSatisfying(why -> assertThat(why).contains("7/00000001", "7/00000002"));
        assertThat(new TargetGeneration(ONE, null, false, null, "7/00000002").doubt(ONE))
                .isEmpty();
    }

    @Test
    void isRenewedWhenOldOrNotYetKnownToBeThere() {
        assertThat(known(ONE, null).isDue(ONE)).isFalse();
        assertThat(known(ONE, NEXT).isDue(NEXT)).isTrue();
        assertThat(known(null, null).isDue(null)).isTrue();
        assertThat(new TargetGeneration(ONE, null, true, "d", "d").isDue(ONE)).isTrue();
    }

    private static TargetGeneration known(@Nullable UUID current, @Nullable UUID pending) {
        return new TargetGeneration(current, pending, false, "d", "d");
    }
}
