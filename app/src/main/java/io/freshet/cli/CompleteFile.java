package io.freshet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** A file that is there when it is complete, and is as it was before until then. */
final class CompleteFile {
    private CompleteFile() {}

    /**
     * Writes all of {@code content} to a temporary file beside {@code file}, only for its owner to read, and gives it its name
     * when it is on the disk.
     *
     * @throws IOException if one of the two fails; nothing is left of it then
     */
    static void write(Path file, InputStream content) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path temporary = Files.createTempFile(Objects.requireNonNull(absolute.getParent()), ".freshet-", ".part");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                content.transferTo(Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
