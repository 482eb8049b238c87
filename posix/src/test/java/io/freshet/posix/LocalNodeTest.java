package io.freshet.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.file.Attributes;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalNodeTest {
    private static final Selection XATTRS = new Selection(true, false);
    private static final long TIME = 981_173_106_789_012_345L;

    @TempDir
    Path directory;

    private static byte[] bytes(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8);
    }

    private FileState look(String name, Selection extended) {
        try (SourceRoot root = SourceRoot.open(directory, extended)) {
            return root.lstat(RelativePath.parse(name)).orElseThrow();
        }
    }

    private void give(String name, String attribute) throws IOException {
        try (LocalNode node = LocalNode.hold(bytes(directory.resolve(name)))) {
            node.setExtended(XATTRS, ExtendedAttributes.of(XATTRS, Map.of(attribute, new byte[] {1, 0, 2})));
        } catch (IOException e) {
            Assumptions.abort("no user attributes in " + directory + ": " + e.getMessage());
        }
    }

    /** gnu_dev_makedev of glibc. */
    @Test
    void deviceNumbersAreThoseOfTheCLibrary() {
        assertThat(LocalNode.deviceNumber(1L << 32 | 3)).isEqualTo(0x103);
        assertThat(LocalNode.deviceNumber(0x12345678L << 32 | 0x9abcdef0L)).isEqualTo(0x123459abcde678f0L);
    }

    /** What may neither be read nor written, and what would block whoever opened it. */
    @Test
    void setsAttributesOfWhatItDoesNotOpen() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "x");
        LocalNode.make(bytes(directory.resolve("fifo")), FileType.FIFO, 0);
        int uid = (Integer) Files.getAttribute(file, "unix:uid");
        int gid = (Integer) Files.getAttribute(file, "unix:gid");

        for (String name : List.of("file", "fifo")) {
            try (LocalNode node = LocalNode.hold(bytes(directory.resolve(name)))) {
                node.set(new Attributes(0, uid, gid, TIME), false, 0, Selection.NOTHING);
                node.set(new Attributes(0200, uid, gid, TIME), false, 0200, Selection.NOTHING);
            }
            FileState state = look(name, Selection.NOTHING);
            assertThat(state.mode()).isEqualTo(0200);
            assertThat(state.mtimeNanos()).isEqualTo(TIME);
            assertThat(state.extended()).isEqualTo(ExtendedAttributes.NOT_ASKED);
        }
        assertThat(look("fifo", Selection.NOTHING).type()).isEqualTo(FileType.FIFO);
    }

    @Test
    void aSymlinkIsHeldItself() throws IOException {
        Files.writeString(directory.resolve("file"), "x");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));

        try (LocalNode node = LocalNode.hold(bytes(directory.resolve("link")))) {
            node.setTime(TIME);
            assertThatThrownBy(() -> node.setMode(0)).isInstanceOf(IOException.class);
        }

        assertThat(look("link", Selection.NOTHING).mtimeNanos()).isEqualTo(TIME);
        assertThat(look("file", Selection.NOTHING).mtimeNanos()).isNotEqualTo(TIME);
        assertThat(look("file", Selection.NOTHING).mode()).isNotZero();
        assertThatThrownBy(() -> LocalNode.hold(bytes(directory.resolve("none"))))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aLookTellsExtendedAttributesWhereItIsAskedTo() throws IOException {
        Files.writeString(directory.resolve("file"), "x");
        Files.createDirectory(directory.resolve("dir"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
        give("file", "user.a b=\\xff");
        give("dir", "user.dir");
        ExtendedAttributes none = ExtendedAttributes.of(XATTRS, Map.of());

        assertThat(look("file", XATTRS).extended().values()).containsOnlyKeys("user.a b=\\xff");
        assertThat(look("file", XATTRS).extended().values().get("user.a b=\\xff"))
                .containsExactly(1, 0, 2);
        assertThat(look("file", XATTRS).attributes().extended())
                .isEqualTo(look("file", XATTRS).extended());
        assertThat(look("link", XATTRS).extended()).isEqualTo(none);
        assertThat(look("file", new Selection(false, true)).extended())
                .isEqualTo(ExtendedAttributes.of(new Selection(false, true), Map.of()));
        assertThat(look("file", Selection.NOTHING).extended()).isEqualTo(ExtendedAttributes.NOT_ASKED);
        try (SourceRoot root = SourceRoot.open(directory, XATTRS)) {
            assertThat(root.list(RelativePath.ROOT).orElseThrow())
                    .extracting(entry -> entry.path() + " "
                            + entry.state().extended().values().keySet())
                    .containsExactlyInAnyOrder("file [user.a b=\\xff]", "dir [user.dir]", "link []");
            FileState seen = root.lstat(RelativePath.parse("file")).orElseThrow();
            try (var reading = root.content(RelativePath.parse("file"), seen).open()) {
                assertThat(reading.opened().extended()).isEqualTo(seen.extended());
                give("file", "user.other");
                assertThat(reading.now().isUnchangedSince(reading.opened())).isFalse();
            }
        }
    }
}
