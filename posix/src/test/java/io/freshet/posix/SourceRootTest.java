package io.freshet.posix;

import static io.freshet.posix.Tree.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Content;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceRootTest {
    private final Tree tree = Tree.temporary();
    private final SourceRoot root = SourceRoot.open(tree.root());

    @AfterEach
    void close() {
        root.close();
        tree.close();
    }

    @Test
    void aFileIsSeenAsItIs() throws Exception {
        RelativePath file = tree.file("f", "hello\n");
        tree.mode(file, 06751);
        Instant modified = Instant.parse("2001-02-03T04:05:06.789012345Z");
        Files.setLastModifiedTime(tree.root().resolve("f"), FileTime.from(modified));

        FileState state = root.lstat(file).orElseThrow();

        assertThat(state.type()).isEqualTo(FileType.FILE);
        assertThat(state.size()).isEqualTo(6);
        assertThat(state.mode()).isEqualTo(06751);
        assertThat(state.links()).isEqualTo(1);
        assertThat(state.mtimeNanos()).isEqualTo(modified.getEpochSecond() * 1_000_000_000 + modified.getNano());
        assertThat(state.uid()).isEqualTo(Files.getAttribute(tree.root(), "unix:uid"));
        assertThat(state.identity().inode())
                .isEqualTo(Files.getAttribute(tree.root().resolve("f"), "unix:ino"));
        assertThat(state.identity().fileSystem()).isNotZero();
        assertThat(state.identity().birthNanos()).isNotZero();
    }

    @Test
    void aRootIsStillThereUntilItsPathLeadsElsewhere() {
        tree.directory("src");
        tree.symlink("through", "src");
        try (SourceRoot direct = SourceRoot.open(tree.root().resolve("src"));
                SourceRoot linked = SourceRoot.open(tree.root().resolve("through"))) {
            tree.file("src/f", "");
            direct.requireStillThere();
            linked.requireStillThere();
            tree.rename(path("src"), path("away"));
            assertThatThrownBy(direct::requireStillThere).hasMessageContaining("ENOENT");
            tree.directory("src");
            for (SourceRoot one : List.of(direct, linked)) {
                assertThatThrownBy(one::requireStillThere)
                        .isInstanceOfSatisfying(
                                FreshetException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_ROOT_SUSPECT))
                        .hasMessageContaining("another directory");
            }
            tree.removeDirectory(path("src"));
            tree.rename(path("away"), path("src"));
            direct.requireStillThere();
            linked.requireStillThere();
        }
    }

    @Test
    void nothingIsAbsentWhetherItsParentIsMissingAFileOrALink() {
        tree.directory("d");
        tree.file("d/f", "");
        tree.symlink("link", "d");

        assertThat(root.lstat(path("no"))).isEmpty();
        assertThat(root.lstat(path("no/no"))).isEmpty();
        assertThat(root.lstat(path("d/f/no"))).as("below a file").isEmpty();
        assertThat(root.lstat(path("link/f"))).as("through a symlink").isEmpty();
        assertThat(root.list(path("no"))).isEmpty();
        assertThat(root.list(path("d/f"))).isEmpty();
        assertThat(root.list(path("link"))).isEmpty();
    }

    @Test
    void aSymlinkIsNotFollowedAndItsTextIsReversible() {
        tree.symlink("l", "a\\\\b\\xff");

        FileState state = root.lstat(path("l")).orElseThrow();

        assertThat(state.type()).isEqualTo(FileType.SYMLINK);
        assertThat(state.linkTarget()).isEqualTo("a\\\\b\\xff");
        assertThat(root.list(RelativePath.ROOT).orElseThrow().get(0).state()).isEqualTo(state);
    }

    @Test
    void everyTypeIsTold() {
        tree.fifo("p");

        assertThat(root.lstat(path("p")).orElseThrow().type()).isEqualTo(FileType.FIFO);
        assertThat(root.lstat(RelativePath.ROOT).orElseThrow().type()).isEqualTo(FileType.DIRECTORY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"new\nline", "\\xff\\xfe", "back\\\\slash", " ", "-rf", "*?[x]", "\u00fc\u4e2d\u0001", "]"})
    void anyNameIsAName(String name) throws Exception {
        RelativePath file = tree.file(name, name);

        FileState state = root.lstat(file).orElseThrow();

        assertThat(root.list(RelativePath.ROOT).orElseThrow()).containsExactly(new DirectoryEntry(file, state));
        assertThat(contentOf(file)).isEqualTo(name);
    }

    @Test
    void aNameOf255BytesIsAName() {
        RelativePath file = tree.file("n".repeat(255), "x");

        assertThat(root.lstat(file)).isPresent();
        assertThat(root.names(RelativePath.ROOT).orElseThrow()).containsExactly(new DirectoryName(file, FileType.FILE));
    }

    @Test
    void pathsLongerThanOneCallTakesAreReached() {
        RelativePath deep = tree.deepDirectory("deep", 9_000);
        RelativePath file = deep.child(new byte[] {'f'});
        tree.file(file, "far down");

        assertThat(root.lstat(file)).isPresent();
        assertThat(root.lstat(deep.child(new byte[] {'g'}))).isEmpty();
        assertThat(root.list(deep).orElseThrow())
                .extracting(DirectoryEntry::path)
                .containsExactly(file);
        assertThat(contentOf(file)).isEqualTo("far down");
    }

    @Test
    void aListingIsWholeAndHidesFreshetsOwn() {
        tree.directory(".freshet");
        tree.directory("d/.freshet");
        tree.file("d/.freshetx", "");
        for (int i = 0; i < 6_000; i++) {
            tree.file("d/a name of some length so that one read does not take all of them " + i, "");
        }

        assertThat(root.names(RelativePath.ROOT).orElseThrow())
                .extracting(DirectoryName::path)
                .containsExactly(path("d"));
        assertThat(root.names(path("d")).orElseThrow()).hasSize(6_001);
        assertThat(root.list(path("d")).orElseThrow()).hasSize(6_001);
    }

    @Test
    void whatMayNotBeReadIsNotAbsent() throws Exception {
        tree.directory("d");
        tree.file("d/f", "secret");
        tree.mode(path("d"), 0);

        FreshetException looked =
                Tree.asOrdinaryUser(() -> catchThrowableOfType(FreshetException.class, () -> root.lstat(path("d/f"))));
        FreshetException listed =
                Tree.asOrdinaryUser(() -> catchThrowableOfType(FreshetException.class, () -> root.list(path("d"))));

        assertThat(looked.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(looked)
                .hasMessageContaining("'d/f'")
                .hasMessageContaining(tree.root().toString())
                .hasMessageContaining("Permission denied (EACCES)")
                .hasMessageContaining("right to read");
        assertThat(listed.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        tree.mode(path("d"), 0755);
    }

    @Test
    void aNameThatNoFileSystemHoldsIsAnErrorAndNotAbsent() {
        FreshetException error = catchThrowableOfType(FreshetException.class, () -> root.lstat(path("n".repeat(256))));

        assertThat(error.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(error).hasMessageContaining("ENAMETOOLONG");
    }

    /** Rule 9: a parent that is swapped for a symlink never leads outside. */
    @Test
    void aParentSwappedForALinkNeverLeadsOutside() throws Exception {
        tree.directory("outside");
        tree.file("outside/f", "outside");
        tree.directory("in/real");
        tree.file("in/real/f", "inside");
        tree.symlink("in/link", "../outside");
        try (SourceRoot inside = SourceRoot.open(tree.root().resolve("in"))) {
            FileState wanted = inside.lstat(path("real/f")).orElseThrow();
            AtomicBoolean stop = new AtomicBoolean();
            CompletableFuture<Void> swapping = CompletableFuture.runAsync(() -> {
                while (!stop.get()) {
                    tree.rename(path("in/real"), path("in/d"));
                    tree.rename(path("in/d"), path("in/real"));
                    tree.rename(path("in/link"), path("in/d"));
                    tree.rename(path("in/d"), path("in/link"));
                }
            });
            int seen = 0;
            for (int i = 0; i < 4_000; i++) {
                Optional<FileState> looked = inside.lstat(path("d/f"));
                if (looked.isPresent()) {
                    seen++;
                    assertThat(looked).contains(wanted);
                }
                try (Content.Reading reading =
                        inside.content(path("d/f"), wanted).open()) {
                    assertThat(reading.opened()).isEqualTo(wanted);
                } catch (FreshetException e) {
                    assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_CHANGED);
                }
            }
            stop.set(true);
            swapping.join();
            assertThat(seen).as("times that the real directory was met").isPositive();
        }
    }

    @Test
    void theWalkAgreesWithTheOneCall() {
        tree.directory("d/e");
        tree.file("d/f", "");
        tree.symlink("l", "d");
        for (String text : new String[] {"d", "d/e", "d/f", "l", "l/f", "no", "d/f/x", "no/no"}) {
            RelativePath path = path(text);
            assertThat(outcome(root.withDescriptor(number -> Below.walk(
                            number, path.bytes(), Constants.O_PATH | Constants.O_NOFOLLOW | Constants.O_CLOEXEC))))
                    .as(text)
                    .isEqualTo(outcome(root.openBelow(path, Constants.O_PATH)));
        }
    }

    private static String outcome(int descriptor) {
        if (descriptor < 0) {
            return Errno.text(-descriptor);
        }
        byte[] path = ProcessFiles.pathOf(descriptor).orElseThrow();
        LibC.C.close(descriptor);
        return new String(path, StandardCharsets.UTF_8);
    }

    @Test
    void theRootStaysPinnedWhenItsPathLeadsElsewhere() throws Exception {
        tree.directory("r");
        tree.file("r/f", "");
        try (SourceRoot pinned = SourceRoot.open(tree.root().resolve("r"))) {
            tree.rename(path("r"), path("moved"));
            tree.directory("r");

            assertThat(pinned.lstat(path("f"))).isPresent();
            assertThat(new String(pinned.resolvedPath(), StandardCharsets.UTF_8))
                    .isEqualTo(tree.root().resolve("moved").toString());
        }
    }

    @Test
    void aDirectoryThatIsRemovedWhileItIsListedIsEmpty() {
        tree.directory("d");
        try (SourceDirectory opened = root.openDirectory(path("d")).orElseThrow()) {
            tree.removeDirectory(path("d"));
            assertThat(opened.entries()).isEmpty();
        }
        tree.directory("r");
        try (SourceRoot pinned = SourceRoot.open(tree.root().resolve("r"))) {
            tree.removeDirectory(path("r"));
            assertThatThrownBy(() -> pinned.list(RelativePath.ROOT))
                    .isInstanceOfSatisfying(
                            FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE));
        }
    }

    @Test
    void aMissingRootIsSuspect() {
        assertThatThrownBy(() -> SourceRoot.open(tree.root().resolve("no")))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_ROOT_SUSPECT))
                .hasMessageContaining("/no: No such file or directory (ENOENT)");
        tree.file("f", "");
        assertThatThrownBy(() -> SourceRoot.open(tree.root().resolve("f"))).hasMessageContaining("ENOTDIR");
    }

    @Test
    void aClosedRootRefuses() {
        root.close();

        assertThatThrownBy(() -> root.lstat(RelativePath.ROOT))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STOPPED));
    }

    @Test
    void mountsBelowTheRootAreListed() {
        tree.directory("with space/tmpfs");
        tree.directory("bound");
        tree.directory("other");
        assumeTrue(tree.mountTmpfs(path("with space/tmpfs")), "this process may not mount");
        try {
            assertThat(tree.bind(tree.root().resolve("other"), path("bound"))).isTrue();
            try {
                assertThat(root.mounts())
                        .extracting(MountPoint::path)
                        .containsExactly(path("bound"), path("with space/tmpfs"));
                MountPoint bound = root.mounts().get(0);
                MountPoint tmpfs = root.mounts().get(1);
                assertThat(tmpfs.mount().type()).isEqualTo("tmpfs");
                assertThat(tmpfs.identity().fileSystem())
                        .isNotEqualTo(root.lstat(RelativePath.ROOT)
                                .orElseThrow()
                                .identity()
                                .fileSystem());
                assertThat(bound.identity())
                        .isEqualTo(root.lstat(path("other")).orElseThrow().identity());
            } finally {
                tree.unmount(path("bound"));
            }
        } finally {
            tree.unmount(path("with space/tmpfs"));
        }
        assertThat(root.mounts()).isEmpty();
    }

    private String contentOf(RelativePath file) {
        return SourceContentTest.read(root.content(file, root.lstat(file).orElseThrow()));
    }
}
