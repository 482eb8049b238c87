package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.file.Attributes;
import io.freshet.path.RelativePath;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.NewDirectory;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetSession;
import io.freshet.transfer.Account;
import io.freshet.transfer.LocalModes;
import io.freshet.transfer.MadeContent;
import io.freshet.transfer.StagingName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New directories that go to a real OpenSSH server as one stream, and what may go wrong with that. */
class WholeDirectoriesIT {
    private static final long MTIME = MadeContent.MTIME_NANOS;

    @TempDir
    static Path serverDirectory;

    private static OpenSshServer server;

    @TempDir
    Path temporary;

    private Path root;
    private TargetSession session;

    @BeforeAll
    static void startServer() {
        server = OpenSshServer.start(serverDirectory);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void connect() throws IOException {
        root = Files.createDirectory(temporary.resolve("root"));
        session = new SshTargetConnector().connect(server.address("student", root));
        session.enterGate(1, "first");
    }

    @AfterEach
    void closeSession() {
        session.close();
        assertThat(MadeContent.openNow()).as("sources left open").isZero();
    }

    @Test
    void isThereAtOnceWithEverythingInIt() throws Exception {
        RelativePath odd = path("dir").child("new\nline \\ 'quote\" \u00e4".getBytes(StandardCharsets.ISO_8859_1));
        RelativePath longest = odd.child("n".repeat(255).getBytes(StandardCharsets.US_ASCII));
        MadeContent content = MadeContent.of(4097, "some text ", 0640, Account.UID, Account.GID);
        MadeContent setuid = MadeContent.of(3, "x", 04755, Account.UID, Account.GID);
        List<Operation> contents = List.of(
                new Operation.MakeDirectory(path("dir")),
                new Operation.PutSymlink(path("dir/a-link"), "sub/" + "t".repeat(200), attributes(0777)),
                new Operation.MakeDirectory(path("dir/sub")),
                new Operation.MakeDirectory(odd),
                new Operation.PutFile(longest, 4097, content),
                new Operation.PutFile(path("dir/empty"), 0, MadeContent.of("")),
                new Operation.PutFile(path("dir/setuid"), 3, setuid),
                new Operation.PutSymlink(path("dir/sub/link"), "..", attributes(0777)),
                new Operation.SetAttributes(path("dir"), attributes(0755)),
                new Operation.SetAttributes(path("dir/sub"), attributes(0555)),
                new Operation.SetAttributes(odd, attributes(0711)));

        List<Result> results = put(new NewDirectory(path("dir"), contents)).get(0);

        assertThat(results).hasSize(contents.size()).hasOnlyElementsOfType(Result.Done.class);
        assertThat(results.get(4)).isEqualTo(new Result.Done(4097, content.state(), content.hash(), null));
        assertThat(session.look(longest)).hasValueSatisfying(found -> {
            assertThat(found.size()).isEqualTo(4097);
            assertThat(found.mode()).isEqualTo(0640);
            assertThat(found.mtimeNanos()).isEqualTo(MTIME);
        });
        assertThat(session.hash(List.of(longest), Monitor.NONE).get(0)).contains(content.hash());
        assertThat(Files.readSymbolicLink(root.resolve("dir/a-link"))).hasToString("sub/" + "t".repeat(200));
        assertThat(Files.readSymbolicLink(root.resolve("dir/sub/link"))).hasToString("..");
        assertThat(LocalModes.of(root.resolve("dir/sub"))).isEqualTo(0555);
        assertThat(LocalModes.of(root.resolve("dir"))).isEqualTo(0755);
        assertThat(LocalModes.of(root.resolve("dir/setuid"))).isEqualTo(04755);
        assertThat(session.look(odd))
                .hasValueSatisfying(found -> assertThat(found.mode()).isEqualTo(0711));
        for (String timed : List.of("dir", "dir/sub", "dir/empty", "dir/a-link")) {
            assertThat(Files.getLastModifiedTime(root.resolve(timed), LinkOption.NOFOLLOW_LINKS))
                    .as(timed)
                    .isEqualTo(FileTime.fromMillis(MTIME / 1_000_000));
        }
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void ownersAreSetWhereTheAccountCan() throws Exception {
        Attributes others = new Attributes(0750, 3_000_000, 70_000, MTIME);
        List<Operation> contents = List.of(
                new Operation.MakeDirectory(path("dir")),
                new Operation.PutFile(path("dir/file"), 1, MadeContent.of(1, "x", 04604, 3_000_000, 70_000)),
                new Operation.SetAttributes(path("dir"), others));

        List<Result> results = put(new NewDirectory(path("dir"), contents)).get(0);

        assertThat(results).hasOnlyElementsOfType(Result.Done.class);
        assertThat(((Result.Done) results.get(1)).remark() == null)
                .as("set-id bits are kept where the owner is")
                .isEqualTo(Account.SUPERUSER);
        int uid = Account.SUPERUSER ? 3_000_000 : Account.UID;
        assertThat(Files.getAttribute(root.resolve("dir/file"), "unix:uid")).isEqualTo(uid);
        assertThat(Files.getAttribute(root.resolve("dir"), "unix:uid")).isEqualTo(uid);
        assertThat(LocalModes.of(root.resolve("dir/file"))).isEqualTo(Account.SUPERUSER ? 04604 : 0604);
    }

    @Test
    void nothingThatIsThereIsReplaced() throws Exception {
        Files.createDirectory(root.resolve("empty"));
        Files.createDirectories(root.resolve("full/sub"));
        Files.writeString(root.resolve("file"), "x");

        List<List<Result>> results =
                put(made("empty", 1), made("full", 1), made("file", 1), made("none/dir", 1), made("free", 2));

        assertFailed(results.get(0), ErrorCode.TARGET_CONFLICT);
        assertFailed(results.get(1), ErrorCode.TARGET_CONFLICT);
        assertFailed(results.get(2), ErrorCode.TARGET_CONFLICT);
        assertFailed(results.get(3), ErrorCode.PARENT_MISSING);
        assertThat(results.get(4)).hasOnlyElementsOfType(Result.Done.class);
        assertThat(root.resolve("empty")).isEmptyDirectory();
        assertThat(root.resolve("full/sub")).isDirectory();
        assertThat(root.resolve("file")).hasContent("x");
        assertThat(root.resolve("free/file1")).hasContent("text 1");
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void whatChangesOrIsGoneIsLeftOut() throws Exception {
        List<Operation> contents = new ArrayList<>(made("dir", 2).contents());
        contents.add(
                1,
                new Operation.PutFile(
                        path("dir/changing"), 4, MadeContent.of("text").changing()));
        contents.add(
                2,
                new Operation.PutFile(
                        path("dir/growing"), 4, MadeContent.of("text").growing()));
        contents.add(
                3,
                new Operation.PutFile(
                        path("dir/unreadable"), 4, MadeContent.of("text").unreadable()));
        long large = NewDirectory.LARGEST_FILE + 1L;
        contents.add(
                4,
                new Operation.PutFile(
                        path("dir/large"), 4, MadeContent.of(large, "x", 0644, Account.UID, Account.GID)));

        List<Result> results = put(new NewDirectory(path("dir"), contents)).get(0);

        assertFailed(List.of(results.get(1), results.get(2), results.get(4)), ErrorCode.SOURCE_CHANGED);
        assertFailed(List.of(results.get(3)), ErrorCode.SOURCE_UNREADABLE);
        assertThat(results.get(5)).isInstanceOf(Result.Done.class);
        assertThat(names("dir")).containsExactlyInAnyOrder("file0", "file1");
    }

    /** Asked to stop while a file is read, it leaves nothing behind, in its place or beside it. */
    @Test
    void aStopPublishesNothing() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        Monitor stopping = new Monitor() {
            @Override
            public void sent(Operation operation, long bytes) {
                sent.incrementAndGet();
            }

            @Override
            public void ended(Operation operation, Result result) {}

            @Override
            public boolean stopRequested() {
                return sent.get() >= 3;
            }
        };

        List<List<Result>> results = session.putWhole(List.of(made("dir", 10)), stopping);

        assertFailed(results.get(0), ErrorCode.STOPPED);
        assertThat(sent).hasValue(3);
        assertThat(root.resolve("dir")).doesNotExist();
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void aLostConnectionPublishesNothing() throws Exception {
        List<Operation> contents = new ArrayList<>(made("dir", 300).contents());
        MadeContent cutting = MadeContent.of("text").beforeRead(place -> server.killConnections());
        contents.add(150, new Operation.PutFile(path("dir/cutting"), 4, cutting));

        List<List<Result>> results = put(new NewDirectory(path("dir"), contents));

        assertFailed(results.get(0), ErrorCode.CONNECTION_LOST);
        assertThat(root.resolve("dir")).doesNotExist();
        session.close();
        connect(2);
        session.sweepStaging(Set.of());
        assertThat(stagingNames()).isEmpty();
        assertThat(put(made("dir", 300)).get(0)).hasOnlyElementsOfType(Result.Done.class);
    }

    @Test
    void nothingGoesThroughSymlinkInTheParentsPlace() throws Exception {
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Files.createSymbolicLink(root.resolve("up"), outside);

        List<List<Result>> results = put(made("up/dir", 40), made("dir", 40));

        assertFailed(results.get(0), ErrorCode.OUTSIDE_ROOT);
        assertThat(results.get(1)).hasOnlyElementsOfType(Result.Done.class);
        assertThat(outside).isEmptyDirectory();
        assertThat(root.resolve("dir/file39")).hasContent("text 39");
        assertThat(stagingNames()).isEmpty();
    }

    /** What GNU tar does when the disk fills up: it writes short files, goes on, and says so only at its end. */
    @Test
    void aTarThatFailsPublishesNothing() throws Exception {
        assertNothingPublished("/usr/bin/tar \"$@\"; truncate -s 1 0/file3; exit 2");
    }

    @Test
    void aTarThatSaysYesThoughItWroteLessPublishesNothing() throws Exception {
        assertNothingPublished("/usr/bin/tar \"$@\"; truncate -s 1 0/file3");
        assertNothingPublished("/usr/bin/tar \"$@\"; rm 0/file3");
        assertNothingPublished("/usr/bin/tar \"$@\"; touch 0/more");
    }

    /** It takes in nothing of what is sent to it, which must not keep the connection waiting. */
    @Test
    void aTarThatDiesAtOncePublishesNothing() throws Exception {
        assertNothingPublished("exit 2");
    }

    private void assertNothingPublished(String laterTar) throws Exception {
        Path programs = Files.createTempDirectory(temporary, "programs");
        String program = """
                #!/bin/sh
                [ -e %1$s/called ] || { touch %1$s/called; exec /usr/bin/tar "$@"; }
                %2$s
                """.formatted(programs, laterTar);
        try (OpenSshServer other = OpenSshServer.startWith(
                        Files.createTempDirectory(temporary, "other"), programs, "tar", program);
                TargetSession failing = new SshTargetConnector().connect(other.address("student", root))) {
            failing.enterGate(2, "second");
            assertThat(failing.capabilities()).contains(Capability.WHOLE_DIRECTORY);

            List<List<Result>> results = failing.putWhole(List.of(made("dir", 2000)), Monitor.NONE);

            assertFailed(results.get(0), ErrorCode.TARGET_FAILURE);
            assertThat(root.resolve("dir")).doesNotExist();
            assertThat(stagingNames()).isEmpty();
        }
    }

    private void connect(long epoch) {
        session = new SshTargetConnector().connect(server.address("student", root));
        session.enterGate(epoch, "next");
    }

    private List<List<Result>> put(NewDirectory... directories) {
        return session.putWhole(List.of(directories), Monitor.NONE);
    }

    private static NewDirectory made(String directory, int files) {
        List<Operation> contents = new ArrayList<>();
        contents.add(new Operation.MakeDirectory(path(directory)));
        for (int i = 0; i < files; i++) {
            MadeContent content = MadeContent.of("text " + i);
            contents.add(new Operation.PutFile(
                    path(directory + "/file" + i), content.state().size(), content));
        }
        contents.add(new Operation.SetAttributes(path(directory), attributes(0755)));
        return new NewDirectory(path(directory), contents);
    }

    private static Attributes attributes(int mode) {
        return new Attributes(mode, Account.UID, Account.GID, MTIME);
    }

    private static RelativePath path(String text) {
        return RelativePath.parse(text);
    }

    private static void assertFailed(List<Result> results, ErrorCode code) {
        assertThat(results)
                .allSatisfy(result -> assertThat(result)
                        .isInstanceOfSatisfying(
                                Result.Failed.class,
                                failed -> assertThat(failed.code())
                                        .as(failed.message())
                                        .isEqualTo(code)));
    }

    private List<String> names(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private List<String> stagingNames() throws IOException {
        return names(".freshet").stream().filter(StagingName::isOne).toList();
    }
}
