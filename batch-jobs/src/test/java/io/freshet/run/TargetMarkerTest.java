package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TargetMarkerTest {
    private static final UUID INSTALLATION = new UUID(1, 2);
    private static final UUID TARGET = new UUID(3, 4);
    private static final UUID GENERATION = new UUID(5, 6);

    @Test
    void isReadAsItWasWritten() {
        TargetMarker marker = new TargetMarker(INSTALLATION, TARGET, GENERATION);

        assertThat(TargetMarker.parse(marker.content())).contains(marker);
        assertThat(TargetMarker.parse(new TargetMarker(INSTALLATION, TARGET, null).content()))
                .contains(new TargetMarker(INSTALLATION, TARGET, null));
    }

    /** Whose it is can be told still; of which time, not. */
    @Test
    void aDamagedGenerationIsNone() {
        String whole = new String(new TargetMarker(INSTALLATION, TARGET, GENERATION).content(), StandardCharsets.UTF_8);

        assertThat(TargetMarker.parse(bytes(whole.substring(0, whole.length() - 5))))
                .contains(new TargetMarker(INSTALLATION, TARGET, null));
    }

    @Test
    void whatIsNotOursIsNoMarker() {
        assertThat(TargetMarker.parse(bytes(""))).isEmpty();
        assertThat(TargetMarker.parse(bytes("freshet installation x target y\n")))
                .isEmpty();
        assertThat(TargetMarker.parse(bytes("somebody else's\n"))).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
