package io.freshet.posix;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnDirectoryTest {
    private final Tree tree = Tree.temporary();
    private final SourceRoot root = SourceRoot.open(tree.root());

    @AfterEach
    void close() {
        root.close();
        tree.close();
    }

    @Test
    void filesComeAndGo() {
        OwnDirectory own = OwnDirectory.in(root);
        assertThat(own.names()).isEmpty();

        own.create("one");
        own.create("two");
        own.remove("one");
        own.remove("never there");

        assertThat(own.names()).containsExactly("two");
        assertThat(root.lstat(path(".freshet/two"))).isPresent();
        assertThat(catchThrowableOfType(FreshetException.class, () -> own.create("two")))
                .hasMessageContaining("EEXIST");
    }

    @Test
    void anotherDirectoryWillDo() {
        tree.directory("elsewhere");
        OwnDirectory own = OwnDirectory.at(tree.root().resolve("elsewhere"));

        own.create("one");

        assertThat(own.names()).containsExactly("one");
        assertThat(root.lstat(path("elsewhere/one"))).isPresent();
        OwnDirectory missing = OwnDirectory.at(tree.root().resolve("missing"));
        assertThat(catchThrowableOfType(FreshetException.class, missing::make).code())
                .isEqualTo(ErrorCode.CONFIGURATION_INVALID);
    }

    @Test
    void whereItMayNotWriteItSaysWhatToSet() throws Exception {
        tree.mode(RelativePath.ROOT, 0555);

        FreshetException error = Tree.asOrdinaryUser(() -> catchThrowableOfType(
                FreshetException.class, () -> OwnDirectory.in(root).create("cookie")));

        tree.mode(RelativePath.ROOT, 0755);
        assertThat(error.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID);
        assertThat(error).hasMessageContaining("barrier-dir").hasMessageContaining("EACCES");
    }

    @Test
    void aLinkInItsPlaceIsNotFollowed() {
        tree.directory("elsewhere");
        tree.symlink(".freshet", "elsewhere");

        assertThat(catchThrowableOfType(
                        FreshetException.class, () -> OwnDirectory.in(root).create("x")))
                .hasMessageContaining("ENOTDIR");
        assertThat(root.list(path("elsewhere")).orElseThrow()).isEmpty();
        tree.remove(path(".freshet"));
    }
}
