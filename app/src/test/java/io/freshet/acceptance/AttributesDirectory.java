package io.freshet.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Makes temporary directories where files can have attributes of users: tmpfs has known those from Linux 6.6 on only. */
final class AttributesDirectory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        IOException refused = new IOException("no file system here keeps attributes of users");
        for (String place : List.of(System.getProperty("java.io.tmpdir"), "/var/tmp", "target")) {
            Path directory = Files.createTempDirectory(Path.of(place).toAbsolutePath(), "freshet-test");
            try {
                Objects.requireNonNull(Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class))
                        .write("probe", ByteBuffer.wrap(new byte[] {1}));
                return directory;
            } catch (IOException e) {
                refused.addSuppressed(e);
                Files.delete(directory);
            }
        }
        throw refused;
    }
}
