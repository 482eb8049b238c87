package io.freshet.transfer;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.file.Attributes;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import io.freshet.posix.LocalNode;
import io.freshet.target.Capability;
import io.freshet.target.Fidelity;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Operation.MakeDirectory;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Operation.PutNode;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Operation.SetAttributes;
import io.freshet.target.Operation.SyncDirectory;
import io.freshet.target.Result;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a target keeps where its options ask for more than type, mode, owner and time. */
public abstract class FidelityContract {
    private static final long MTIME = MadeContent.MTIME_NANOS;
    private static final Selection BOTH = new Selection(true, true);
    private static final ExtendedAttributes NONE = ExtendedAttributes.of(BOTH, Map.of());
    private static final long PAGE = 4096;

    @TempDir(factory = MemoryDirectory.class)
    protected Path temporary;

    protected Path root;
    private final List<TargetSession> sessions = new ArrayList<>();

    /** Returns the address of the target whose root is {@link #root}. */
    protected abstract TargetAddress address() throws Exception;

    protected abstract TargetSession connect(TargetAddress address);

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectory(temporary.resolve("root"));
    }

    @AfterEach
    void closeSessions() {
        sessions.forEach(TargetSession::close);
        assertThat(MadeContent.openNow()).as("sources left open").isZero();
    }

    private TargetSession open(String... options) throws Exception {
        TargetAddress address = address();
        for (String option : options) {
            address = address.with(option, "true");
        }
        TargetSession session = connect(address);
        sessions.add(session);
        session.enterGate(sessions.size(), "nonce");
        return session;
    }

    private TargetSession openWithExtended() throws Exception {
        Assumptions.assumeTrue(keepsExtended(root), "the file system of " + root + " keeps no user attributes");
        return open(Fidelity.XATTRS, Fidelity.ACLS);
    }

    /** Returns whether a file system keeps attributes of users; tmpfs does from Linux 6.6 on. */
    private static boolean keepsExtended(Path directory) throws IOException {
        try (LocalNode node = LocalNode.hold(bytes(directory))) {
            ExtendedAttributes some = ExtendedAttributes.of(
                    new Selection(true, false), Map.of("user.a", "b".getBytes(StandardCharsets.US_ASCII)));
            node.setExtended(new Selection(true, false), some);
            node.setExtended(new Selection(true, false), ExtendedAttributes.of(new Selection(true, false), Map.of()));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] bytes(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8);
    }

    // Extended attributes and ACLs

    @Test
    void filesHaveTheirExtendedAttributesWhenTheyArePublished() throws Exception {
        TargetSession session = openWithExtended();
        assertThat(session.capabilities()).contains(Capability.XATTRS, Capability.ACLS);
        ExtendedAttributes some = with("user.ünï \\=\n", new byte[] {0, 10, (byte) 0xff, '='});

        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            operations.add(put("f" + i + " \\ü\n", made("text " + i, 0640).with(i % 3 == 0 ? some : NONE)));
        }
        operations.add(put(
                "large",
                MadeContent.of(3_000_000, "ab", 0640, Account.UID, Account.GID).with(some)));
        assertDone(session.apply(operations, Monitor.NONE));

        for (int i = 0; i < 300; i++) {
            Path file = root.resolve("f" + i + " \\ü\n");
            assertThat(file).hasContent("text " + i);
            assertThat(extended(file)).isEqualTo(i % 3 == 0 ? some : NONE);
        }
        assertThat(extended(root.resolve("large"))).isEqualTo(some);
        assertThat(mode(root.resolve("large"))).isEqualTo(0640);
        assertThat(staging()).isEmpty();
    }

    @Test
    void tellsWhatIsThere() throws Exception {
        TargetSession session = openWithExtended();
        ExtendedAttributes some = with("user.ünï \\=\n", new byte[] {0, 10, (byte) 0xff, '='});
        List<Operation> operations = new ArrayList<>();
        List<RelativePath> paths = new ArrayList<>();
        for (int i = 0; i < 1100; i++) {
            paths.add(path("f" + i + " \\ü\n"));
            operations.add(put("f" + i + " \\ü\n", made("x", 0640).with(i % 3 == 0 ? some : NONE)));
        }
        assertDone(session.apply(operations, Monitor.NONE));
        set(root.resolve("f1 \\ü\n"), with("user.stray", new byte[] {1}));
        paths.add(path("."));

        List<Optional<ExtendedAttributes>> told = session.extended(paths);

        assertThat(told).hasSize(1101);
        for (int i = 0; i < 1100; i++) {
            assertThat(told.get(i)).contains(i == 1 ? with("user.stray", new byte[] {1}) : i % 3 == 0 ? some : NONE);
        }
        assertThat(told.get(1100)).contains(NONE);
    }

    @Test
    void aFileThatMayNotBeWrittenHasThemToo() throws Exception {
        TargetSession session = openWithExtended();
        ExtendedAttributes user = ExtendedAttributes.of(BOTH, Map.of("user.a", new byte[] {1}));

        assertDone(session.apply(List.of(put("f", made("x", 0444).with(user))), Monitor.NONE));
        assertThat(mode(root.resolve("f"))).isEqualTo(0444);
        assertThat(extended(root.resolve("f"))).isEqualTo(user);
        ExtendedAttributes other = ExtendedAttributes.of(BOTH, Map.of("user.b", new byte[] {2}));
        assertDone(session.apply(List.of(attributes("f", 0400, other)), Monitor.NONE));

        assertThat(mode(root.resolve("f"))).isEqualTo(0400);
        assertThat(extended(root.resolve("f"))).isEqualTo(other);
        assertThat(session.look(path("f")).orElseThrow().mtimeNanos()).isEqualTo(MTIME);
    }

    @Test
    void whatTheSourceDoesNotHaveIsTakenAway() throws Exception {
        TargetSession session = openWithExtended();
        Files.createDirectory(root.resolve("dir"));
        Files.writeString(root.resolve("dir/file"), "x");
        ExtendedAttributes some = with("user.old", new byte[] {1});
        set(root.resolve("dir"), directory(some));
        set(root.resolve("dir/file"), some);
        assertThat(extended(root.resolve("dir")).values()).containsKey("system.posix_acl_default");

        assertDone(session.apply(
                List.of(
                        attributes("dir/file", 0640, with("user.new", new byte[70])),
                        attributes("dir", 0750, NONE),
                        new SyncDirectory(path("dir"))),
                Monitor.NONE));

        assertThat(extended(root.resolve("dir"))).isEqualTo(NONE);
        assertThat(mode(root.resolve("dir"))).isEqualTo(0750);
        assertThat(extended(root.resolve("dir/file"))).isEqualTo(with("user.new", new byte[70]));
    }

    @Test
    void directoriesHaveTheirDefaultAclWhichNothingInheritsThatTheSourceDidNot() throws Exception {
        TargetSession session = openWithExtended();
        ExtendedAttributes acl = directory(with("user.a", new byte[] {1}));

        assertDone(session.apply(List.of(attributes(".", 0750, acl), new MakeDirectory(path("dir"))), Monitor.NONE));
        assertDone(session.apply(
                List.of(put("dir/f", made("x", 0644).with(NONE)), attributes("dir", 0755, NONE)), Monitor.NONE));

        assertThat(extended(root)).isEqualTo(acl);
        assertThat(extended(root.resolve("dir"))).isEqualTo(NONE);
        assertThat(extended(root.resolve("dir/f"))).isEqualTo(NONE);
    }

    /** A root that gives everything in it an ACL, the staging area included. */
    @Test
    void whatTheStagingAreaInheritsIsTakenAway() throws Exception {
        Assumptions.assumeTrue(keepsExtended(root), "the file system of " + root + " keeps no user attributes");
        set(root, directory(NONE));
        TargetSession session = open(Fidelity.XATTRS, Fidelity.ACLS);

        assertDone(session.apply(List.of(put("f", made("x", 0644).with(NONE))), Monitor.NONE));

        assertThat(extended(root.resolve("f"))).isEqualTo(NONE);
        assertThat(mode(root.resolve("f"))).isEqualTo(0644);
    }

    @Test
    void withoutItsOptionNothingIsTakenAway() throws Exception {
        Assumptions.assumeTrue(keepsExtended(root), "the file system of " + root + " keeps no user attributes");
        TargetSession session = open(Fidelity.XATTRS);
        Files.writeString(root.resolve("file"), "x");
        set(root.resolve("file"), with("user.old", new byte[] {1}));
        ExtendedAttributes user = ExtendedAttributes.of(new Selection(true, false), Map.of("user.new", new byte[] {2}));

        assertDone(session.apply(List.of(attributes("file", 0640, user)), Monitor.NONE));

        assertThat(session.capabilities()).contains(Capability.XATTRS).doesNotContain(Capability.ACLS);
        assertThat(extended(root.resolve("file")).values().keySet())
                .containsExactly("system.posix_acl_access", "user.new");
    }

    @Test
    void theSuperusersAttributesGoWithSymlinksAndFiles() throws Exception {
        Assumptions.assumeTrue(Account.SUPERUSER, "needs the superuser");
        TargetSession session = openWithExtended();
        ExtendedAttributes trusted = ExtendedAttributes.of(BOTH, Map.of("trusted.freshet", new byte[] {7}));

        List<Result> results = session.apply(
                List.of(
                        put("f", made("x", 0600).with(trusted)),
                        new PutSymlink(path("l"), "f", new Attributes(0777, Account.UID, Account.GID, MTIME, trusted))),
                Monitor.NONE);

        Assumptions.assumeFalse(
                results.get(0) instanceof Result.Failed, "the superuser of a container has no trusted attributes");
        assertDone(results);
        assertThat(extended(root.resolve("f"))).isEqualTo(trusted);
        assertThat(extended(root.resolve("l"))).isEqualTo(trusted);
    }

    @Test
    void whatIsNotTakenFailsForItsPathOnly() throws Exception {
        TargetSession session = openWithExtended();
        // A label that no kernel gives a file on somebody's word; see capabilities(7) for what it should look like.
        ExtendedAttributes broken = ExtendedAttributes.of(
                BOTH, Map.of("system.posix_acl_access", new byte[] {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}));

        List<Result> results = session.apply(
                List.of(
                        put("bad", made("x", 0600).with(broken)),
                        put("good", made("x", 0600).with(NONE))),
                Monitor.NONE);

        assertThat(results.get(0)).isInstanceOf(Result.Failed.class);
        assertThat(((Result.Failed) results.get(0)).code().concernsWholeTarget())
                .isFalse();
        assertDone(results.subList(1, 2));
        assertThat(root.resolve("bad")).doesNotExist();
        assertThat(staging()).isEmpty();
    }

    // Holes

    @Test
    void zerosBecomeHoles() throws Exception {
        TargetSession session = open(Fidelity.SPARSE);
        byte[] islands = new byte[8 << 20];
        islands[100] = 1;
        islands[(3 << 20) + 7] = 2;
        Arrays.fill(islands, 5 << 20, (5 << 20) + 70_000, (byte) 3);
        byte[] tail = new byte[300_001];
        tail[0] = 1;
        byte[] head = new byte[300_001];
        head[300_000] = 1;
        Map<String, byte[]> files = new TreeMap<>(
                Map.of("islands", islands, "tail", tail, "head", head, "zeros", new byte[5 << 20], "one", new byte[1]));

        List<Operation> operations = new ArrayList<>();
        files.forEach((name, content) -> operations.add(put(name, MadeContent.of(content))));
        for (int i = 0; i < 100; i++) {
            operations.add(put("small" + i, MadeContent.of(new byte[10_000])));
        }
        operations.add(put("empty", MadeContent.of("")));
        List<Result> results = session.apply(operations, Monitor.NONE);

        assertDone(results);
        files.forEach((name, content) -> assertThat(root.resolve(name)).hasBinaryContent(content));
        assertThat(root.resolve("small99")).hasBinaryContent(new byte[10_000]);
        assertThat(allocated("islands")).isLessThan(2 * PAGE + 70_000 + 3 * PAGE);
        assertThat(allocated("tail")).isLessThanOrEqualTo(2 * PAGE);
        assertThat(allocated("head")).isLessThanOrEqualTo(PAGE);
        assertThat(allocated("zeros")).isLessThanOrEqualTo(PAGE);
    }

    @Test
    void holesStayWhereOnlyChangedBlocksAreSent() throws Exception {
        TargetSession session = open(Fidelity.SPARSE);
        byte[] before = new byte[16 << 20];
        for (int i = 0; i < 16; i++) {
            Arrays.fill(before, i << 20, (i << 20) + 10_000, (byte) i);
        }
        byte[] after = before.clone();
        Arrays.fill(after, 3 << 20, (3 << 20) + 10_000, (byte) 0);
        after[(7 << 20) + 20_000] = 77;
        Result.Done first = (Result.Done) session.apply(List.of(put("f", MadeContent.of(before))), Monitor.NONE)
                .get(0);

        Operation.Base base = first.blocks() == null ? null : new Operation.Base(before.length, MTIME, first.blocks());
        MadeContent content = MadeContent.of(after);
        Result second = session.apply(
                        List.of(new PutFile(path("f"), after.length, content, base, null, false)), Monitor.NONE)
                .get(0);

        assertThat(second).isInstanceOf(Result.Done.class);
        assertThat(((Result.Done) second).hash()).isEqualTo(content.hash());
        assertThat(root.resolve("f")).hasBinaryContent(after);
        assertThat(allocated("f")).isLessThan(17 * 4 * PAGE);
        if (base != null && session.capabilities().contains(Capability.SERVER_COPY)) {
            assertThat(((Result.Done) second).bytes()).isLessThan(100_000);
        }
    }

    // FIFOs and devices

    @Test
    void makesFifos() throws Exception {
        TargetSession session = open(Fidelity.DEVICES);
        assertThat(session.capabilities()).contains(Capability.FIFOS);
        Files.writeString(root.resolve("file"), "x");
        Files.createDirectory(root.resolve("dir"));

        List<Result> results = session.apply(
                List.of(fifo("new \\ü\n", 0640), fifo("file", 0600), fifo("dir", 0600), fifo("none/x", 0600)),
                Monitor.NONE);

        assertDone(results.subList(0, 2));
        assertThat(results.get(2))
                .isInstanceOfSatisfying(
                        Result.Failed.class, failed -> assertThat(failed.code()).isEqualTo(ErrorCode.TARGET_CONFLICT));
        assertThat(results.get(3))
                .isInstanceOfSatisfying(
                        Result.Failed.class, failed -> assertThat(failed.code()).isEqualTo(ErrorCode.PARENT_MISSING));
        var made = session.look(path("new \\ü\n")).orElseThrow();
        assertThat(made.type()).isEqualTo(FileType.FIFO);
        assertThat(List.of(made.mode(), made.uid(), made.gid())).containsExactly(0640, Account.UID, Account.GID);
        assertThat(made.mtimeNanos()).isEqualTo(MTIME);
        assertThat(session.look(path("file")).orElseThrow().type()).isEqualTo(FileType.FIFO);
        // Attributes are set without opening it: that would wait for a writer.
        assertDone(session.apply(List.of(attributes("file", 0444, ExtendedAttributes.NOT_ASKED)), Monitor.NONE));
        assertThat(session.look(path("file")).orElseThrow().mode()).isEqualTo(0444);
        assertThat(staging()).isEmpty();
    }

    @Test
    void deviceNodesAreForTheSuperuser() throws Exception {
        TargetSession session = open(Fidelity.DEVICES);
        Attributes attributes = new Attributes(0620, Account.UID, Account.GID, MTIME);
        List<Result> results = session.apply(
                List.of(
                        new PutNode(path("null"), FileType.CHARACTER_DEVICE, 1L << 32 | 3, attributes),
                        new PutNode(path("disk"), FileType.BLOCK_DEVICE, 259L << 32 | 0x12345, attributes),
                        fifo("fifo", 0600)),
                Monitor.NONE);

        assertDone(results.subList(2, 3));
        assertThat(staging()).isEmpty();
        if (!session.capabilities().contains(Capability.DEVICE_NODES)) {
            assertThat(results.subList(0, 2))
                    .allSatisfy(result ->
                            assertThat(((Result.Failed) result).code()).isEqualTo(ErrorCode.PERMISSION_DENIED));
            return;
        }
        assertDone(results);
        assertThat(session.look(path("null")).orElseThrow().type()).isEqualTo(FileType.CHARACTER_DEVICE);
        assertThat(session.look(path("disk")).orElseThrow().mode()).isEqualTo(0620);
        assertThat(device("null")).isEqualTo("1:3");
        assertThat(device("disk")).isEqualTo("103:12345");
        assertDone(session.apply(
                List.of(new PutNode(path("null"), FileType.CHARACTER_DEVICE, 1L << 32 | 5, attributes)), Monitor.NONE));
        assertThat(device("null")).isEqualTo("1:5");
    }

    // Owners that cannot be given

    @Test
    void whatLendsAnOwnersRightsIsLeftOutAndSaidIfItIsAnothersThanInTheSource() throws Exception {
        TargetSession session = open();
        boolean gives = session.capabilities().contains(Capability.CHANGE_OWNER);
        Attributes directory = new Attributes(02755, Account.UID + 1, Account.GID, MTIME);
        Files.createDirectory(root.resolve("dir"));

        List<Result> results = session.apply(
                List.of(
                        put("own", MadeContent.of(1, "x", 06755, Account.UID, Account.GID)),
                        put("other", MadeContent.of(1, "x", 04755, Account.UID + 1, Account.GID)),
                        put("plain", MadeContent.of(1, "x", 0755, Account.UID + 1, Account.GID)),
                        new SetAttributes(path("dir"), directory)),
                Monitor.NONE);

        assertDone(results);
        assertThat(mode(root.resolve("own"))).isEqualTo(06755);
        assertThat(mode(root.resolve("other"))).isEqualTo(gives ? 04755 : 0755);
        assertThat(mode(root.resolve("dir"))).isEqualTo(gives ? 02755 : 0755);
        List<Boolean> said = results.stream()
                .map(result -> ((Result.Done) result).remark() != null)
                .toList();
        assertThat(said).containsExactly(false, !gives, false, !gives);
    }

    // Words for the tests

    private static MadeContent made(String text, int mode) {
        return MadeContent.of(text.getBytes(StandardCharsets.UTF_8).length, text, mode, Account.UID, Account.GID);
    }

    /** An ACL for a file of mode 0640, and another attribute. */
    private static ExtendedAttributes with(String name, byte[] value) {
        Map<String, byte[]> values = new TreeMap<>(
                FidelityProbe.attributes(new Selection(false, true)).values());
        values.put(TextForm.encode(name.getBytes(StandardCharsets.UTF_8)), value);
        return ExtendedAttributes.of(BOTH, values);
    }

    /** What a directory of mode 0750 has that gives what is made in it an ACL. */
    private static ExtendedAttributes directory(ExtendedAttributes others) {
        Map<String, byte[]> values = new TreeMap<>(others.values());
        values.remove("system.posix_acl_access");
        byte[] acl = FidelityProbe.attributes(new Selection(false, true))
                .values()
                .values()
                .iterator()
                .next();
        values.put("system.posix_acl_default", acl);
        return ExtendedAttributes.of(BOTH, values);
    }

    private static PutFile put(String path, MadeContent content) {
        return new PutFile(path(path), content.state().size(), content);
    }

    private static PutNode fifo(String path, int mode) {
        return new PutNode(path(path), FileType.FIFO, 0, new Attributes(mode, Account.UID, Account.GID, MTIME));
    }

    private static SetAttributes attributes(String path, int mode, ExtendedAttributes extended) {
        return new SetAttributes(path(path), new Attributes(mode, Account.UID, Account.GID, MTIME, extended));
    }

    private static RelativePath path(String text) {
        return text.equals(".") ? RelativePath.ROOT : RelativePath.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ExtendedAttributes extended(Path path) throws IOException {
        try (LocalNode node = LocalNode.hold(bytes(path))) {
            return node.extended(BOTH);
        }
    }

    private static void set(Path path, ExtendedAttributes extended) throws IOException {
        try (LocalNode node = LocalNode.hold(bytes(path))) {
            node.setMode(Files.isDirectory(path) ? 0750 : 0640);
            node.setExtended(BOTH, extended);
        }
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    }

    private long allocated(String file) throws Exception {
        return Long.parseLong(stat("%b", file)) * 512;
    }

    private String device(String file) throws Exception {
        return stat("%t:%T", file);
    }

    private String stat(String format, String file) throws Exception {
        Process stat =
                new ProcessBuilder("stat", "-c", format, root.resolve(file).toString()).start();
        return new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    }

    private List<String> staging() throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(".freshet"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(StagingName::isOne)
                    .toList();
        }
    }

    private static void assertDone(List<Result> results) {
        assertThat(results).allSatisfy(result -> assertThat(result).isInstanceOf(Result.Done.class));
    }

    /** Asserts that a target is refused because of each of these options. */
    protected final void assertRefused(String because, String... options) {
        for (String option : options) {
            assertThatThrownBy(() -> open(option))
                    .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                    .hasMessageContaining(option + ": true")
                    .hasMessageContaining(because);
        }
    }
}
