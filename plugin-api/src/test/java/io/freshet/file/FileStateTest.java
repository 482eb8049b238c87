package io.freshet.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FileStateTest {
    private static final FileIdentity IDENTITY = new FileIdentity(7, 42, 1_700_000_000_000_000_000L);

    @Test
    void seesEveryDifferenceBetweenTwoLooks() {
        FileState state = state(FileType.FILE, 10, 1, 2, 0644, 0, 0, 1, IDENTITY, null);
        assertThat(state.isUnchangedSince(state(FileType.FILE, 10, 1, 2, 0644, 0, 0, 1, IDENTITY, null)))
                .isTrue();
        for (FileState other : List.of(
                state(FileType.DIRECTORY, 10, 1, 2, 0644, 0, 0, 1, IDENTITY, null),
                state(FileType.FILE, 11, 1, 2, 0644, 0, 0, 1, IDENTITY, null),
                state(FileType.FILE, 10, 9, 2, 0644, 0, 0, 1, IDENTITY, null),
                state(FileType.FILE, 10, 1, 9, 0644, 0, 0, 1, IDENTITY, null),
                state(FileType.FILE, 10, 1, 2, 0600, 0, 0, 1, IDENTITY, null),
                state(FileType.FILE, 10, 1, 2, 0644, 9, 0, 1, IDENTITY, null),
                state(FileType.FILE, 10, 1, 2, 0644, 0, 9, 1, IDENTITY, null),
                state(FileType.FILE, 10, 1, 2, 0644, 0, 0, 2, IDENTITY, null),
                state(FileType.FILE, 10, 1, 2, 0644, 0, 0, 1, new FileIdentity(7, 42, 5), null),
                state(FileType.FILE, 10, 1, 2, 0644, 0, 0, 1, new FileIdentity(7, 43, 1), null),
                state(FileType.FILE, 10, 1, 2, 0644, 0, 0, 1, new FileIdentity(8, 42, 1), null))) {
            assertThat(state.isUnchangedSince(other))
                    .as("%s and %s", state, other)
                    .isFalse();
        }
        FileState link = state(FileType.SYMLINK, 1, 1, 2, 0777, 0, 0, 1, IDENTITY, "a");
        assertThat(link.isUnchangedSince(state(FileType.SYMLINK, 1, 1, 2, 0777, 0, 0, 1, IDENTITY, "b")))
                .isFalse();
    }

    @Test
    void knowsItsType() {
        FileState file = state(FileType.FILE, 0, 0, 0, 0, 0, 0, 1, IDENTITY, null);
        FileState directory = state(FileType.DIRECTORY, 0, 0, 0, 0, 0, 0, 2, IDENTITY, null);
        FileState link = state(FileType.SYMLINK, 0, 0, 0, 0, 0, 0, 1, IDENTITY, "");
        assertThat(file.isFile()).isTrue();
        assertThat(file.isDirectory()).isFalse();
        assertThat(directory.isDirectory()).isTrue();
        assertThat(directory.isFile()).isFalse();
        assertThat(link.isFile()).isFalse();
        assertThat(link.isDirectory()).isFalse();
    }

    @Test
    void givesTheAttributesThatAreDelivered() {
        assertThat(state(FileType.FILE, 10, 11, 12, 04755, 13, 14, 1, IDENTITY, null)
                        .attributes())
                .isEqualTo(new Attributes(04755, 13, 14, 11));
    }

    @Test
    void refusesAFormatInTheModeAndALinkTargetInTheWrongPlace() {
        assertThatThrownBy(() -> state(FileType.FILE, 0, 0, 0, 0100644, 0, 0, 1, IDENTITY, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0100644");
        assertThatThrownBy(() -> state(FileType.FILE, 0, 0, 0, 0644, 0, 0, 1, IDENTITY, "a"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state(FileType.SYMLINK, 0, 0, 0, 0777, 0, 0, 1, IDENTITY, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepsEverythingElseWithAnotherSize() {
        ExtendedAttributes extended =
                ExtendedAttributes.of(new ExtendedAttributes.Selection(true, false), Map.of("user.a", new byte[] {1}));
        FileState state = new FileState(FileType.FILE, 10, 1, 2, 0644, 3, 4, 1, IDENTITY, null, 0, extended);

        assertThat(state.withSize(11))
                .isEqualTo(new FileState(FileType.FILE, 11, 1, 2, 0644, 3, 4, 1, IDENTITY, null, 0, extended));
    }

    @Test
    void provesSamenessByBirthTimeOnly() {
        assertThat(IDENTITY.provesSameness()).isTrue();
        assertThat(new FileIdentity(7, 42, 0).provesSameness()).isFalse();
    }

    private static FileState state(
            FileType type,
            long size,
            long mtimeNanos,
            long ctimeNanos,
            int mode,
            int uid,
            int gid,
            int links,
            FileIdentity identity,
            String linkTarget) {
        return new FileState(type, size, mtimeNanos, ctimeNanos, mode, uid, gid, links, identity, linkTarget);
    }
}
