package io.freshet.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import io.freshet.filter.WrittenRule;
import io.freshet.journal.SourceLook.Seen;
import io.freshet.path.RelativePath;
import io.freshet.posix.SourceRoot;
import io.freshet.run.SourceDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceLooksTest {
    private static final RuleOrigin ORIGIN = new RuleOrigin("test", 1);

    @TempDir
    Path directory;

    private Path source;
    private SourceLooks looks;

    @BeforeEach
    void source() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        FilterRules filter = FilterRules.builder()
                .exclude("*.tmp", ORIGIN)
                .exclude("cache/", ORIGIN)
                .build();
        looks = new SourceLooks(List.of(
                new SourceDefinition("content", source, filter, List.of()),
                new SourceDefinition("elsewhere", directory.resolve("none"), filter, List.of())));
    }

    @Test
    void tellsWhatIsThereAndWhoseItIs() throws IOException {
        Files.writeString(source.resolve("file"), "12345");

        Seen seen = look("content", "file").orElseThrow();

        try (SourceRoot root = SourceRoot.open(source)) {
            assertThat(seen)
                    .isEqualTo(new Seen(
                            root.readIdentity().text(),
                            root.lstat(RelativePath.parse("file")).orElseThrow()));
        }
        assertThat(seen.state().size()).isEqualTo(5);
    }

    @Test
    void whatALinkLeadsToIsNotThere() throws IOException {
        Files.createDirectory(directory.resolve("outside"));
        Files.writeString(directory.resolve("outside/file"), "12345");
        Files.createSymbolicLink(source.resolve("link"), directory.resolve("outside"));

        assertThat(look("content", "link/file").orElseThrow().state()).isNull();
        assertThat(look("content", "never").orElseThrow().state()).isNull();
    }

    @Test
    void saysNothingOfWhatIsLeftOutOrCannotBeSeen() throws IOException {
        Files.writeString(source.resolve("a.tmp"), "12345");
        Files.createDirectories(source.resolve("cache/below"));

        assertThat(look("content", "a.tmp")).isEmpty();
        assertThat(look("content", "b.tmp")).isEmpty();
        assertThat(look("content", "cache")).isEmpty();
        assertThat(look("content", "cache/below")).isEmpty();
        assertThat(look("elsewhere", "file")).isEmpty();
        assertThat(look("unknown", "file")).isEmpty();
    }

    @Test
    void namesTheRuleThatLeavesAPathOut() throws IOException {
        Files.createDirectory(source.resolve("cache"));
        assertThat(exclusion("a.tmp")).contains("the rule '*.tmp' (test line 1)");
        assertThat(exclusion("cache/below"))
                .contains("the rule 'cache/' (test line 1), which decides for its directory 'cache'");
        assertThat(exclusion("cache")).contains("the rule 'cache/' (test line 1)");
        assertThat(exclusion("d/cache"))
                .as("nobody knows whether it was a directory")
                .isEmpty();
        assertThat(exclusion("file")).isEmpty();
        assertThat(looks.exclusion("unknown", RelativePath.parse("a.tmp"))).isEmpty();
    }

    @Test
    void tellsTheRulesAsTheyWereWritten() {
        assertThat(looks.rules("content").orElseThrow())
                .contains(new WrittenRule("*.tmp", true, new RuleOrigin("test", 1)));
        assertThat(looks.rules("unknown")).isEmpty();
    }

    private Optional<String> exclusion(String path) {
        return looks.exclusion("content", RelativePath.parse(path));
    }

    private Optional<Seen> look(String name, String path) {
        return looks.look(name, RelativePath.parse(path));
    }
}
