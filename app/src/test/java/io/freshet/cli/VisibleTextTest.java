package io.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VisibleTextTest {
    @Test
    void ordinaryNamesStayAsTheyAre() {
        for (String name : List.of("", "date.txt", "Grüße 🌊.txt", "日本語", "a b", "c:\\x", "=cmd()", "<script>")) {
            assertThat(VisibleText.of(name)).isSameAs(name);
        }
    }

    @Test
    void whatMovesTheCursorIsEscaped() {
        assertThat(VisibleText.of("a\nb\r\tc\u001b[31m\u0007\u007f\u0000"))
                .isEqualTo("a\\nb\\r\\tc\\u001b[31m\\u0007\\u007f\\u0000");
    }

    @Test
    void secondControlSetIsEscaped() {
        assertThat(VisibleText.of("\u009b31m\u0085")).isEqualTo("\\u009b31m\\u0085");
    }

    @Test
    void whatReordersOrHidesIsEscaped() {
        assertThat(VisibleText.of("gpj\u202e.exe\u2066\u200b\ufeff\u2028\u2029"))
                .isEqualTo("gpj\\u202e.exe\\u2066\\u200b\\ufeff\\u2028\\u2029");
    }

    @Test
    void loneSurrogatesAreEscaped() {
        assertThat(VisibleText.of("a\ud83c")).isEqualTo("a\\ud83c");
        assertThat(VisibleText.of("\udf0aa")).isEqualTo("\\udf0aa");
    }

    @Test
    void formatCharactersBeyondTheFirstPlaneAreEscaped() {
        String tagged = "a" + Character.toString(0xE0041) + "b";

        assertThat(VisibleText.of(tagged)).isEqualTo("a\\udb40\\udc41b");
    }
}
