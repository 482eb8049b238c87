package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.Evidence;
import io.freshet.journal.ManifestEntry;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.TargetEntry;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DriftLookTest {
    private static final RelativePath PATH = RelativePath.parse("a");
    private static final long SECOND = 1_000_000_000L;
    private static final Set<Capability> OWNERS = EnumSet.of(Capability.CHANGE_OWNER);

    @Test
    void whatLooksAsItWasDeliveredIsNoDrift() {
        ManifestEntry held = held(FileType.FILE, 3, 7 * SECOND + 5, 0644, null);

        assertThat(isDrift(held, there(FileType.FILE, 3, 7, 0644, 1, null))).isFalse();
        assertThat(isDrift(held, there(FileType.FILE, 4, 7, 0644, 1, null))).isTrue();
        assertThat(isDrift(held, there(FileType.FILE, 3, 8, 0644, 1, null))).isTrue();
        assertThat(isDrift(held, there(FileType.FILE, 3, 7, 0600, 1, null))).isTrue();
        assertThat(isDrift(held, there(FileType.FILE, 3, 7, 0644, 2, null))).isTrue();
        assertThat(isDrift(held, there(FileType.DIRECTORY, 3, 7, 0644, 1, null)))
                .isTrue();
        assertThat(DriftLook.isDrift(held, null, there(FileType.FILE, 3, 7, 0644, 2, null), Set.of()))
                .as("an owner that is not ours to set")
                .isFalse();
    }

    @Test
    void timesOfDirectoriesAndSymlinksDoNotCount() {
        assertThat(isDrift(
                        held(FileType.DIRECTORY, 0, SECOND, 0755, null),
                        there(FileType.DIRECTORY, 9, 9, 0700, 1, null)))
                .isFalse();
        ManifestEntry link = held(FileType.SYMLINK, 1, SECOND, 0777, "x");
        assertThat(isDrift(link, there(FileType.SYMLINK, 1, 9, 0777, 1, "x"))).isFalse();
        assertThat(isDrift(link, there(FileType.SYMLINK, 1, 1, 0777, 1, "y"))).isTrue();
    }

    @Test
    void whoHasWhatIsToBeThereLosesNothing() {
        ManifestEntry held = held(FileType.FILE, 3, SECOND, 0644, null);
        FileState wanted = held(FileType.FILE, 5, 2 * SECOND, 0600, null).state();
        TargetEntry found = there(FileType.FILE, 5, 2, 0600, 1, null);

        assertThat(DriftLook.isDrift(held, wanted, found, OWNERS)).isFalse();
        assertThat(DriftLook.isDrift(held, null, found, OWNERS)).isTrue();
        assertThat(DriftLook.isDrift(null, null, found, OWNERS)).isTrue();
    }

    @Test
    void theWordsTellAllThatALookTells() {
        assertThat(DriftLook.words(there(FileType.FILE, 5, 2, 0600, 1, null)))
                .isEqualTo("a file, size 5, modified 1970-01-01T00:00:02Z, mode 0600, owner 1:1");
        assertThat(DriftLook.words(there(FileType.SYMLINK, 5, 2, 0777, 1, "x"))).isEqualTo("a symlink to 'x'");
    }

    private static boolean isDrift(ManifestEntry held, TargetEntry found) {
        return DriftLook.isDrift(held, null, found, OWNERS);
    }

    private static ManifestEntry held(FileType type, long size, long mtimeNanos, int mode, String linkTarget) {
        FileState state =
                new FileState(type, size, mtimeNanos, 0, mode, 1, 1, 1, new FileIdentity(1, 2, 3), linkTarget);
        return new ManifestEntry(PATH, state, null, Evidence.SENT, true);
    }

    private static TargetEntry there(FileType type, long size, long second, int mode, int owner, String linkTarget) {
        return new TargetEntry(PATH, type, size, second * SECOND, mode, owner, owner, linkTarget);
    }
}
