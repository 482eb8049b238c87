package io.freshet.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.local.LocalTargetConnector;
import io.freshet.transfer.ssh.OpenSshServer;
import io.freshet.transfer.ssh.SshTargetConnector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Targets whose disk takes no more in the middle of a random delivery, and takes it again later. */
class TargetDiskIT {
    private static final int CHANGES = 120;
    private static final int LARGEST = 6 << 20;
    private static final long MORE_THAN_FITS = 24 << 20;

    @TempDir(factory = MemoryDirectory.class)
    Path directory;

    private Path mount;
    private Path root;
    private RandomChanges changes;

    private enum Kind {
        OPENSSH,
        LOCAL
    }

    @BeforeEach
    void mountSmallDisk() throws Exception {
        Assumptions.assumeTrue(Account.SUPERUSER, "only the superuser mounts");
        Path place = Files.createDirectory(directory.resolve("disk"));
        Process process =
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=16m", "none", place.toString()).start();
        Assumptions.assumeTrue(process.waitFor() == 0, "this machine does not let us mount");
        mount = place;
        fill();
    }

    /** Something on the disk that is not the target's, and a list with more than fits beside it. */
    private void fill() throws IOException {
        Files.write(mount.resolve("others"), new byte[6 << 20]);
        long seed = Long.getLong("freshet.seed", System.nanoTime());
        System.out.printf("-Dfreshet.seed=%d%n", seed);
        Random seeds = new Random(seed);
        do {
            root = Files.createTempDirectory(mount, "root");
            changes = RandomChanges.make(seeds.nextLong(), root, CHANGES, LARGEST);
        } while (changes.bytes() < MORE_THAN_FITS);
    }

    @AfterEach
    void unmount() throws Exception {
        if (mount != null) {
            run("umount", mount.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatDidNotFitArrivesWhenThereIsSpace(Kind kind) throws Exception {
        try (Target target = new Target(kind)) {
            PathHistory.Findings findings;
            try (TargetSession session = target.connect()) {
                session.enterGate(1, "first");
                findings = judge(session.apply(changes.operations(), Monitor.NONE), ErrorCode.TARGET_FULL);
            }
            run("mount", "-o", "remount,size=64m", mount.toString());
            assertRestArrives(target, findings);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyDiskRefusesEverythingUntilItIsWritable(Kind kind) throws Exception {
        run("mount", "-o", "remount,size=64m", mount.toString());
        Map<String, String> before = TreeStates.below(root);
        try (Target target = new Target(kind)) {
            PathHistory.Findings findings;
            try (TargetSession session = target.connect()) {
                session.enterGate(1, "first");
                run("mount", "-o", "remount,ro", mount.toString());
                findings = judge(session.apply(changes.operations(), Monitor.NONE), ErrorCode.TARGET_READ_ONLY);
                assertThat(TreeStates.below(root)).isEqualTo(before);
            }
            run("mount", "-o", "remount,rw", mount.toString());
            assertRestArrives(target, findings);
        }
    }

    /** Every result is done or tells the one reason; whatever failed has changed nothing. */
    private PathHistory.Findings judge(List<Result> results, ErrorCode reason) throws IOException {
        List<Result.Failed> failed = PathHistory.failures(results);
        assertThat(failed).isNotEmpty().extracting(Result.Failed::code).containsOnly(reason);
        PathHistory.Findings findings = changes.history().judge(results, TreeStates.below(root), null);
        assertThat(findings.wrong()).isEmpty();
        return findings;
    }

    private void assertRestArrives(Target target, PathHistory.Findings findings) throws IOException {
        List<Operation> missing = PathHistory.remainder(changes.operations(), findings.inEffect());
        try (TargetSession session = target.connect()) {
            session.enterGate(1, "first");
            session.sweepStaging(Set.of());
            assertThat(PathHistory.failures(session.apply(missing, Monitor.NONE)))
                    .isEmpty();
        }
        assertThat(TreeStates.below(root)).isEqualTo(changes.finalStates());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    /** The root as one kind of target. */
    private final class Target implements AutoCloseable {
        private final OpenSshServer server;

        private Target(Kind kind) {
            server = kind == Kind.OPENSSH ? OpenSshServer.start(directory.resolve("sshd")) : null;
        }

        private TargetSession connect() {
            return server == null
                    ? new LocalTargetConnector().connect(new TargetAddress("disk", root.toUri(), Map.of()))
                    : new SshTargetConnector().connect(server.address("disk", root));
        }

        @Override
        public void close() {
            if (server != null) {
                server.close();
            }
        }
    }
}
