package io.freshet.app.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.app.config.DataFiles;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    private Path parent;

    @Test
    void isMadeForItsOwnerOnly() throws IOException {
        Path place = parent.resolve("a/b");

        try (DataDirectory directory = DataDirectory.open(place)) {
            directory.write(directory.files().token(), "secret");

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                    .isIn("rwx------", "rwx--x--x");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(directory.files().token())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void whatLeadsCommandsToTheServerIsGoneWithIt() {
        DataFiles files = new DataFiles(parent.resolve("data"));

        try (DataDirectory directory = DataDirectory.open(files.directory())) {
            directory.write(files.token(), "secret");
            directory.write(files.serverUrl(), "http://127.0.0.1:1/");
        }

        assertThat(files.token()).doesNotExist();
        assertThat(files.serverUrl()).doesNotExist();
    }

    @Test
    void whatAKilledServerLeftIsRemoved() throws IOException {
        DataFiles files = new DataFiles(parent);
        Files.writeString(files.token(), "old");

        DataDirectory directory = DataDirectory.open(parent);

        assertThat(files.token()).doesNotExist();
        directory.close();
    }

    @Test
    void nameOfTheNodeStaysTheSame() {
        Path place = parent.resolve("data");
        String first;
        try (DataDirectory directory = DataDirectory.open(place)) {
            first = directory.nodeId();
        }

        try (DataDirectory directory = DataDirectory.open(place)) {
            assertThat(directory.nodeId()).isEqualTo(first).matches("[A-Za-z0-9.-]*-[0-9a-f]{8}");
        }
    }

    @Test
    void isTakenOnce() {
        Path place = parent.resolve("data");
        DataDirectory first = DataDirectory.open(place);

        assertThatThrownBy(() -> DataDirectory.open(place))
                .isInstanceOf(FreshetException.class)
                .hasMessageContaining("is in use by another Freshet")
                .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
        first.close();
    }

    @Test
    void isRefusedIfOthersCanWriteToIt() throws IOException {
        Path place = Files.createDirectory(parent.resolve("data"));
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwx---"));

        assertThatThrownBy(() -> DataDirectory.open(place))
                .isInstanceOf(FreshetException.class)
                .hasMessageContaining("chmod go-w " + place);
    }
}
