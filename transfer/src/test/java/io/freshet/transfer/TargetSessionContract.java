package io.freshet.transfer;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Attributes;
import io.freshet.file.BlockMap;
import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.FileType;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Operation.Link;
import io.freshet.target.Operation.MakeDirectory;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Operation.RemoveDirectory;
import io.freshet.target.Operation.RemoveFile;
import io.freshet.target.Operation.Rename;
import io.freshet.target.Operation.SetAttributes;
import io.freshet.target.Operation.SyncDirectory;
import io.freshet.target.Result;
import io.freshet.target.TargetEntry;
import io.freshet.target.TargetListing;
import io.freshet.target.TargetSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every target session promises, whatever it is made of. */
public abstract class TargetSessionContract {
    private static final long MTIME = MadeContent.MTIME_NANOS;

    @TempDir(factory = MemoryDirectory.class)
    protected Path temporary;

    protected Path root;
    protected TargetSession session;

    /** Opens a new session with the target whose root is {@link #root}. */
    protected abstract TargetSession connect() throws Exception;

    @BeforeEach
    void openSession() throws Exception {
        root = makeRoot();
        session = connect();
        session.enterGate(1, "first");
    }

    /** Makes the directory that is the target root; where it is to be, if not just anywhere. */
    protected Path makeRoot() throws IOException {
        return Files.createDirectory(temporary.resolve("root"));
    }

    /** Makes what the test has put on the target the account's own, where that is another one than the test's. */
    protected void handOver() {}

    /** Who owns what the session makes. */
    protected int uid() {
        return Account.UID;
    }

    protected int gid() {
        return Account.GID;
    }

    @AfterEach
    protected void closeSession() {
        if (session != null) {
            session.close();
        }
        assertThat(MadeContent.openNow()).as("sources left open").isZero();
    }

    // Symlinks in the place of directories (rule 17)

    @Test
    void nothingGoesThroughSymlinkInTheDirectorysPlace() throws Exception {
        Path outside = makeOutside();
        Files.createDirectory(root.resolve("real"));
        Files.writeString(root.resolve("real/old"), "old");
        Files.writeString(root.resolve("a"), "a");
        Files.createSymbolicLink(root.resolve("up"), root.relativize(outside));
        Files.createSymbolicLink(
                root.resolve("real/up"),
                root.resolve("real").relativize(outside).resolve("sub"));
        handOver();
        List<String> before = treeOf(outside);
        Attributes attributes = new Attributes(0700, Account.UID, Account.GID, MTIME + 7_000_000_000L);
        List<Operation> outwards = new ArrayList<>(List.of(
                put("up/new", MadeContent.of("new")),
                put("up/file", MadeContent.of("new")),
                put("up/sub/new", MadeContent.of("new")),
                put("real/up/new", MadeContent.of("new")),
                new PutSymlink(path("up/link"), "a", attributes),
                new MakeDirectory(path("up/dir")),
                new MakeDirectory(path("up/none/dir")),
                new RemoveFile(path("up/file")),
                new RemoveDirectory(path("up/empty")),
                new Rename(path("a"), path("up/a")),
                new Rename(path("up/file"), path("b")),
                new SetAttributes(path("up/file"), attributes),
                new SetAttributes(path("up/sub"), attributes)));
        if (session.capabilities().contains(Capability.HARD_LINK)) {
            outwards.add(new Link(path("a"), path("up/linked")));
            outwards.add(new Link(path("up/file"), path("linked")));
        }
        List<Operation> all = new ArrayList<>(outwards);
        all.add(6, put("real/new", MadeContent.of("new")));
        all.add(new RemoveFile(path("real/old")));
        all.add(new MakeDirectory(path("dir")));
        all.add(put("dir/x", MadeContent.of("x")));

        List<Result> results = apply(all, Monitor.NONE);

        assertThat(treeOf(outside)).isEqualTo(before);
        for (int i = 0; i < all.size(); i++) {
            if (outwards.contains(all.get(i))) {
                assertFailed(results.get(i), ErrorCode.OUTSIDE_ROOT);
                assertThat(((Result.Failed) results.get(i)).message()).contains("up' above it is a symlink");
            } else {
                assertDone(results.get(i));
            }
        }
        assertThat(root.resolve("real/new")).hasContent("new");
        assertThat(root.resolve("real/old")).doesNotExist();
        assertThat(root.resolve("dir/x")).hasContent("x");
        assertThat(root.resolve("a")).hasContent("a");
        assertThat(root.resolve("b")).doesNotExist();
        assertThat(root.resolve("linked")).doesNotExist();
        assertThat(stagingNames()).isEmpty();
    }

    /** The list itself may take the symlink away, or put one there. */
    @Test
    void symlinkCountsAsItIsWhenItsTurnHasCome() throws Exception {
        Path outside = makeOutside();
        Files.createSymbolicLink(root.resolve("up"), root.relativize(outside));
        Files.createDirectory(root.resolve("dir"));
        Files.writeString(root.resolve("dir/x"), "x");
        handOver();
        List<String> before = treeOf(outside);

        List<Result> results = apply(
                List.of(
                        new RemoveFile(path("up")),
                        new MakeDirectory(path("up")),
                        put("up/new", MadeContent.of("new")),
                        new RemoveFile(path("dir/x")),
                        new RemoveDirectory(path("dir")),
                        new PutSymlink(path("dir"), "up", new Attributes(0777, Account.UID, Account.GID, MTIME)),
                        put("dir/through", MadeContent.of("through")),
                        put("after", MadeContent.of("after"))),
                Monitor.NONE);

        for (int i = 0; i < results.size(); i++) {
            if (i == 6) {
                assertFailed(results.get(i), ErrorCode.OUTSIDE_ROOT);
            } else {
                assertDone(results.get(i));
            }
        }
        assertThat(treeOf(outside)).isEqualTo(before);
        assertThat(root.resolve("up/new")).hasContent("new");
        assertThat(root.resolve("up/through")).doesNotExist();
        assertThat(root.resolve("dir")).isSymbolicLink();
        assertThat(root.resolve("after")).hasContent("after");
    }

    /** Between two looks nobody can be kept from it; but what went through is not said to have been delivered. */
    @Test
    void symlinkPutInTheDirectorysPlaceMeanwhileIsToldOf() throws Exception {
        Path outside = makeOutside();
        Files.createDirectory(root.resolve("dir"));
        AtomicBoolean put = new AtomicBoolean();
        MadeContent content = MadeContent.of("new").beforeRead(place -> {
            if (put.compareAndSet(false, true)) {
                replaceByLink(root.resolve("dir"), root.relativize(outside));
            }
        });

        List<Result> results = apply(List.of(put("dir/x", content), put("y", MadeContent.of("y"))), Monitor.NONE);

        assertThat(put).isTrue();
        assertFailed(results.get(0), ErrorCode.OUTSIDE_ROOT);
        assertDone(results.get(1));
        assertFailed(apply(put("dir/x", MadeContent.of("again"))), ErrorCode.OUTSIDE_ROOT);
    }

    private static void replaceByLink(Path directory, Path to) {
        try {
            Files.delete(directory);
            Files.createSymbolicLink(directory, to);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Beside the root; what is in it could be changed through a symlink. */
    private Path makeOutside() throws IOException {
        Path outside = Files.createDirectory(root.resolveSibling(root.getFileName() + "-outside"));
        Files.createDirectory(outside.resolve("sub"));
        Files.createDirectory(outside.resolve("empty"));
        Files.writeString(outside.resolve("file"), "theirs");
        for (String name : List.of("", "sub", "empty")) {
            LocalModes.set(outside.resolve(name), 0777);
        }
        LocalModes.set(outside.resolve("file"), 0666);
        return outside;
    }

    private static List<String> treeOf(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.sorted().map(TargetSessionContract::state).toList();
        }
    }

    private static String state(Path path) {
        try {
            return path + " "
                    + Files.readAttributes(
                            path, "unix:mode,uid,size,ino,nlink,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // Making and looking

    @Test
    void putsFileWithContentAndAttributes() throws Exception {
        MadeContent content = MadeContent.of(700_001, "some text ", 0640, Account.UID, Account.GID);

        Result result = apply(put("a.txt", content));

        assertDelivered(result, 700_001, content);
        assertThat(sha256(root.resolve("a.txt"))).isEqualTo(content.hash().hex());
        assertThat(session.look(path("a.txt")))
                .contains(new TargetEntry(path("a.txt"), FileType.FILE, 700_001, MTIME, 0640, uid(), gid(), null));
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void putsEmptyFile() throws Exception {
        assertDone(apply(put("empty", MadeContent.of(""))));
        assertThat(Files.size(root.resolve("empty"))).isZero();
    }

    @Test
    void putReplacesFileAndSymlink() throws Exception {
        Files.writeString(root.resolve("file"), "old and longer");
        Files.createSymbolicLink(root.resolve("link"), Path.of("file"));

        assertDone(apply(put("file", MadeContent.of("new"))));
        assertDone(apply(put("link", MadeContent.of("no link"))));

        assertThat(root.resolve("file")).hasContent("new");
        assertThat(Files.isSymbolicLink(root.resolve("link"))).isFalse();
        assertThat(root.resolve("link")).hasContent("no link");
    }

    @Test
    void putRefusesDirectoryInPlaceAndMissingParent() throws Exception {
        Files.createDirectories(root.resolve("dir/sub"));
        Files.writeString(root.resolve("file"), "x");

        assertFailed(apply(put("dir", MadeContent.of("x"))), ErrorCode.TARGET_CONFLICT);
        assertFailed(apply(put("none/x", MadeContent.of("x"))), ErrorCode.PARENT_MISSING);
        assertFailed(apply(put("file/x", MadeContent.of("x"))), ErrorCode.TARGET_CONFLICT);

        assertThat(root.resolve("dir/sub")).isDirectory();
        assertThat(root.resolve("file")).hasContent("x");
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void sourceThatChangesWhileItIsReadIsNotPublished() throws Exception {
        Files.writeString(root.resolve("a"), "old");

        Result result = apply(put(
                "a",
                MadeContent.of(300_000, "torn", 0644, Account.UID, Account.GID).changing()));

        assertFailed(result, ErrorCode.SOURCE_CHANGED);
        assertThat(root.resolve("a")).hasContent("old");
        assertThat(stagingNames()).isEmpty();
    }

    /** A log without end: what was there when it was opened arrives whole, under the times it had then. */
    @Test
    void sourceThatOnlyGrowsWhileItIsReadIsPublishedAsItWasOpened() throws Exception {
        MadeContent log = MadeContent.of(40_000_001, "line\n", 0644, Account.UID, Account.GID)
                .growing();

        Result result = apply(put("log", log));

        assertDelivered(result, 40_000_001, log);
        assertThat(root.resolve("log")).hasSize(40_000_001);
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void sourceThatGrowsAndBeginsOtherwiseThanItWasReadIsNotPublished() throws Exception {
        Files.writeString(root.resolve("a"), "old");

        Result result = apply(put(
                "a",
                MadeContent.of(300_000, "torn", 0644, Account.UID, Account.GID)
                        .growing()
                        .rewritten()));

        assertFailed(result, ErrorCode.SOURCE_CHANGED);
        assertThat(root.resolve("a")).hasContent("old");
        assertThat(stagingNames()).isEmpty();
    }

    /** Rule 28: after seconds, not after two hundred gigabytes. */
    @Test
    void aLargeSourceThatChangesIsGivenUpOnTheWay() throws Exception {
        MadeContent changing = MadeContent.of(64L << 20, "torn", 0644, Account.UID, Account.GID)
                .changing();
        AtomicLong read = new AtomicLong();

        assertFailed(apply(put("a", changing.beforeRead(read::set))), ErrorCode.SOURCE_CHANGED);

        assertThat(read.get()).isLessThan(32L << 20);
        assertThat(stagingNames()).isEmpty();
    }

    /** Rule 28: asked to, it is put as it was read, and said to be so. */
    @Test
    void sourceThatNeverHoldsStillIsPublishedAsItWasReadWhereThatIsAskedFor() throws Exception {
        MadeContent changing = MadeContent.of(20_000_001, "torn", 0644, Account.UID, Account.GID)
                .changing();
        MadeContent rewritten = MadeContent.of(300_000, "other", 0644, Account.UID, Account.GID)
                .growing()
                .rewritten();
        MadeContent shrunk =
                MadeContent.of(300_000, "less", 0644, Account.UID, Account.GID).shrinkingTo(1000);
        MadeContent growing =
                MadeContent.of(300_000, "more", 0644, Account.UID, Account.GID).growing();
        MadeContent still = MadeContent.of("still");

        List<Result> results = apply(
                List.of(
                        unstable("changing", changing),
                        unstable("rewritten", rewritten),
                        unstable("shrunk", shrunk),
                        unstable("growing", growing),
                        unstable("still", still)),
                Monitor.NONE);

        assertUnstable(results.get(0), "changing", changing, 20_000_001);
        assertUnstable(results.get(1), "rewritten", rewritten, 300_000);
        assertUnstable(results.get(2), "shrunk", shrunk, 1000);
        assertDelivered(results.get(3), 300_000, growing);
        assertDelivered(results.get(4), 5, still);
        assertThat(stagingNames()).isEmpty();
    }

    private static PutFile unstable(String name, MadeContent content) {
        return new PutFile(path(name), content.state().size(), content, null, null, true);
    }

    private void assertUnstable(Result result, String name, MadeContent content, long size) throws IOException {
        assertDone(result);
        Result.Done done = (Result.Done) result;
        assertThat(done.unstable()).isTrue();
        assertThat(done.delivered()).isEqualTo(content.state().withSize(size));
        assertThat(done.bytes()).isEqualTo(size);
        assertThat(root.resolve(name)).hasSize(size);
        assertThat(done.hash()).isEqualTo(new ContentHash(sha256(root.resolve(name))));
    }

    @Test
    void sourceThatCannotBeReadConcernsOnlyItself() throws Exception {
        List<Result> results =
                apply(List.of(put("a", MadeContent.of("a").unreadable()), put("b", MadeContent.of("b"))), Monitor.NONE);

        assertFailed(results.get(0), ErrorCode.SOURCE_UNREADABLE);
        assertDone(results.get(1));
        assertThat(root.resolve("b")).hasContent("b");
    }

    @Test
    void putsSymlinkAsItIs() throws Exception {
        Files.writeString(root.resolve("old"), "x");
        Attributes attributes = new Attributes(0777, Account.UID, Account.GID, MTIME);

        assertDone(apply(new PutSymlink(path("link"), linkText(), attributes)));
        assertDone(apply(new PutSymlink(path("old"), "link", attributes)));

        TargetEntry entry = session.look(path("link")).orElseThrow();
        assertThat(entry.type()).isEqualTo(FileType.SYMLINK);
        assertThat(entry.linkTarget()).isEqualTo(linkText());
        if (session.capabilities().contains(Capability.SYMLINK_ATTRIBUTES)) {
            assertThat(entry.mtimeNanos()).isEqualTo(MTIME);
        }
        assertThat(Files.readSymbolicLink(root.resolve("old"))).isEqualTo(Path.of("link"));
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void symlinkRefusesDirectoryInPlaceAndMissingParent() throws Exception {
        Files.createDirectory(root.resolve("dir"));
        Attributes attributes = new Attributes(0777, Account.UID, Account.GID, MTIME);

        assertFailed(apply(new PutSymlink(path("dir"), "x", attributes)), ErrorCode.TARGET_CONFLICT);
        assertFailed(apply(new PutSymlink(path("none/l"), "x", attributes)), ErrorCode.PARENT_MISSING);
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void makesDirectoryOnceAndForAll() throws Exception {
        Files.writeString(root.resolve("file"), "x");

        assertDone(apply(new MakeDirectory(path("dir"))));
        assertDone(apply(new MakeDirectory(path("dir"))));
        assertFailed(apply(new MakeDirectory(path("file"))), ErrorCode.TARGET_CONFLICT);
        assertFailed(apply(new MakeDirectory(path("none/dir"))), ErrorCode.PARENT_MISSING);
        assertFailed(apply(new MakeDirectory(path("file/dir"))), ErrorCode.TARGET_CONFLICT);

        TargetEntry entry = session.look(path("dir")).orElseThrow();
        assertThat(entry.type()).isEqualTo(FileType.DIRECTORY);
        assertThat(entry.mode() & 0700).isEqualTo(0700);
    }

    @Test
    void looksAtManyPathsInTheOrderAsked() throws Exception {
        Files.writeString(root.resolve("a"), "aaa");
        Files.createDirectory(root.resolve("d"));
        List<RelativePath> wanted = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            wanted.add(path("none" + i));
        }
        wanted.add(path("a"));
        wanted.add(path("a/below-a-file"));
        wanted.add(path("d"));
        wanted.add(RelativePath.ROOT);

        List<Optional<TargetEntry>> seen = session.look(wanted);

        assertThat(seen.subList(0, 700)).allMatch(Optional::isEmpty);
        assertThat(seen.get(700).orElseThrow().size()).isEqualTo(3);
        assertThat(seen.get(701)).isEmpty();
        assertThat(seen.get(702).orElseThrow().type()).isEqualTo(FileType.DIRECTORY);
        assertThat(seen.get(703).orElseThrow().type()).isEqualTo(FileType.DIRECTORY);
    }

    @Test
    void listsDirectoryWithoutItsOwnHouse() throws Exception {
        for (int i = 0; i < 450; i++) {
            Files.writeString(root.resolve("f" + i), "x");
        }

        List<TargetEntry> entries = session.list(RelativePath.ROOT);

        assertThat(entries).hasSize(450).allMatch(entry -> entry.type() == FileType.FILE && entry.size() == 1);
        assertThat(entries).extracting(entry -> entry.path().toString()).contains("f0", "f449");
        assertThatThrownBy(() -> session.list(path("none"))).isInstanceOf(FreshetException.class);
        assertThatThrownBy(() -> session.list(path("f1"))).isInstanceOf(FreshetException.class);
    }

    @Test
    void listsManyDirectoriesAtOnceAndFollowsNoLink() throws Exception {
        List<RelativePath> wanted = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Files.createDirectories(root.resolve("d" + i));
            for (int file = 0; file < i * 5; file++) {
                Files.writeString(root.resolve("d" + i).resolve("f" + file), "xy");
            }
            wanted.add(path("d" + i));
        }
        Files.createDirectory(root.resolve("d7").resolve(".freshet"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("d9"));
        wanted.add(3, path("none"));
        wanted.add(path("link"));
        wanted.add(path("d1/f0"));

        List<TargetListing> listings = session.list(wanted);

        assertThat(listings).hasSize(103);
        assertThat(listings.get(3)).isInstanceOf(TargetListing.NoDirectory.class);
        assertThat(listings.get(101)).isInstanceOf(TargetListing.NoDirectory.class);
        assertThat(listings.get(102)).isInstanceOf(TargetListing.NoDirectory.class);
        for (int i = 0; i < 101; i++) {
            if (i != 3) {
                RelativePath directory = wanted.get(i);
                List<TargetEntry> entries = ((TargetListing.Entries) listings.get(i)).entries();
                assertThat(entries)
                        .hasSize(5 * Integer.parseInt(directory.toString().substring(1)))
                        .allMatch(entry ->
                                entry.size() == 2 && entry.path().parent().equals(directory));
            }
        }
        assertThat(session.list(List.of())).isEmpty();
    }

    @Test
    void oneUnreadableDirectoryAmongManyIsToldAndNoMore() throws Exception {
        Assumptions.assumeTrue(Account.UID != 0, "the superuser reads everything");
        Files.createDirectories(root.resolve("shut"));
        Files.createDirectories(root.resolve("open/below"));
        Files.setPosixFilePermissions(root.resolve("shut"), Set.of());
        try {
            List<TargetListing> listings = session.list(List.of(path("shut"), path("open")));

            assertThat(listings.get(0))
                    .isInstanceOfSatisfying(
                            TargetListing.Unreadable.class,
                            unreadable -> assertThat(unreadable.code()).isEqualTo(ErrorCode.PERMISSION_DENIED));
            assertThat(((TargetListing.Entries) listings.get(1)).entries()).hasSize(1);
        } finally {
            Files.setPosixFilePermissions(root.resolve("shut"), PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void namesAreBytes() throws Exception {
        List<byte[]> names = new ArrayList<>();
        names.add(new byte[] {'a', (byte) 0xff, (byte) 0xfe, 'b'});
        names.add("line\nfeed\t\\ \"quoted\" 'x' $HOME;*".getBytes(StandardCharsets.UTF_8));
        names.add("ünïcödé-日本".getBytes(StandardCharsets.UTF_8));
        names.add("-rf".getBytes(StandardCharsets.UTF_8));
        byte[] longest = new byte[255];
        Arrays.fill(longest, (byte) 'n');
        names.add(longest);
        Assumptions.assumeTrue(keepsAnyBytes(), "this server's names are not bytes");

        for (byte[] name : names) {
            RelativePath file = RelativePath.ROOT.child(name);
            assertDone(apply(new PutFile(file, 1, MadeContent.of("x"))));
            assertThat(session.look(file)).isPresent();
        }

        assertThat(session.list(RelativePath.ROOT))
                .extracting(TargetEntry::path)
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(RelativePath.ROOT::child).toList());
        for (byte[] name : names) {
            assertDone(apply(new RemoveFile(RelativePath.ROOT.child(name))));
        }
        assertThat(session.list(RelativePath.ROOT)).isEmpty();
    }

    /** Whether the server's own file names can be any bytes; not so for one that runs in a JVM. */
    protected boolean keepsAnyBytes() {
        return true;
    }

    /** The text of a symlink that the server can hold, best one that leads nowhere. */
    protected String linkText() {
        return "../over/there";
    }

    /** Whether the server sets the set-id bits that it is told to. */
    protected boolean keepsSetIdBits() {
        return true;
    }

    @Test
    void nameThatIsTooLongIsRefused() throws Exception {
        byte[] tooLong = new byte[256];
        Arrays.fill(tooLong, (byte) 'n');
        RelativePath file = RelativePath.ROOT.child(tooLong);

        assertFailed(apply(new PutFile(file, 1, MadeContent.of("x"))), ErrorCode.NAME_REFUSED);
        assertFailed(apply(new MakeDirectory(file)), ErrorCode.NAME_REFUSED);
        assertThat(stagingNames()).isEmpty();
    }

    // Changing and removing

    @Test
    void renamesFilesAndDirectories() throws Exception {
        Files.createDirectories(root.resolve("full/sub"));
        Files.createDirectory(root.resolve("empty"));
        Files.writeString(root.resolve("a"), "a");
        Files.writeString(root.resolve("b"), "b");

        assertDone(apply(new Rename(path("a"), path("b"))));
        assertDone(apply(new Rename(path("full"), path("empty"))));
        assertFailed(apply(new Rename(path("b"), path("empty"))), ErrorCode.TARGET_CONFLICT);
        assertFailed(apply(new Rename(path("none"), path("c"))), ErrorCode.TARGET_CONFLICT);
        assertFailed(apply(new Rename(path("b"), path("none/b"))), ErrorCode.PARENT_MISSING);
        Files.createDirectories(root.resolve("other/x"));
        assertFailed(apply(new Rename(path("other"), path("empty"))), ErrorCode.TARGET_CONFLICT);

        assertThat(root.resolve("b")).hasContent("a");
        assertThat(root.resolve("empty/sub")).isDirectory();
        assertThat(root.resolve("a")).doesNotExist();
    }

    @Test
    void linksNamesOfOneFile() throws Exception {
        Assumptions.assumeTrue(
                session.capabilities().contains(Capability.HARD_LINK), "this server makes no hard links");
        Files.createDirectory(root.resolve("dir"));
        Files.writeString(root.resolve("a"), "a");
        Files.writeString(root.resolve("b"), "b");
        Files.createSymbolicLink(root.resolve("link"), Path.of("a"));

        assertDone(apply(new Link(path("a"), path("b"))));
        assertDone(apply(new Link(path("a"), path("b"))));
        assertDone(apply(new Link(path("a"), path("dir/c"))));
        assertFailed(apply(new Link(path("a"), path("dir"))), ErrorCode.TARGET_CONFLICT);
        assertFailed(apply(new Link(path("a"), path("none/b"))), ErrorCode.PARENT_MISSING);
        assertThat(apply(new Link(path("link"), path("d")))).isInstanceOf(Result.Failed.class);
        assertThat(apply(new Link(path("none"), path("d")))).isInstanceOf(Result.Failed.class);

        Object inode = Files.getAttribute(root.resolve("a"), "unix:ino");
        assertThat(Files.getAttribute(root.resolve("b"), "unix:ino")).isEqualTo(inode);
        assertThat(Files.getAttribute(root.resolve("dir/c"), "unix:ino")).isEqualTo(inode);
        assertThat(root.resolve("d")).doesNotExist();
        assertThat(stagingNames()).isEmpty();
    }

    /** The names are of the file that the list puts, not of the one that was there before, nor of none. */
    @Test
    void linksNamesOfFileThatTheSameListPuts() throws Exception {
        Assumptions.assumeTrue(
                session.capabilities().contains(Capability.HARD_LINK), "this server makes no hard links");
        Files.writeString(root.resolve("replaced"), "old");
        MadeContent slow = MadeContent.of(8L << 20, "slow", 0644, Account.UID, Account.GID);

        List<Result> results = apply(
                List.of(
                        put("replaced", slow),
                        new Link(path("replaced"), path("first")),
                        put("new", MadeContent.of("new")),
                        new Link(path("new"), path("second")),
                        new MakeDirectory(path("dir")),
                        put("dir/below", MadeContent.of("below")),
                        new Rename(path("dir"), path("moved")),
                        new Link(path("moved/below"), path("third")),
                        put("new", MadeContent.of("newer"))),
                Monitor.NONE);

        assertThat(results).allMatch(result -> result instanceof Result.Done);
        assertThat(Files.getAttribute(root.resolve("first"), "unix:ino"))
                .isEqualTo(Files.getAttribute(root.resolve("replaced"), "unix:ino"));
        assertThat(root.resolve("first")).hasSize(8L << 20);
        assertThat(root.resolve("second")).hasContent("new");
        assertThat(root.resolve("third")).hasContent("below");
        assertThat(root.resolve("new")).hasContent("newer");
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void removesFilesSymlinksAndWhatIsNotThere() throws Exception {
        Files.writeString(root.resolve("a"), "a");
        Files.createDirectory(root.resolve("dir"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("dir"));

        assertDone(apply(new RemoveFile(path("a"))));
        assertDone(apply(new RemoveFile(path("a"))));
        assertDone(apply(new RemoveFile(path("link"))));
        assertDone(apply(new RemoveFile(path("none/at/all"))));
        assertFailed(apply(new RemoveFile(path("dir"))), ErrorCode.TARGET_CONFLICT);
        Files.writeString(root.resolve("file"), "x");
        assertFailed(apply(new RemoveFile(path("file/below"))), ErrorCode.TARGET_CONFLICT);

        assertThat(root.resolve("dir")).isDirectory();
    }

    @Test
    void removesEmptyDirectoriesOnly() throws Exception {
        Files.createDirectories(root.resolve("dir/sub"));
        Files.writeString(root.resolve("file"), "x");

        assertFailed(apply(new RemoveDirectory(path("dir"))), ErrorCode.TARGET_CONFLICT);
        assertFailed(apply(new RemoveDirectory(path("file"))), ErrorCode.TARGET_CONFLICT);
        assertDone(apply(new RemoveDirectory(path("dir/sub"))));
        assertDone(apply(new RemoveDirectory(path("dir"))));
        assertDone(apply(new RemoveDirectory(path("dir"))));

        assertThat(root.resolve("dir")).doesNotExist();
        assertThat(root.resolve("file")).exists();
    }

    @Test
    void setsAttributesNeverThroughLink() throws Exception {
        Files.createDirectory(root.resolve("dir"));
        Files.writeString(root.resolve("file"), "x");
        Files.createSymbolicLink(root.resolve("link"), Path.of("file"));
        Attributes attributes = new Attributes(0551, Account.UID, Account.GID, MTIME);

        assertDone(apply(new SetAttributes(path("dir"), attributes)));
        assertFailed(apply(new SetAttributes(path("link"), attributes)), ErrorCode.TARGET_CONFLICT);
        assertFailed(apply(new SetAttributes(path("none"), attributes)), ErrorCode.TARGET_CONFLICT);

        TargetEntry directory = session.look(path("dir")).orElseThrow();
        assertThat(directory.mode()).isEqualTo(0551);
        assertThat(directory.mtimeNanos()).isEqualTo(MTIME);
        assertThat(session.look(path("file")).orElseThrow().mode()).isNotEqualTo(0551);
        assertDone(apply(new SetAttributes(RelativePath.ROOT, new Attributes(0755, Account.UID, Account.GID, MTIME))));
        assertThat(session.look(RelativePath.ROOT).orElseThrow().mtimeNanos()).isEqualTo(MTIME);
    }

    @Test
    void superuserSetsOwnerBeforeSetIdBits() throws Exception {
        Assumptions.assumeTrue(session.capabilities().contains(Capability.CHANGE_OWNER), "needs the superuser");

        assertDone(apply(put("a", MadeContent.of(1, "x", 06755, 1234, 2345))));
        Files.createDirectory(root.resolve("dir"));
        assertDone(apply(new SetAttributes(path("dir"), new Attributes(02775, 1234, 2345, MTIME))));
        assertDone(apply(new PutSymlink(path("l"), "a", new Attributes(0777, 1234, 2345, MTIME))));

        TargetEntry file = session.look(path("a")).orElseThrow();
        int setId = keepsSetIdBits() ? 07777 : 0777;
        assertThat(List.of(file.uid(), file.gid(), file.mode())).containsExactly(1234, 2345, 06755 & setId);
        TargetEntry directory = session.look(path("dir")).orElseThrow();
        assertThat(List.of(directory.uid(), directory.gid(), directory.mode()))
                .containsExactly(1234, 2345, 02775 & setId);
        assertThat(session.look(path("l")).orElseThrow().uid()).isEqualTo(1234);
    }

    @Test
    void ordinaryAccountDropsSetIdBits() throws Exception {
        Assumptions.assumeFalse(session.capabilities().contains(Capability.CHANGE_OWNER), "needs an ordinary user");

        assertDone(apply(put("a", MadeContent.of(1, "x", 06755, Account.UID + 1, Account.GID))));

        assertThat(session.look(path("a")).orElseThrow().mode()).isEqualTo(0755);
    }

    @Test
    void syncsDirectory() throws Exception {
        Assumptions.assumeTrue(session.capabilities().contains(Capability.DIRECTORY_SYNC), "cannot flush directories");
        Files.createDirectory(root.resolve("dir"));

        assertDone(apply(new SyncDirectory(path("dir"))));
        assertDone(apply(new SyncDirectory(RelativePath.ROOT)));
        assertThat(apply(new SyncDirectory(path("none")))).isInstanceOf(Result.Failed.class);
    }

    @Test
    void ordinaryAccountIsDeniedWhatTheModeForbidsAndNothingElse() throws Exception {
        Assumptions.assumeFalse(
                session.capabilities().contains(Capability.CHANGE_OWNER), "the superuser is denied nothing");
        Files.createDirectory(root.resolve("locked"));
        Files.writeString(root.resolve("locked/a"), "a");
        LocalModes.set(root.resolve("locked"), 0555);

        List<Result> results = apply(
                List.of(
                        put("before", MadeContent.of("x")),
                        put("locked/b", MadeContent.of("x")),
                        put("locked/a", MadeContent.of("x")),
                        new RemoveFile(path("locked/a")),
                        new MakeDirectory(path("locked/d")),
                        new Rename(path("before"), path("locked/e")),
                        put("after", MadeContent.of("x"))),
                Monitor.NONE);

        LocalModes.set(root.resolve("locked"), 0755);
        assertDone(results.get(0));
        results.subList(1, 6).forEach(result -> assertFailed(result, ErrorCode.PERMISSION_DENIED));
        assertDone(results.get(6));
        assertThat(root.resolve("before")).exists();
        assertThat(root.resolve("after")).exists();
        assertThat(root.resolve("locked/a")).hasContent("a");
        assertThat(stagingNames()).isEmpty();
    }

    // Many at a time

    @Test
    void noMoreFilesAreUnderWayThanTheMonitorAllows() throws Exception {
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            operations.add(put("f" + i, MadeContent.of(String.valueOf(i).repeat(300_000))));
        }
        MadeContent.mostOpen();

        List<Result> results = apply(operations, new Monitor() {
            @Override
            public void sent(Operation operation, long count) {}

            @Override
            public int filesAtOnce() {
                return 2;
            }

            @Override
            public void ended(Operation operation, Result result) {}

            @Override
            public boolean stopRequested() {
                return false;
            }
        });

        assertThat(results).allMatch(result -> result instanceof Result.Done);
        assertThat(MadeContent.mostOpen()).as("sources open at a time").isLessThanOrEqualTo(2);
    }

    @Test
    void twoThousandSmallFilesAndWhatDependsOnThemInOneList() throws Exception {
        Files.writeString(root.resolve("stale"), "x");
        List<Operation> operations = new ArrayList<>();
        operations.add(new RemoveFile(path("stale")));
        operations.add(new MakeDirectory(path("stale")));
        operations.add(new MakeDirectory(path("stale/deep")));
        for (int i = 0; i < 2000; i++) {
            operations.add(put("stale/deep/f" + i, MadeContent.of("content " + i)));
        }
        operations.add(new SetAttributes(path("stale/deep"), new Attributes(0750, Account.UID, Account.GID, MTIME)));
        operations.add(put("stale/deep/f7", MadeContent.of("second")));
        operations.add(new Rename(path("stale/deep"), path("moved")));
        operations.add(new RemoveFile(path("moved/f0")));
        operations.add(put("moved/f1", MadeContent.of("after the move")));
        operations.add(new SetAttributes(path("moved"), new Attributes(0711, Account.UID, Account.GID, MTIME)));
        operations.add(new RemoveDirectory(path("stale")));
        operations.add(put("stale", MadeContent.of("a file again")));
        AtomicInteger ended = new AtomicInteger();
        AtomicLong bytes = new AtomicLong();
        MadeContent.mostOpen();

        List<Result> results = apply(operations, new Monitor() {
            @Override
            public void sent(Operation operation, long count) {
                bytes.addAndGet(count);
            }

            @Override
            public void ended(Operation operation, Result result) {
                ended.incrementAndGet();
            }

            @Override
            public boolean stopRequested() {
                return false;
            }
        });

        assertThat(results).hasSize(operations.size()).allMatch(result -> result instanceof Result.Done);
        assertThat(ended.get()).isEqualTo(operations.size());
        assertThat(MadeContent.mostOpen()).as("sources open at a time").isLessThanOrEqualTo(128);
        assertThat(bytes.get())
                .isEqualTo(results.stream()
                        .mapToLong(result -> ((Result.Done) result).bytes())
                        .sum());
        try (Stream<Path> files = Files.list(root.resolve("moved"))) {
            assertThat(files.count()).isEqualTo(1999);
        }
        assertThat(root.resolve("moved/f1999")).hasContent("content 1999");
        assertThat(root.resolve("moved/f7")).hasContent("second");
        assertThat(root.resolve("moved/f1")).hasContent("after the move");
        assertThat(root.resolve("stale")).hasContent("a file again");
        TargetEntry moved = session.look(path("moved")).orElseThrow();
        assertThat(moved.mode()).isEqualTo(0711);
        assertThat(moved.mtimeNanos()).isEqualTo(MTIME);
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void operationsOnOnePathTakeEffectInTheirOrderHoweverLongTheyTake() throws Exception {
        MadeContent slow = MadeContent.of(24L << 20, "slow", 0644, Account.UID, Account.GID);
        List<Operation> operations = List.of(
                put("x", slow),
                put("x", MadeContent.of("quick")),
                new Rename(path("x"), path("y")),
                put("x", slow),
                new Rename(path("x"), path("z")),
                put("x", MadeContent.of("last")),
                put("w", slow),
                new RemoveFile(path("w")));

        assertThat(apply(operations, Monitor.NONE)).allMatch(result -> result instanceof Result.Done);

        assertThat(root.resolve("x")).hasContent("last");
        assertThat(root.resolve("y")).hasContent("quick");
        assertThat(root.resolve("z")).hasSize(24L << 20);
        assertThat(root.resolve("w")).doesNotExist();
    }

    @Test
    void failureDoesNotStopTheOthers() throws Exception {
        Files.createDirectories(root.resolve("d500/x"));
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            operations.add(put(i % 2 == 0 ? "none/f" + i : "f" + i, MadeContent.of("x")));
        }
        operations.add(put("d500", MadeContent.of("x")));

        List<Result> results = apply(operations, Monitor.NONE);

        for (int i = 0; i < 1000; i++) {
            if (i % 2 == 0) {
                assertFailed(results.get(i), ErrorCode.PARENT_MISSING);
            } else {
                assertDone(results.get(i));
            }
        }
        assertFailed(results.get(1000), ErrorCode.TARGET_CONFLICT);
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void readerOfTheFinalNameNeverSeesShortFile() throws Exception {
        long size = 64L << 20;
        Path file = root.resolve("big");
        assertDone(apply(put("big", MadeContent.of(size, "first ", 0644, Account.UID, Account.GID))));
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger looks = new AtomicInteger();
        AtomicLong shortest = new AtomicLong(Long.MAX_VALUE);
        Thread reader = new Thread(() -> {
            while (!done.get()) {
                try {
                    shortest.accumulateAndGet(Files.size(file), Math::min);
                    looks.incrementAndGet();
                } catch (IOException e) {
                    shortest.set(-1);
                }
            }
        });
        reader.start();
        MadeContent second = MadeContent.of(size, "second", 0644, Account.UID, Account.GID);

        Result result = apply(put("big", second));

        done.set(true);
        reader.join();
        assertDelivered(result, size, second);
        assertThat(sha256(file)).isEqualTo(second.hash().hex());
        assertThat(shortest.get()).isEqualTo(size);
        assertThat(looks.get()).isPositive();
    }

    @Test
    void stopEndsWhatHasNotBegun() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        Files.writeString(root.resolve("big"), "old");
        MadeContent big = MadeContent.of(64L << 20, "x", 0644, Account.UID, Account.GID)
                .beforeRead(place -> {
                    if (place > 1 << 20) {
                        stop.set(true);
                    }
                });
        List<Operation> operations = new ArrayList<>();
        operations.add(new MakeDirectory(path("made")));
        operations.add(put("big", big));
        operations.add(new Rename(path("big"), path("moved")));
        for (int i = 0; i < 500; i++) {
            operations.add(put("f" + i, MadeContent.of("x")));
        }
        // Small files may have gone ahead of all else.
        operations.add(put("late", MadeContent.of(16L << 20, "x", 0644, Account.UID, Account.GID)));

        List<Result> results = apply(operations, new Monitor() {
            @Override
            public void sent(Operation operation, long bytes) {
                sent.addAndGet(bytes);
            }

            @Override
            public void ended(Operation operation, Result result) {}

            @Override
            public boolean stopRequested() {
                return stop.get();
            }
        });

        assertThat(sent.get()).as("bytes sent in spite of the stop").isLessThan(32L << 20);
        assertDone(results.get(0));
        assertFailed(results.get(1), ErrorCode.STOPPED);
        assertFailed(results.get(2), ErrorCode.STOPPED);
        assertFailed(results.get(503), ErrorCode.STOPPED);
        assertThat(root.resolve("late")).doesNotExist();
        for (int i = 3; i < 503; i++) {
            assertThat(Files.exists(root.resolve("f" + (i - 3)))).isEqualTo(results.get(i) instanceof Result.Done);
        }
        assertThat(root.resolve("big")).hasContent("old");
        assertThat(stagingNames()).isEmpty();
    }

    // Changed blocks

    protected static final int BLOCK = 64 * 1024;

    @Test
    void ofAChangedFileOnlyChangedBlocksTravelWhereTheTargetCanHashTheRest() throws Exception {
        byte[] bytes = randomBytes(20 * BLOCK * 16 + 777);
        Operation.Base base = deliverFirst("big", bytes);
        bytes[5] ^= 1;
        bytes[9_000_000] ^= 1;

        Result.Done done = putOver("big", base, bytes);

        assertThat(done.bytes()).isEqualTo(copiesBlocks() ? 2 * BLOCK : bytes.length);
    }

    @Test
    void ofAFileThatGrewOrShrankOnlyTheTailTravels() throws Exception {
        byte[] bytes = randomBytes(100 * BLOCK + 1);
        Operation.Base base = deliverFirst("log", bytes);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 3 * BLOCK);

        Result.Done grown = putOver("log", base, longer);

        assertThat(grown.bytes()).isEqualTo(copiesBlocks() ? 3 * BLOCK + 1 : longer.length);
        if (grown.blocks() != null) {
            Operation.Base next = new Operation.Base(longer.length, MadeContent.MTIME_NANOS, grown.blocks());
            byte[] shorter = Arrays.copyOf(longer, 70 * BLOCK + 5);
            assertThat(putOver("log", next, shorter).bytes()).isEqualTo(copiesBlocks() ? 5 : shorter.length);
        }
    }

    /** Rule 1: somebody wrote into the file, or a backup came back, and neither size nor whole second tells. */
    @Test
    void aBaseThatIsNotWhatItIsBelievedToBeIsNeverBuiltUpon() throws Exception {
        byte[] bytes = randomBytes(100 * BLOCK);
        Operation.Base base = deliverFirst("big", bytes);
        Path file = root.resolve("big");
        FileTime time = Files.getLastModifiedTime(file);
        byte[] edited = bytes.clone();
        edited[50 * BLOCK] ^= 1;
        Files.write(file, edited);
        Files.setLastModifiedTime(file, time);
        bytes[3] ^= 1;

        Result.Done done = putOver("big", base, bytes);

        assertThat(done.bytes()).isEqualTo(bytes.length);
    }

    @Test
    void aBaseThatIsGoneOrOfAnotherSizeOrTimeIsNotUsed() throws Exception {
        byte[] bytes = randomBytes(70 * BLOCK);
        Operation.Base base = deliverFirst("big", bytes);
        Path file = root.resolve("big");

        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        assertThat(putOver("big", base, bytes).bytes()).isEqualTo(bytes.length);
        Files.write(file, new byte[] {1});
        assertThat(putOver("big", base, bytes).bytes()).isEqualTo(bytes.length);
        Files.delete(file);
        assertThat(putOver("big", base, bytes).bytes()).isEqualTo(bytes.length);
    }

    // Partials

    private static final int LARGE = 16 * 16 * BLOCK + 4321;

    /** Wherever it was stopped, whoever goes on: what has arrived does not travel again. */
    @Test
    void aStoppedFileGoesOnWhereItStoppedUnderTheSameAndUnderANewGate() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        MadeContent content = MadeContent.of(randomBytes(LARGE));
        long place = random.nextInt(LARGE * 3 / 4);
        Files.writeString(root.resolve("big"), "old");

        long first = stopAfter(place, large("big", content), session);
        assertThat(partialsOf(content)).as("seed %d", seed).hasSize(copiesBlocks() ? 1 : 0);
        assertThat(root.resolve("big")).hasContent("old");
        long second = stopAfter((LARGE - first) / 2, large("big", content), session);
        try (TargetSession next = connect()) {
            next.enterGate(2, "second");
            next.sweepStaging(Set.of(keyOf(content)));

            Result result =
                    next.apply(List.of(large("big", content)), Monitor.NONE).get(0);

            long there = first / BLOCK * BLOCK + second;
            assertDelivered(result, copiesBlocks() ? LARGE - there / BLOCK * BLOCK : LARGE, content);
        }
        assertThat(sha256(root.resolve("big")))
                .as("seed %d", seed)
                .isEqualTo(content.hash().hex());
        assertThat(partialsOf(content)).isEmpty();
        assertThat(stagingNames()).isEmpty();
    }

    /** Under which path, is all the same. */
    @Test
    void aPartialIsOfUseUnderAnotherName() throws Exception {
        MadeContent content = MadeContent.of(randomBytes(LARGE));
        long first = stopAfter(LARGE / 2, large("before", content), session);

        Result result = apply(large("after", content));

        assertDelivered(result, copiesBlocks() ? LARGE - first / BLOCK * BLOCK : LARGE, content);
        assertThat(partialsOf(content)).isEmpty();
    }

    /** Rule 1: nobody knows what happened to it in between. */
    @Test
    void aPartialThatIsNotWhatWasSentIsNeverBuiltUpon() throws Exception {
        MadeContent content = MadeContent.of(randomBytes(LARGE));
        stopAfter(LARGE / 2, large("big", content), session);
        for (Path partial : partialsOf(content)) {
            overwrite(partial, 3 * BLOCK);
        }

        Result result = apply(large("big", content));

        assertDelivered(result, LARGE, content);
        assertThat(sha256(root.resolve("big"))).isEqualTo(content.hash().hex());
        assertThat(partialsOf(content)).isEmpty();
    }

    @Test
    void aPartialOfAnotherVersionIsNotUsedAndGoesWithTheSweepThatDoesNotNameIt() throws Exception {
        MadeContent old = MadeContent.of(randomBytes(LARGE));
        MadeContent content = old.writtenAt(MTIME + 1);
        Files.writeString(
                root.resolve(".freshet").resolve(PartialName.fresh(keyOf(old)).toString()), "left over");
        stopAfter(LARGE / 2, large("big", old), session);
        int left = partialsOf(old).size();
        session.sweepStaging(Set.of(keyOf(old)));
        assertThat(partialsOf(old)).hasSize(left);

        assertDelivered(apply(large("big", content)), LARGE, content);

        assertThat(partialsOf(old)).hasSize(left);
        session.removePartials(Set.of(keyOf(content)));
        assertThat(partialsOf(old)).hasSize(left);
        session.removePartials(Set.of(keyOf(old)));
        assertThat(partialsOf(old)).isEmpty();
        stopAfter(LARGE / 2, large("big", old), session);
        session.sweepStaging(Set.of(keyOf(content)));
        assertThat(partialsOf(old)).isEmpty();
    }

    @Test
    void nothingIsKeptOfAFileThatChangedOrIsNotTheVersionThatWasAskedFor() throws Exception {
        MadeContent changing = MadeContent.of(randomBytes(LARGE)).changing();
        assertFailed(apply(large("big", changing)), ErrorCode.SOURCE_CHANGED);
        assertThat(partialsOf(changing)).isEmpty();

        MadeContent content = MadeContent.of(randomBytes(LARGE));
        PartialKey other = keyOf(content.writtenAt(7));
        stopAfter(LARGE / 2, new PutFile(path("big"), LARGE, content, null, other, false), session);

        assertThat(houseNames()).noneMatch(name -> PartialName.parse(name).isPresent());
        assertThat(stagingNames()).isEmpty();
    }

    /** The beginning is in the partial, and of the rest most is in the version that the target has. */
    @Test
    void aPartialAndAnEarlierVersionAreBothBuiltUpon() throws Exception {
        byte[] bytes = randomBytes(LARGE);
        Operation.Base base = deliverFirst("big", bytes);
        bytes[5] ^= 1;
        bytes[LARGE / 4] ^= 1;
        bytes[LARGE - 1] ^= 1;
        MadeContent content = MadeContent.of(bytes).writtenAt(MTIME + 1_000_000_000);
        PutFile put = new PutFile(path("big"), LARGE, content, base, keyOf(content), false);
        AtomicLong read = new AtomicLong();
        content.beforeRead(read::set);
        long first = stopWhen(() -> read.get() > LARGE / 2, put, session);

        Result.Done done = (Result.Done) apply(put);

        assertThat(first).isEqualTo(copiesBlocks() ? 2 * BLOCK : first);
        assertDelivered(done, copiesBlocks() ? 4321 : LARGE, content);
        assertThat(sha256(root.resolve("big"))).isEqualTo(content.hash().hex());
        assertThat(partialsOf(content)).isEmpty();
    }

    /** A large file lets others go on between its blocks, and two of them arrive side by side. */
    @Test
    void largeFilesAndSmallOnesShareTheConnection() throws Exception {
        Assumptions.assumeTrue(copiesBlocks(), "a local copy has nothing to share");
        MadeContent one = MadeContent.of(64L << 20, "one", 0644, Account.UID, Account.GID);
        MadeContent two = MadeContent.of(64L << 20, "two", 0644, Account.UID, Account.GID);
        List<String> ended = new ArrayList<>();
        AtomicLong sentOfOne = new AtomicLong();
        AtomicLong sentOfOneWhenTwoBegan = new AtomicLong(-1);
        List<Operation> operations = new ArrayList<>(List.of(put("one", one), put("two", two)));
        for (int i = 0; i < 20; i++) {
            operations.add(put("small" + i, MadeContent.of("small")));
        }

        apply(operations, new Monitor() {
            @Override
            public void sent(Operation operation, long bytes) {
                if (operation.path().equals(path("one"))) {
                    sentOfOne.addAndGet(bytes);
                } else if (operation.path().equals(path("two"))) {
                    sentOfOneWhenTwoBegan.compareAndSet(-1, sentOfOne.get());
                }
            }

            @Override
            public void ended(Operation operation, Result result) {
                ended.add(operation.path().toString());
            }

            @Override
            public boolean stopRequested() {
                return false;
            }
        });

        assertThat(ended.subList(0, 20)).allMatch(name -> name.startsWith("small"));
        assertThat(sentOfOneWhenTwoBegan.get()).isLessThan(16L << 20);
    }

    private static PartialKey keyOf(MadeContent content) {
        return PartialKey.of(content.state());
    }

    private static PutFile large(String name, MadeContent content) {
        return new PutFile(path(name), content.state().size(), content, null, keyOf(content), false);
    }

    private List<Path> partialsOf(MadeContent content) throws IOException {
        Path house = root.resolve(".freshet");
        return houseNames().stream()
                .filter(name -> PartialName.parse(name)
                        .filter(partial -> partial.key().equals(keyOf(content)))
                        .isPresent())
                .map(house::resolve)
                .toList();
    }

    /** Stops a delivery when so many bytes were sent; returns how many were. */
    private long stopAfter(long bytes, PutFile put, TargetSession by) {
        AtomicLong sent = new AtomicLong();
        return stopWhen(() -> sent.get() > bytes, put, by, sent);
    }

    private long stopWhen(BooleanSupplier when, PutFile put, TargetSession by) {
        return stopWhen(when, put, by, new AtomicLong());
    }

    private long stopWhen(BooleanSupplier when, PutFile put, TargetSession by, AtomicLong sent) {
        handOver();
        List<Result> results = by.apply(List.of(put), new Monitor() {
            @Override
            public void sent(Operation operation, long bytes) {
                sent.addAndGet(bytes);
            }

            @Override
            public void ended(Operation operation, Result result) {}

            @Override
            public boolean stopRequested() {
                return when.getAsBoolean();
            }
        });
        assertFailed(results.get(0), ErrorCode.STOPPED);
        return sent.get();
    }

    // Hashing

    @Test
    void hashesWhatFilesHoldAndNothingElse() throws Exception {
        MadeContent large = MadeContent.of(3_000_001, "large", 0644, Account.UID, Account.GID);
        assertDone(apply(put("large", large)));
        assertDone(apply(put("empty", MadeContent.of(""))));
        assertDone(apply(put("a b\nc\\\\d", MadeContent.of("odd"))));
        Files.createDirectory(root.resolve("dir"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("large"));
        List<RelativePath> paths =
                List.of(path("none"), path("large"), path("dir"), path("link"), path("empty"), path("a b\nc\\\\d"));

        List<Optional<ContentHash>> hashes = session.hash(paths, Monitor.NONE);

        assertThat(hashes)
                .containsExactly(
                        Optional.empty(),
                        Optional.of(large.hash()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(MadeContent.of("").hash()),
                        Optional.of(MadeContent.of("odd").hash()));
    }

    @Test
    void hashesManyFiles() throws Exception {
        List<RelativePath> paths = new ArrayList<>();
        List<Optional<ContentHash>> right = new ArrayList<>();
        // More than one command is given; where each file is fetched, fewer tell as much.
        int files = session.capabilities().contains(Capability.CHECKSUM) ? 1200 : 100;
        for (int i = 0; i < files; i++) {
            Files.writeString(root.resolve("f" + i), "text " + i);
            paths.add(path("f" + i));
            right.add(Optional.of(MadeContent.of("text " + i).hash()));
        }

        assertThat(session.hash(paths, Monitor.NONE)).isEqualTo(right);
    }

    private boolean copiesBlocks() {
        return session.capabilities().containsAll(Set.of(Capability.SERVER_COPY, Capability.CHECKSUM));
    }

    protected static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(4711).nextBytes(bytes);
        return bytes;
    }

    protected static void overwrite(Path file, long place) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), place);
        }
    }

    protected final Operation.Base deliverFirst(String name, byte[] bytes) {
        Result result = apply(put(name, MadeContent.of(bytes.clone())));
        assertDelivered(result, bytes.length, MadeContent.of(bytes));
        BlockMap blocks = ((Result.Done) result).blocks();
        // A target that never copies need not tell of blocks; it has to live with being told.
        return new Operation.Base(
                bytes.length, MadeContent.MTIME_NANOS, blocks == null ? new BlockMap(BLOCK, new byte[0]) : blocks);
    }

    protected final Result.Done putOver(String name, Operation.Base base, byte[] bytes) throws Exception {
        MadeContent content = MadeContent.of(bytes.clone());
        Result result = apply(new PutFile(path(name), bytes.length, content, base, null, false));
        assertDone(result);
        Result.Done done = (Result.Done) result;
        assertDelivered(result, done.bytes(), content);
        assertThat(sha256(root.resolve(name))).isEqualTo(content.hash().hex());
        assertThat(stagingNames()).isEmpty();
        return done;
    }

    // Lease, marker, staging

    @Test
    void whoLostTheLeaseCanChangeNothing() throws Exception {
        Assumptions.assumeTrue(session.capabilities().contains(Capability.GATE), "the server does not follow the gate");
        Files.writeString(root.resolve("a"), "a");
        Files.createDirectory(root.resolve("dir"));
        List<Operation> late = List.of(
                put("a", MadeContent.of("late")),
                new Rename(path("a"), path("b")),
                new RemoveFile(path("a")),
                new RemoveFile(path("none")),
                new RemoveDirectory(path("dir")),
                new MakeDirectory(path("new")),
                new PutSymlink(path("l"), "a", new Attributes(0777, Account.UID, Account.GID, MTIME)),
                new SetAttributes(path("a"), new Attributes(0600, Account.UID, Account.GID, MTIME)));
        List<String> before = tree();
        long epoch = 1;
        for (Operation operation : late) {
            session.enterGate(++epoch, "older");
            try (TargetSession newer = connect()) {
                newer.enterGate(++epoch, "newer");
            }

            assertFailed(apply(operation), ErrorCode.LEASE_LOST);

            assertThat(tree()).as("after %s", operation).isEqualTo(before);
            assertThatThrownBy(() -> session.look(path("none"))).satisfies(code(ErrorCode.LEASE_LOST));
            assertThatThrownBy(() -> session.list(path("dir"))).satisfies(code(ErrorCode.LEASE_LOST));
            assertThatThrownBy(() -> session.list(List.of(path("dir")))).satisfies(code(ErrorCode.LEASE_LOST));
            assertThatThrownBy(session::readMarker).satisfies(code(ErrorCode.LEASE_LOST));
        }
    }

    @Test
    void leaseLostInTheMiddleOfFileLeavesTheOldContent() throws Exception {
        Assumptions.assumeTrue(session.capabilities().contains(Capability.GATE), "the server does not follow the gate");
        Files.writeString(root.resolve("a"), "old");
        AtomicBoolean taken = new AtomicBoolean();
        MadeContent content = MadeContent.of(16L << 20, "x", 0644, Account.UID, Account.GID)
                .beforeRead(place -> {
                    if (place > 8 << 20 && taken.compareAndSet(false, true)) {
                        takeOver();
                    }
                });

        assertFailed(apply(put("a", content)), ErrorCode.LEASE_LOST);

        assertThat(taken).isTrue();
        assertThat(root.resolve("a")).hasContent("old");
    }

    /** A connection that broke may have left requests behind with its server; the next one must not be overtaken by them. */
    @Test
    void aLaterConnectionOfTheSameUserShutsTheEarlierOneOut() throws Exception {
        Assumptions.assumeTrue(session.capabilities().contains(Capability.GATE), "the server does not follow the gate");
        session.enterGate(5, "five", "bulk", 7);
        try (TargetSession beside = connect();
                TargetSession later = connect()) {
            beside.enterGate(5, "five", "express", 1);
            later.enterGate(5, "five", "bulk", 8);

            assertFailed(apply(put("late", MadeContent.of("x"))), ErrorCode.LEASE_LOST);
            assertDone(beside.apply(List.of(put("a", MadeContent.of("x"))), Monitor.NONE)
                    .get(0));
            assertDone(later.apply(List.of(put("b", MadeContent.of("x"))), Monitor.NONE)
                    .get(0));
        }
        assertThat(root.resolve("late")).doesNotExist();
        assertThat(houseNames()).containsExactly("g5-five-bulk8", "g5-five-express1");
    }

    private void takeOver() {
        try (TargetSession newer = connect()) {
            newer.enterGate(2, "newer");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void gateOfAnOlderOrEqualEpochIsNotEntered() throws Exception {
        Assumptions.assumeTrue(session.capabilities().contains(Capability.GATE), "the server does not follow the gate");
        session.enterGate(5, "five");
        try (TargetSession same = connect()) {
            same.enterGate(5, "five");
            assertDone(same.apply(List.of(put("same", MadeContent.of("x"))), Monitor.NONE)
                    .get(0));
        }
        try (TargetSession older = connect()) {
            assertThatThrownBy(() -> older.enterGate(4, "four")).satisfies(code(ErrorCode.LEASE_LOST));
            assertThatThrownBy(() -> older.apply(List.of(put("older", MadeContent.of("x"))), Monitor.NONE))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> older.enterGate(5, "twin")).satisfies(code(ErrorCode.LEASE_LOST));
        }

        assertDone(apply(put("own", MadeContent.of("x"))));
        assertThat(houseNames()).containsExactly("g5-five-only0");
        assertThat(session.look(path("older"))).isEmpty();
    }

    @Test
    void houseThatIsNoDirectoryIsSuspect() throws Exception {
        try (Stream<Path> entries = Files.list(root.resolve(".freshet"))) {
            for (Path entry : entries.toList()) {
                Files.delete(entry);
            }
        }
        Files.delete(root.resolve(".freshet"));
        Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve(".freshet"), temporary.resolve("elsewhere"));

        try (TargetSession next = connect()) {
            assertThatThrownBy(() -> next.enterGate(2, "next")).satisfies(code(ErrorCode.TARGET_ROOT_SUSPECT));
        }
        assertThat(temporary.resolve("elsewhere")).isEmptyDirectory();
    }

    @Test
    void houseIsForItsOwnerOnly() throws Exception {
        LocalModes.set(root.resolve(".freshet"), 0755);

        session.enterGate(2, "next");

        assertThat(LocalModes.of(root.resolve(".freshet"))).isEqualTo(0700);
    }

    @Test
    void markerIsMadeOnceAndWhole() throws Exception {
        byte[] marker = "{\"nonce\": 1}".getBytes(StandardCharsets.UTF_8);

        assertThat(session.readMarker()).isEmpty();
        assertThat(session.createMarker(marker)).isTrue();
        assertThat(session.createMarker("other".getBytes(StandardCharsets.UTF_8)))
                .isFalse();

        assertThat(session.readMarker()).contains(marker);
        try (TargetSession fresh = connect()) {
            assertThat(fresh.readMarker()).contains(marker);
        }
        assertThat(stagingNames()).isEmpty();
    }

    /** Rule 50: targets do not lie in each other. */
    @Test
    void markerAboveTheRootIsSeen() throws Exception {
        assertThat(session.markedAbove()).isEmpty();
        Path house = Files.createDirectory(root.resolveSibling(".freshet"));
        Path marker = Files.writeString(house.resolve("marker"), "whatever it says");
        try {
            String above = session.markedAbove().orElseThrow();
            assertThat(root.toRealPath().getParent().toString()).endsWith(above.equals("/") ? "" : above);
        } finally {
            Files.delete(marker);
            Files.delete(house);
        }
        assertThat(session.markedAbove()).isEmpty();
    }

    /** And by no owner that is another's by now. */
    @Test
    void markerIsReplacedByItsOwnerOnly() throws Exception {
        assumeThat(session.capabilities()).contains(Capability.ATOMIC_RENAME);
        session.createMarker("one".getBytes(StandardCharsets.UTF_8));

        session.replaceMarker("another".getBytes(StandardCharsets.UTF_8));

        try (TargetSession next = connect()) {
            assertThat(next.readMarker()).contains("another".getBytes(StandardCharsets.UTF_8));
            assertThat(stagingNames()).isEmpty();
            next.enterGate(99, "next");
            assumeThat(session.capabilities()).contains(Capability.GATE);
            assertThatThrownBy(() -> session.replaceMarker("late".getBytes(StandardCharsets.UTF_8)))
                    .satisfies(code(ErrorCode.LEASE_LOST));
            assertThat(next.readMarker()).contains("another".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void sweepRemovesWhatIsStagedAndNothingElse() throws Exception {
        session.createMarker(new byte[] {1});
        Path house = root.resolve(".freshet");
        Files.writeString(house.resolve(StagingName.fresh()), "left over");
        Path tree = Files.createDirectories(house.resolve(StagingName.fresh()).resolve("sub"));
        Files.writeString(tree.resolve("file"), "left over");
        handOver();

        session.sweepStaging(Set.of());

        assertThat(stagingNames()).isEmpty();
        assertThat(houseNames()).contains("marker");
        assertDone(apply(put("a", MadeContent.of("x"))));
    }

    /** The other lane has what is its own under way, and what has no such name is swept with the next takeover. */
    @Test
    void aConnectionSweepsWhatEarlierOnesOfItsLaneLeft() throws Exception {
        session.enterGate(5, "five", "bulk", 2);
        Path house = root.resolve(".freshet");
        Files.writeString(house.resolve(stagedBy("express", 1)), "left over");
        Path tree =
                Files.createDirectories(house.resolve(stagedBy("express", 3)).resolve("sub"));
        Files.writeString(tree.resolve("file"), "left over");
        List<String> others = List.of(
                stagedBy("bulk", 2),
                stagedBy("express", 5),
                StagingName.fresh(),
                PartialName.fresh(keyOf(MadeContent.of("x"))).toString());
        for (String other : others) {
            Files.writeString(house.resolve(other), "not ours");
        }
        handOver();

        try (TargetSession next = connect()) {
            next.enterGate(5, "five", "express", 4);

            assertThat(houseNames())
                    .filteredOn(name -> !name.startsWith("g5-"))
                    .containsExactlyInAnyOrderElementsOf(others);
        }
    }

    private static String stagedBy(String user, long number) {
        return StagingName.fresh(new GateName(5, "five", user, number));
    }

    @Test
    void tellsFreeSpace() {
        Assumptions.assumeTrue(session.capabilities().contains(Capability.FREE_SPACE), "the server does not tell");

        assertThat(session.freeBytes().orElseThrow()).isPositive();
    }

    // Words for the tests

    protected final Result apply(Operation operation) {
        return apply(List.of(operation), Monitor.NONE).get(0);
    }

    protected final List<Result> apply(List<Operation> operations, Monitor monitor) {
        handOver();
        return session.apply(operations, monitor);
    }

    protected static RelativePath path(String text) {
        return RelativePath.parse(text);
    }

    protected static PutFile put(String text, MadeContent content) {
        Content source = content;
        return new PutFile(path(text), content.state().size(), source);
    }

    /** What of a file's bytes its blocks hash to is another test's matter. */
    protected static void assertDelivered(Result result, long bytes, MadeContent content) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Done.class,
                        done -> assertThat(done)
                                .isEqualTo(new Result.Done(bytes, content.state(), content.hash(), done.blocks())));
    }

    protected static void assertDone(Result result) {
        assertThat(result).isInstanceOf(Result.Done.class);
    }

    protected static void assertFailed(Result result, ErrorCode code) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Failed.class,
                        failed -> assertThat(failed.code()).as(failed.message()).isEqualTo(code));
    }

    protected final List<String> houseNames() throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(".freshet"))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    protected final List<String> stagingNames() throws IOException {
        return houseNames().stream().filter(StagingName::isOne).toList();
    }

    /** Everything below the root but its house, with mode and size. */
    private List<String> tree() throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            List<String> lines = new ArrayList<>();
            for (Path path : paths.filter(path -> !path.startsWith(root.resolve(".freshet")))
                    .sorted()
                    .toList()) {
                lines.add(root.relativize(path) + " "
                        + Files.readAttributes(path, "unix:mode,size,ino", LinkOption.NOFOLLOW_LINKS));
            }
            return lines;
        }
    }

    protected static String sha256(Path file) throws IOException {
        MessageDigest digest = ContentHash.newDigest();
        byte[] block = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(block); count > 0; count = in.read(block)) {
                digest.update(block, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
