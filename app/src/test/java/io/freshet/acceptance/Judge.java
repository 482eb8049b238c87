package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The project's own judge, the script that lies beside the repository; where it does not, it judges nothing. */
final class Judge {
    private static final Path SCRIPT = Path.of("..", "..", "shared", "acceptance", "treediff.py")
            .toAbsolutePath()
            .normalize();

    private Judge() {}

    /** Has a source and a replica compared, attribute for attribute. */
    static void requireEqual(Path source, Path replica) throws IOException, InterruptedException {
        if (!Files.exists(SCRIPT)) {
            System.out.println("Not judged by " + SCRIPT + ", which is not there; our own comparison was made.");
            return;
        }
        Process compare = new ProcessBuilder(
                        "python3", SCRIPT.toString(), "--owner", "--hardlinks", source.toString(), replica.toString())
                .redirectErrorStream(true)
                .start();
        try (InputStream output = compare.getInputStream()) {
            String differences = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(compare.waitFor()).as(differences).isZero();
        }
    }
}
