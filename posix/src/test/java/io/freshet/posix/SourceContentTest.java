package io.freshet.posix;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Content;
import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SourceContentTest {
    private final Tree tree = Tree.temporary();
    private final SourceRoot root = SourceRoot.open(tree.root());

    @AfterEach
    void close() {
        root.close();
        tree.close();
    }

    static String read(Content content) {
        return new String(bytes(content), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Content content) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[700_001];
        try (Content.Reading reading = content.open()) {
            for (int n = reading.read(buffer, 1, 700_000); n >= 0; n = reading.read(buffer, 1, 700_000)) {
                all.write(buffer, 1, n);
            }
        }
        return all.toByteArray();
    }

    @Test
    void everyByteIsRead() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        byte[] expected = new byte[3 * Scratch.BLOCK + 17];
        new Random(seed).nextBytes(expected);
        Files.write(tree.root().resolve("f"), expected);
        Content content = contentOf(path("f"));

        assertThat(bytes(content)).isEqualTo(expected);
        assertThat(bytes(content)).as("a second reading begins at the start").isEqualTo(expected);
    }

    @Test
    void anEmptyFileEndsAtOnce() {
        tree.file("f", "");

        assertThat(read(contentOf(path("f")))).isEmpty();
    }

    @Test
    void filesBeyondTwoGigabytesOpen() throws Exception {
        try (RandomAccessFile file =
                new RandomAccessFile(tree.root().resolve("f").toFile(), "rw")) {
            file.setLength(5L << 30);
        }

        try (Content.Reading reading = contentOf(path("f")).open()) {
            assertThat(reading.opened().size()).isEqualTo(5L << 30);
        }
    }

    @Test
    void aWriterMeanwhileIsSeenInTheEnd() {
        RelativePath file = tree.file("f", "one");

        try (Content.Reading reading = contentOf(file).open()) {
            assertThat(reading.now().isUnchangedSince(reading.opened())).isTrue();
            tree.file("f", "longer");
            assertThat(reading.now().isUnchangedSince(reading.opened())).isFalse();
        }
    }

    @Test
    void whatIsNoLongerTheSameObjectHasChanged() {
        tree.directory("d");
        for (String replacement : new String[] {"nothing", "file", "link", "fifo", "directory", "parent"}) {
            RelativePath file = tree.file("d/f", "mine");
            Content content = contentOf(file);
            tree.rename(file, path("d/kept"));
            switch (replacement) {
                case "file" -> tree.file("d/f", "mine");
                case "link" -> tree.symlink("d/f", "kept");
                case "fifo" -> tree.fifo("d/f");
                case "directory" -> tree.directory("d/f");
                case "parent" -> {
                    tree.rename(path("d"), path("e"));
                    tree.file("d", "");
                }
                default -> {}
            }

            FreshetException error = catchThrowableOfType(FreshetException.class, content::open);

            assertThat(error).as(replacement).isNotNull();
            assertThat(error.code()).as(replacement + ": " + error.getMessage()).isEqualTo(ErrorCode.SOURCE_CHANGED);
            if (root.lstat(file).map(FileState::isDirectory).orElse(false)) {
                tree.removeDirectory(file);
            } else if (root.lstat(file).isPresent()) {
                tree.remove(file);
            }
        }
    }

    @Test
    void whatMayNotBeReadIsUnreadable() throws Exception {
        RelativePath file = tree.file("f", "secret");
        tree.mode(file, 0);
        Content content = contentOf(file);

        FreshetException error = Tree.asOrdinaryUser(() -> catchThrowableOfType(FreshetException.class, content::open));

        assertThat(error.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(error).hasMessageContaining("EACCES");
    }

    private Content contentOf(RelativePath file) {
        return root.content(file, root.lstat(file).orElseThrow());
    }
}
