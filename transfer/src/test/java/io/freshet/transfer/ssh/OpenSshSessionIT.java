package io.freshet.transfer.ssh;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.target.Capability;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.Account;
import io.freshet.transfer.MadeContent;
import io.freshet.transfer.TargetSessionContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract over a real OpenSSH server, and what only a real server can show. */
class OpenSshSessionIT extends TargetSessionContract {
    @TempDir
    static Path serverDirectory;

    private static OpenSshServer server;

    @BeforeAll
    static void startServer() {
        server = OpenSshServer.start(serverDirectory);
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected TargetSession connect() {
        return new SshTargetConnector().connect(server.address("student", root));
    }

    @Test
    void theSuperuserIsRefusedWhereNothingLocksItIn() {
        Map<String, String> options =
                new HashMap<>(server.address("student", root).options());
        options.remove("allow-root");
        try (TargetSession open =
                new SshTargetConnector().connect(new TargetAddress("student", server.url(root), options))) {
            if (Account.SUPERUSER) {
                assertThatThrownBy(() -> open.enterGate(2, "next"))
                        .satisfies(code(ErrorCode.CONFIGURATION_INVALID))
                        .hasMessageContainingAll("target 'student'", "ChrootDirectory", "allow-root: true");
                assertThatThrownBy(() -> open.apply(List.of(put("a", MadeContent.of("x"))), Monitor.NONE))
                        .isInstanceOf(IllegalStateException.class);
            } else {
                open.enterGate(2, "next");
            }
        }
    }

    @Test
    void findsWhatOpenSshCanDo() {
        assertThat(session.capabilities())
                .contains(
                        Capability.ATOMIC_RENAME,
                        Capability.FILE_SYNC,
                        Capability.FILE_SYSTEM_SYNC,
                        Capability.DIRECTORY_SYNC,
                        Capability.HARD_LINK,
                        Capability.SYMLINK_ATTRIBUTES,
                        Capability.FREE_SPACE,
                        Capability.GATE,
                        Capability.SERVER_COPY,
                        Capability.CHECKSUM);
        assertThat(session.capabilities().contains(Capability.CHANGE_OWNER)).isEqualTo(Account.SUPERUSER);
    }

    @Test
    void manySmallFilesAreFlushedTogether() {
        long before = commandsRun();

        assertThat(session.apply(smallFiles(300), Monitor.NONE)).hasOnlyElementsOfType(Result.Done.class);

        assertThat(commandsRun() - before).isEqualTo(1);
        assertThat(session.apply(smallFiles(3), Monitor.NONE)).hasOnlyElementsOfType(Result.Done.class);
        assertThat(commandsRun() - before).as("a few are flushed one by one").isEqualTo(1);
    }

    /** The program says no where it said yes before: then every file is flushed by itself. */
    @Test
    void whatCannotBeFlushedTogetherIsFlushedOneByOne() throws Exception {
        Path programs = Files.createDirectory(temporary.resolve("programs"));
        String program = """
                #!/bin/sh
                [ ! -e %1$s/called ] || exit 1
                touch %1$s/called
                """.formatted(programs);
        try (OpenSshServer other = OpenSshServer.startWith(temporary.resolve("other"), programs, "sync", program);
                TargetSession failing = new SshTargetConnector().connect(other.address("student", root))) {
            failing.enterGate(2, "second");
            assertThat(failing.capabilities()).contains(Capability.FILE_SYSTEM_SYNC);
            assertThat(programs.resolve("called")).exists();

            assertThat(failing.apply(smallFiles(1200), Monitor.NONE)).hasOnlyElementsOfType(Result.Done.class);

            assertThat(root.resolve("small1199")).hasContent("text 1199");
            assertThat(stagingNames()).isEmpty();
        }
    }

    /** Rule 1: what the target's program read meanwhile is believed as far as what it reads of a complete file. */
    @Test
    void aLargeFileIsHashedWhileItGrows() throws Exception {
        Path programs = Files.createDirectory(temporary.resolve("programs"));
        String program = """
                #!/bin/sh
                [ $# != 3 ] || touch %1$s/reads-a-pipe
                [ ! -e %1$s/lies ] || exec echo %2$s *stdin
                exec /usr/bin/openssl "$@"
                """.formatted(programs, "0".repeat(64));
        try (OpenSshServer other = OpenSshServer.startWith(temporary.resolve("other"), programs, "openssl", program);
                TargetSession watched = new SshTargetConnector().connect(other.address("student", root))) {
            watched.enterGate(2, "second");
            session = watched;
            byte[] bytes = randomBytes((80 << 20) + 4321);
            Operation.Base base = deliverFirst("large", bytes);
            bytes[40 << 20] ^= 1;
            assertThat(putOver("large", base, bytes).bytes()).isEqualTo(BLOCK);
            assertThat(programs.resolve("reads-a-pipe")).exists();

            Files.createFile(programs.resolve("lies"));
            assertThat(putOver("large", base, bytes).bytes()).isEqualTo(bytes.length);
            Files.delete(programs.resolve("lies"));

            FileTime time = Files.getLastModifiedTime(root.resolve("large"));
            overwrite(root.resolve("large"), 7);
            Files.setLastModifiedTime(root.resolve("large"), time);
            assertThat(putOver("large", base, bytes).bytes()).isEqualTo(bytes.length);
        }
    }

    /** A login shell that hangs costs no more than a moment, once, and not the connection. */
    @Test
    void aShellThatHangsIsNotAskedAgain() throws Exception {
        String account = OpenSshServer.run("getent", "passwd", System.getProperty("user.name"));
        Assumptions.assumeTrue(account.strip().endsWith("/bash"), "other shells than bash read no .bashrc here");
        Path home = Files.createDirectory(temporary.resolve("home"));
        Path hanging = home.resolve("hangs");
        OpenSshServer.run("mkfifo", hanging.toString());
        Files.writeString(home.resolve(".bashrc"), "read line < " + hanging + "\n");
        try (OpenSshServer other = OpenSshServer.start(temporary.resolve("other"), "SetEnv HOME=" + home);
                TargetSession slow = new SshTargetConnector().connect(other.address("student", root))) {
            slow.enterGate(2, "second");

            assertThat(slow.capabilities()).doesNotContain(Capability.CHECKSUM, Capability.FILE_SYSTEM_SYNC);
            assertThat(slow.apply(smallFiles(300), Monitor.NONE)).hasOnlyElementsOfType(Result.Done.class);
            assertThat(slow.hash(List.of(path("small1")), Monitor.NONE))
                    .containsExactly(Optional.of(MadeContent.of("text 1").hash()));
        }
    }

    private static List<Operation> smallFiles(int count) {
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            operations.add(put("small" + i, MadeContent.of("text " + i)));
        }
        return operations;
    }

    private static long commandsRun() {
        return server.log()
                .lines()
                .filter(line -> line.contains("Starting session: command"))
                .count();
    }

    @Test
    void connectionCutInTheMiddleLeavesOldOrNewContent() throws Exception {
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            Files.writeString(root.resolve("f" + i), "old");
            operations.add(put("f" + i, MadeContent.of("new " + i)));
        }
        Files.writeString(root.resolve("big"), "old");
        AtomicBoolean cut = new AtomicBoolean();
        operations.add(
                200,
                put(
                        "big",
                        MadeContent.of(64L << 20, "x", 0644, Account.UID, Account.GID)
                                .beforeRead(place -> {
                                    if (place > 32 << 20 && cut.compareAndSet(false, true)) {
                                        server.killConnections();
                                    }
                                })));

        List<Result> results = session.apply(operations, Monitor.NONE);

        assertThat(cut).isTrue();
        assertFailed(results.get(200), ErrorCode.CONNECTION_LOST);
        assertThat(root.resolve("big")).hasContent("old");
        for (int i = 0; i < operations.size(); i++) {
            Path file = root.resolve(operations.get(i).path().toString());
            if (results.get(i) instanceof Result.Done) {
                assertThat(Files.readString(file)).startsWith("new ");
            } else if (i != 200) {
                assertFailed(results.get(i), ErrorCode.CONNECTION_LOST);
                assertThat(Files.readString(file)).matches("old|new [0-9]+");
            }
        }

        session.close();
        session = connect();
        session.enterGate(2, "next");
        session.sweepStaging(Set.of());
        assertThat(stagingNames()).isEmpty();
        assertDone(apply(put("big", MadeContent.of("new"))));
    }

    /** The host goes away and comes back while a large file is on its way. */
    @Test
    void largeFileArrivesThoughTheServerWasRestarted() throws Exception {
        Files.writeString(root.resolve("big"), "old");
        try (OpenSshServer restarted = OpenSshServer.start(temporary.resolve("restarted"))) {
            AtomicBoolean done = new AtomicBoolean();
            MadeContent big = MadeContent.of(64L << 20, "x", 0644, Account.UID, Account.GID)
                    .beforeRead(place -> {
                        if (place > 32 << 20 && done.compareAndSet(false, true)) {
                            restarted.stop();
                            restarted.start();
                        }
                    });
            try (TargetSession first = new SshTargetConnector().connect(restarted.address("student", root))) {
                first.enterGate(1, "first");
                assertFailed(first.apply(List.of(put("big", big)), Monitor.NONE).get(0), ErrorCode.CONNECTION_LOST);
            }
            assertThat(root.resolve("big")).hasContent("old");
            try (TargetSession second = new SshTargetConnector().connect(restarted.address("student", root))) {
                second.enterGate(1, "first");
                assertDone(second.apply(List.of(put("big", big)), Monitor.NONE).get(0));
            }
            assertThat(sha256(root.resolve("big"))).isEqualTo(big.hash().hex());
        }
    }

    /** The server asks for new keys again and again; whatever is on its way then waits, and nothing is lost. */
    @Test
    void largeFileArrivesThroughManyExchangesOfKeys() throws Exception {
        try (OpenSshServer careful =
                        OpenSshServer.start(temporary.resolve("careful"), "RekeyLimit 1M", "LogLevel DEBUG1");
                TargetSession rekeyed = new SshTargetConnector().connect(careful.address("student", root))) {
            rekeyed.enterGate(1, "first");
            MadeContent big = MadeContent.of(64L << 20, "big ", 0644, Account.UID, Account.GID);
            List<Operation> operations = new ArrayList<>(List.of(put("big", big)));
            for (int i = 0; i < 300; i++) {
                operations.add(put("f" + i, MadeContent.of("small " + i)));
            }

            List<Result> results = rekeyed.apply(operations, Monitor.NONE);

            assertThat(results).allMatch(result -> result instanceof Result.Done);
            assertThat(sha256(root.resolve("big"))).isEqualTo(big.hash().hex());
            for (int i = 0; i < 300; i++) {
                assertThat(root.resolve("f" + i)).hasContent("small " + i);
            }
            assertThat(careful.log().split("SSH2_MSG_NEWKEYS received", -1)).hasSizeGreaterThan(20);
        }
    }

    /** With 6 MiB all is sent before the first refusal is heard, with 32 MiB not. */
    @ParameterizedTest
    @ValueSource(longs = {6L << 20, 32L << 20})
    void fullFileSystemStopsTheTargetAndLeavesNothingBehind(long size) throws Exception {
        Path mount = mountSmallFileSystem();
        try (TargetSession small = new SshTargetConnector().connect(server.address("small", mount))) {
            small.enterGate(1, "first");
            List<Operation> operations = new ArrayList<>();
            operations.add(put("before", MadeContent.of("fits")));
            operations.add(put("big", MadeContent.of(size, "x", 0644, Account.UID, Account.GID)));
            for (int i = 0; i < 300; i++) {
                operations.add(put("after" + i, MadeContent.of("x")));
            }

            List<Result> results = small.apply(operations, Monitor.NONE);

            assertDone(results.get(0));
            assertFailed(results.get(1), ErrorCode.TARGET_FULL);
            for (Result result : results) {
                if (result instanceof Result.Failed) {
                    assertFailed(result, ErrorCode.TARGET_FULL);
                }
            }
            assertThat(mount.resolve("big")).doesNotExist();
            assertThat(small.freeBytes().orElseThrow()).isGreaterThan(2 << 20);
            assertDone(small.apply(List.of(put("later", MadeContent.of("fits"))), Monitor.NONE)
                    .get(0));

            OpenSshServer.run("mount", "-o", "remount,ro", mount.toString());
            assertFailed(
                    small.apply(List.of(put("later", MadeContent.of("x"))), Monitor.NONE)
                            .get(0),
                    ErrorCode.TARGET_READ_ONLY);
        } finally {
            OpenSshServer.run("umount", mount.toString());
        }
    }

    private Path mountSmallFileSystem() throws Exception {
        Assumptions.assumeTrue(Account.SUPERUSER, "only the superuser mounts");
        Path mount = Files.createDirectory(temporary.resolve("small"));
        Process process = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=4m", "none", mount.toString()).start();
        Assumptions.assumeTrue(process.waitFor() == 0, "this machine does not let us mount");
        return mount;
    }
}
