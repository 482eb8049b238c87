package io.freshet.web.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "https://evil.example",
                "/\\evil.example",
                "evil",
                "",
                "/a\r\nSet-Cookie: x",
                "\t//evil"
            })
    void leadsNowhereElse(String wanted) {
        assertThat(LocalPath.of(wanted)).isEqualTo("/");
    }

    @Test
    void leadsBack() {
        assertThat(LocalPath.of("/where?path=a%2Fb")).isEqualTo("/where?path=a%2Fb");
        assertThat(LocalPath.of(null)).isEqualTo("/");
    }
}
