package io.freshet.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFormTest {
    private static final long SEED = Long.getLong("freshet.test.seed", System.nanoTime());
    private final RandomPaths random = new RandomPaths(new Random(SEED));

    @BeforeAll
    static void tellSeed() {
        System.out.println("TextFormTest: -Dfreshet.test.seed=" + SEED);
    }

    @Test
    void givesBackEveryByteString() {
        Map<String, String> seen = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = random.bytes(i % 100 == 0 ? 4096 : 12);
            String text = TextForm.encode(bytes);
            assertThat(TextForm.decode(text)).as("%s, seed %d", text, SEED).isEqualTo(bytes);
            String hex = HexFormat.of().formatHex(bytes);
            assertThat(seen.putIfAbsent(text, hex))
                    .as("another with text %s, seed %d", text, SEED)
                    .isIn(null, hex);
            // The text can be stored as UTF-8, and is no longer than the columns allow for.
            assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(text);
            assertThat(text.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(4 * bytes.length);
        }
    }

    @Test
    void givesBackEveryPairOfBytes() {
        for (int i = 0; i < 0x10000; i++) {
            byte[] bytes = {(byte) (i >> 8), (byte) i};
            assertThat(TextForm.decode(TextForm.encode(bytes))).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "date.txt",
                "a b/c d ",
                "caf\u00e9",
                "cafe\u0301",
                "\u65e5\u672c\u8a9e",
                "\ud83d\ude00",
                "a\nb\t",
                "\u202e",
                "\ufeff",
                "\ufffd"
            })
    void leavesOrdinaryNamesAsTheyAre(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        assertThat(TextForm.encode(bytes)).isEqualTo(name);
        assertThat(TextForm.decode(name)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "5c, \\\\",
        "615c6e, a\\\\n",
        "5c783431, \\\\x41",
        "ff, \\xff",
        "636166e9, caf\\xe9",
        // Truncated, overlong, a surrogate, and beyond the last code point.
        "c3, \\xc3",
        "e282, \\xe2\\x82",
        "c080, \\xc0\\x80",
        "eda080, \\xed\\xa0\\x80",
        "f4908080, \\xf4\\x90\\x80\\x80",
        "c3a9e9c3a9, \u00e9\\xe9\u00e9",
    })
    void escapesBackslashesAndWhatIsNotUtf8(String hex, String text) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(TextForm.encode(bytes)).isEqualTo(text);
        assertThat(TextForm.decode(text)).isEqualTo(bytes);
    }

    @Test
    void takesCapitalDigits() {
        assertThat(TextForm.decode("\\xE9\\xAb")).isEqualTo(new byte[] {(byte) 0xe9, (byte) 0xab});
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\",
                "a\\",
                "\\n",
                "\\x",
                "\\x4",
                "\\xg0",
                "\\x4g",
                "\\X41",
                "\\x\uff14\uff11",
                "\\x-1",
                "\\\\\\"
            })
    void refusesOtherUsesOfTheBackslash(String text) {
        assertThatThrownBy(() -> TextForm.decode(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xd800, 0xdc00, 0xdfff})
    void refusesASurrogateWithoutPartner(int surrogate) {
        for (String text :
                new String[] {"" + (char) surrogate, "a" + (char) surrogate + "b", "\\\\" + (char) surrogate}) {
            assertThatThrownBy(() -> TextForm.decode(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("surrogate");
        }
    }
}
