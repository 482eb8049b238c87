package io.freshet.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What PostgreSQL 18.6 wrote, and what it may have been kept from writing. */
class PostmasterFileTest {
    private static final String RECORDED = """
            21177
            /var/lib/freshet/pg/data
            1795361897
            35107

            127.0.0.1
             31162392         0
            ready   \s
            """;

    @Test
    void tellsProcessPortAndStatus() {
        assertThat(PostmasterFile.parse(RECORDED)).contains(new PostmasterFile(21177, 35107, "ready"));
        assertThat(PostmasterFile.parse(RECORDED).orElseThrow().isReady()).isTrue();
    }

    @Test
    void aServerThatIsStartingIsKnownButNotReady() {
        PostmasterFile starting =
                PostmasterFile.parse("21177\n/data\n1795361897\n").orElseThrow();
        assertThat(starting).isEqualTo(new PostmasterFile(21177, 0, ""));
        assertThat(starting.isReady()).isFalse();
        assertThat(PostmasterFile.parse(RECORDED.replace("ready", "stopping"))
                        .orElseThrow()
                        .isReady())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "garbage\n/data\n", "1\n/data\n3\nnot a port\n"})
    void isNothingWhereNoServerWroteIt(String text) {
        assertThat(PostmasterFile.parse(text)).isEmpty();
    }

    @Test
    void aProcessThatIsNoServerIsNotTakenForOne() {
        PostmasterFile ours = new PostmasterFile(ProcessHandle.current().pid(), 1, "ready");
        assertThat(ours.isAliveOn(Path.of("/var/lib/freshet/pg/data"))).isFalse();
        assertThat(ours.namesAnotherProgram()).isTrue();
        PostmasterFile gone = new PostmasterFile(Integer.MAX_VALUE, 1, "ready");
        assertThat(gone.isAliveOn(Path.of("/"))).isFalse();
        assertThat(gone.namesAnotherProgram()).isFalse();
    }
}
