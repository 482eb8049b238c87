package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.path.RelativePath;
import io.freshet.target.Monitor;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many small files that go to a real OpenSSH server as one stream, into directories that are there, and what may go wrong. */
class StreamedFilesIT {
    private static final int FEWEST = 500;
    private static final String TAR = "exec /usr/bin/tar \"$@\"";

    @TempDir
    Path temporary;

    /** So many that they are not sent one by one, however slow this machine's shell starts just now. */
    private int many;

    private Path root;
    private Path programs;

    @BeforeEach
    void setUp() throws IOException {
        OpenSshServer.require();
        root = Files.createDirectory(temporary.resolve("root"));
        programs = Files.createDirectory(temporary.resolve("programs"));
        Files.createDirectory(root.resolve("dir"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(MadeContent.openNow()).as("sources left open").isZero();
        assertThat(stagingNames()).isEmpty();
    }

    @Test
    void eachIsPublishedByItself() throws Exception {
        Files.writeString(root.resolve("dir/file0"), "old");
        Files.createLink(root.resolve("other"), root.resolve("dir/file0"));
        Files.writeString(root.resolve("elsewhere"), "elsewhere");
        Files.createSymbolicLink(root.resolve("dir/file1"), root.resolve("elsewhere"));
        Files.createDirectories(root.resolve("dir/file2/inside"));
        RelativePath odd = path("dir").child("-n\new\\line \u00ff".getBytes(StandardCharsets.ISO_8859_1));
        MadeContent content = MadeContent.of(4097, "some text ", 04751, Account.UID, Account.GID);

        List<Result> results = apply(
                TAR,
                operations -> {
                    operations.add(put("nowhere/file", MadeContent.of("text")));
                    operations.add(new Operation.PutFile(odd, 4097, content));
                    operations.add(put("dir/empty", MadeContent.of("")));
                },
                Monitor.NONE);

        assertThat(calls()).as("streams").isEqualTo(1);
        assertFailed(results.get(2), ErrorCode.TARGET_CONFLICT);
        assertFailed(results.get(many), ErrorCode.PARENT_MISSING);
        assertThat(results.get(many + 1)).isEqualTo(new Result.Done(4097, content.state(), content.hash(), null));
        assertThat(results.stream().filter(Result.Done.class::isInstance)).hasSize(many + 1);
        assertThat(root.resolve("dir/file0")).hasContent("text 0");
        assertThat(root.resolve("other")).hasContent("old");
        assertThat(root.resolve("dir/file1")).hasContent("text 1").isRegularFile();
        assertThat(Files.isSymbolicLink(root.resolve("dir/file1"))).isFalse();
        assertThat(root.resolve("elsewhere")).hasContent("elsewhere");
        assertThat(root.resolve("dir/file2/inside")).isDirectory();
        assertThat(root.resolve("dir/empty")).isEmptyFile();
        assertThat(LocalModes.of(root.resolve("dir/file" + (many - 1)))).isEqualTo(0644);
        assertThat(Files.getLastModifiedTime(root.resolve("dir/file" + (many - 1)))
                        .toMillis())
                .isEqualTo(MadeContent.MTIME_NANOS / 1_000_000);
        try (Stream<Path> all = Files.list(root.resolve("dir"))) {
            assertThat(all).hasSize(many + 2);
        }
    }

    @Test
    void whatChangesOrCannotBeReadEndsAsEver() throws Exception {
        List<Result> results = apply(
                TAR,
                operations -> {
                    operations.set(3, put("dir/file3", MadeContent.of("text").changing()));
                    operations.set(4, put("dir/file4", MadeContent.of("text").growing()));
                    operations.set(5, put("dir/file5", MadeContent.of("text").unreadable()));
                },
                Monitor.NONE);

        assertThat(calls()).as("streams").isEqualTo(1);
        assertFailed(results.get(3), ErrorCode.SOURCE_CHANGED);
        assertThat(results.get(4)).as("what only grew").isInstanceOf(Result.Done.class);
        assertFailed(results.get(5), ErrorCode.SOURCE_UNREADABLE);
        assertThat(root.resolve("dir/file3")).doesNotExist();
        assertThat(root.resolve("dir/file4")).hasContent("text");
        assertThat(results.stream().filter(Result.Done.class::isInstance)).hasSize(many - 2);
    }

    /** Whatever it does: each file arrives, and as it is. */
    @Test
    void aTarThatFailsLiesOrDiesIsDoneWithout() throws Exception {
        for (String tar : List.of(
                "/usr/bin/tar \"$@\"; truncate -s 1 7; exit 2",
                "/usr/bin/tar \"$@\"; truncate -s 1 7",
                "/usr/bin/tar \"$@\"; rm 7",
                "/usr/bin/tar \"$@\"; touch more",
                "exit 2")) {
            List<Result> results = apply(tar, operations -> {}, Monitor.NONE);

            assertThat(calls()).as("streams").isEqualTo(1);
            assertThat(results).as(tar).hasOnlyElementsOfType(Result.Done.class);
            for (int i = 0; i < many; i++) {
                assertThat(root.resolve("dir/file" + i)).as(tar).hasContent("text " + i);
            }
            assertThat(stagingNames()).as(tar).isEmpty();
            for (int i = 0; i < many; i++) {
                Files.delete(root.resolve("dir/file" + i));
            }
        }
    }

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

        List<Result> results = apply(TAR, operations -> {}, stopping);

        assertThat(sent).hasValue(3);
        results.forEach(result -> assertFailed(result, ErrorCode.STOPPED));
        assertThat(root.resolve("dir")).isEmptyDirectory();
    }

    @Test
    void aLostConnectionPublishesNothing() throws Exception {
        try (OpenSshServer server = server(TAR)) {
            MadeContent cutting = MadeContent.of("text").beforeRead(place -> server.killConnections());

            List<Result> results =
                    apply(server, operations -> operations.set(many / 2, put("dir/file", cutting)), Monitor.NONE);

            results.forEach(result -> assertFailed(result, ErrorCode.CONNECTION_LOST));
            assertThat(root.resolve("dir")).isEmptyDirectory();
            try (TargetSession next = new SshTargetConnector().connect(server.address("student", root))) {
                next.enterGate(2, "next");
                next.sweepStaging(Set.of());
            }
        }
    }

    private List<Result> apply(String tar, Consumer<List<Operation>> edit, Monitor monitor) throws IOException {
        try (OpenSshServer server = server(tar)) {
            return apply(server, edit, monitor);
        }
    }

    /** @param edit changes what is put, or adds to it */
    private List<Result> apply(OpenSshServer server, Consumer<List<Operation>> edit, Monitor monitor) {
        try (TargetSession session = new SshTargetConnector().connect(server.address("student", root))) {
            session.enterGate(1, "first");
            many = Math.max(FEWEST, session.fewestToPutWhole().orElseThrow() + 10);
            List<Operation> operations = puts(many);
            edit.accept(operations);
            return session.apply(operations, monitor);
        }
    }

    /** @param laterTar what its tar does once it was tried; each time it says that it was called */
    private OpenSshServer server(String laterTar) throws IOException {
        Files.deleteIfExists(programs.resolve("tried"));
        Files.deleteIfExists(programs.resolve("called"));
        return OpenSshServer.startWith(
                Files.createTempDirectory(temporary, "sshd"), programs, "tar", """
                #!/bin/sh
                [ -e %1$s/tried ] || { touch %1$s/tried; exec /usr/bin/tar "$@"; }
                echo >> %1$s/called
                %2$s
                """.formatted(programs, laterTar));
    }

    private long calls() throws IOException {
        return Files.exists(programs.resolve("called")) ? Files.size(programs.resolve("called")) : 0;
    }

    private static List<Operation> puts(int many) {
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            operations.add(put("dir/file" + i, MadeContent.of("text " + i)));
        }
        return operations;
    }

    private static Operation put(String path, MadeContent content) {
        return new Operation.PutFile(path(path), content.state().size(), content);
    }

    private static RelativePath path(String text) {
        return RelativePath.parse(text);
    }

    private static void assertFailed(Result result, ErrorCode code) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Failed.class,
                        failed -> assertThat(failed.code()).as(failed.message()).isEqualTo(code));
    }

    private List<String> stagingNames() throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(".freshet"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(StagingName::isOne)
                    .toList();
        }
    }
}
