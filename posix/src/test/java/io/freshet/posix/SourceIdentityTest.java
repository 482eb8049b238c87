package io.freshet.posix;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SourceIdentityTest {
    private final Tree tree = Tree.temporary();

    @AfterEach
    void close() {
        tree.close();
    }

    @Test
    void theIdStaysWithTheTreeWhereverItIs() throws Exception {
        tree.directory("r");
        SourceIdentity made;
        try (SourceRoot root = open("r")) {
            assertThat(root.readIdentity().isMarked()).isFalse();
            made = root.createIdentity();
            assertThat(root.createIdentity()).isEqualTo(made);
        }
        tree.rename(path("r"), path("elsewhere"));

        try (SourceRoot root = open("elsewhere")) {
            assertThat(root.readIdentity()).isEqualTo(made);
        }
        assertThat(made.isMarked()).isTrue();
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(tree.root().resolve("elsewhere/.freshet"))))
                .isEqualTo("rwxr-xr-x");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(tree.root().resolve("elsewhere/.freshet/source-id"))))
                .isEqualTo("rw-r--r--");
        assertThat(tree.root().resolve("elsewhere/.freshet").toFile().list()).containsExactly("source-id");
    }

    @Test
    void twoTreesAreTwoSources() {
        tree.directory("a");
        tree.directory("b");
        try (SourceRoot a = open("a");
                SourceRoot b = open("b")) {
            assertThat(a.readIdentity()).isNotEqualTo(b.readIdentity());
            assertThat(a.createIdentity()).isNotEqualTo(b.createIdentity());
        }
    }

    @Test
    void whereNothingMayBeWrittenTheRootItselfIsTheIdentity() throws Exception {
        tree.directory("r");
        tree.mode(path("r"), 0555);
        try (SourceRoot root = open("r")) {
            SourceIdentity identity = Tree.asOrdinaryUser(root::createIdentity);

            assertThat(identity.isMarked()).isFalse();
            assertThat(identity).isEqualTo(root.readIdentity());
        }
    }

    @Test
    void aDamagedIdIsNoIdentity() {
        tree.directory("r/.freshet");
        tree.file("r/.freshet/source-id", "");
        try (SourceRoot root = open("r")) {
            FreshetException error = catchThrowableOfType(FreshetException.class, root::readIdentity);

            assertThat(error.code()).isEqualTo(ErrorCode.SOURCE_ROOT_SUSPECT);
            assertThat(error).hasMessageContaining("damaged");
        }
    }

    private SourceRoot open(String directory) {
        return SourceRoot.open(tree.root().resolve(directory));
    }
}
