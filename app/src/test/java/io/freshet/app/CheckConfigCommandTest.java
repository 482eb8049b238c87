package io.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CheckConfigCommandTest {
    @TempDir
    Path directory;

    @Test
    void tellsWhichRuleDecides() throws IOException {
        Path source = Files.createDirectories(directory.resolve("source/cache")).getParent();
        Path target = Files.createDirectory(directory.resolve("target"));
        Path file = Files.writeString(
                directory.resolve("freshet.yml"), """
                data-dir: %s
                sources:
                  - name: content
                    path: %s
                    exclude: ["*.tmp", cache/]
                    targets:
                      - {name: mirror, url: "%s"}
                """.formatted(directory.resolve("data"), source, target.toUri()));

        assertThat(explain(file, "dir/x.tmp"))
                .contains("content: 'dir/x.tmp' is excluded by the rule")
                .contains("*.tmp");
        assertThat(explain(file, source.resolve("cache").toString())).contains("'cache' is excluded");
        assertThat(explain(file, "page.html")).contains("'page.html' is included by default");
    }

    private static String explain(Path file, String path) {
        StringWriter out = new StringWriter();
        CommandLine line = Freshet.commandLine().setOut(new PrintWriter(out));
        assertThat(line.execute("check-config", file.toString(), "--explain", path))
                .isZero();
        return out.toString();
    }
}
