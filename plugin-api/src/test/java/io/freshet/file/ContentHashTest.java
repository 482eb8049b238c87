package io.freshet.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentHashTest {
    /** SHA-256 of nothing, as sha256sum(1) prints it. */
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void isWrittenAsSha256sumWritesIt() throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(new byte[0]);
        assertThat(ContentHash.of(digest)).isEqualTo(new ContentHash(EMPTY)).hasToString(EMPTY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "e3b0",
                "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
                "zzb0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8551"
            })
    void refusesWhatIsNoHash(String hex) {
        assertThatThrownBy(() -> new ContentHash(hex)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnotherDigest() {
        assertThatThrownBy(() -> ContentHash.of(new byte[20])).isInstanceOf(IllegalArgumentException.class);
    }
}
