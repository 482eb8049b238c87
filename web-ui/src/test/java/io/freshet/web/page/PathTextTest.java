package io.freshet.web.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTextTest {
    @Test
    void partsTheNameFromItsDirectory() {
        PathText path = PathText.of("a/b/c.txt");
        assertThat(path.directory()).containsExactly(new PathText.Piece("a/b/", false));
        assertThat(path.name()).containsExactly(new PathText.Piece("c.txt", false));
        assertThat(PathText.of("").name()).containsExactly(new PathText.Piece("the whole source", false));
    }

    @ParameterizedTest
    @CsvSource({
        "10, \\x0A",
        "27, \\x1B",
        "127, \\x7F",
        "155, \\x9B",
        "8238, U+202E",
        "8294, U+2066",
        "8203, U+200B",
        "65279, U+FEFF",
        "160, U+00A0",
        "8232, U+2028"
    })
    void marksWhatCouldDeceive(int point, String mark) {
        PathText path = PathText.of("x" + Character.toString(point) + "y");
        assertThat(path.name())
                .containsExactly(
                        new PathText.Piece("x", false), new PathText.Piece(mark, true), new PathText.Piece("y", false));
        assertThat(path.text()).isEqualTo("x" + Character.toString(point) + "y");
    }

    @Test
    void marksBlanksAtTheEndsOnlyAndLeavesOrdinaryNamesAlone() {
        assertThat(shown(" a b ")).isEqualTo("\u2420a b\u2420");
        assertThat(shown("Grüße 日本語 😀.txt")).isEqualTo("Grüße 日本語 😀.txt");
    }

    private static String shown(String path) {
        return PathText.of(path).name().stream().map(PathText.Piece::text).collect(Collectors.joining());
    }
}
