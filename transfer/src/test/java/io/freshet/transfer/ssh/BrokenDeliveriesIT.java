package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetSession;
import io.freshet.transfer.Account;
import io.freshet.transfer.MadeContent;
import io.freshet.transfer.MemoryDirectory;
import io.freshet.transfer.PathHistory;
import io.freshet.transfer.RandomChanges;
import io.freshet.transfer.StagingName;
import io.freshet.transfer.TreeStates;
import io.freshet.transfer.ssh.FaultyProxy.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random deliveries over a real OpenSSH server that break off at a random moment: each path is then in one of the states it
 * was to go through, whole, what was said to be done is, nothing stays in the staging area, and what is missing arrives.
 *
 * <p>{@code -Dfreshet.seed} makes the rounds of another run again, {@code -Dfreshet.round} one of them alone, by the seed
 * that its failure printed.
 */
class BrokenDeliveriesIT {
    private static final int CHANGES = 60;
    private static final int LARGEST = 3 << 20;
    private static final int LARGE = 24 << 20;
    /** How long a server may be silent here. */
    private static final Duration SILENCE = Duration.ofSeconds(2);
    /** Until a loss is noticed, the machine being busy. */
    private static final Duration NOTICED = SILENCE.plusSeconds(20);

    @TempDir(factory = MemoryDirectory.class)
    static Path directory;

    private static OpenSshServer server;
    private static FaultyProxy proxy;

    private enum Fault {
        /** The connection is closed in order. */
        CLOSED,
        /** The connection is reset, with whatever was on its way. */
        RESET,
        /** The server's SFTP process is killed; the connection stays. */
        SERVER_KILLED,
        /** Nothing comes through any more, and nobody is told. */
        SILENT
    }

    @BeforeAll
    static void startServer() throws IOException {
        server = OpenSshServer.start(directory.resolve("sshd"), "Subsystem sftp " + OpenSshServer.sftpProgram());
        proxy = new FaultyProxy(server.port());
    }

    @AfterAll
    static void stopServer() throws IOException {
        if (proxy != null) {
            proxy.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void everyPathIsOldOrNewAfterWhateverBroke() throws Exception {
        tryThem(Map.of(Fault.CLOSED, 2, Fault.RESET, 2, Fault.SERVER_KILLED, 2, Fault.SILENT, 1));
    }

    @Test
    @Tag("nightly")
    void everyPathIsOldOrNewHundredsOfTimes() throws Exception {
        tryThem(Map.of(Fault.CLOSED, 120, Fault.RESET, 120, Fault.SERVER_KILLED, 120, Fault.SILENT, 30));
    }

    /** Whoever goes on, by the gate of before or by the next owner's: what the target has does not travel again. */
    @Test
    void aLargeFileGoesOnWhereverItBrokeOff() throws Exception {
        long seed = Long.getLong("freshet.seed", System.nanoTime());
        System.out.printf("-Dfreshet.seed=%d%n", seed);
        Random random = new Random(seed);
        byte[] bytes = new byte[LARGE];
        random.nextBytes(bytes);
        MadeContent content = MadeContent.of(bytes);
        for (Fault fault : Fault.values()) {
            for (boolean newOwner : new boolean[] {false, true}) {
                long place = (long) LARGE / 2 + random.nextInt(LARGE / 3);
                long again = breakOffAndGoOn(content, fault, place, newOwner);
                System.out.printf("%s after %d bytes: %d were sent again%n", fault, place, again - (LARGE - place));
                assertThat(again).isPositive().isLessThan(LARGE);
            }
        }
    }

    /** Returns how many bytes were sent once the connection was back. */
    private static long breakOffAndGoOn(MadeContent content, Fault fault, long place, boolean newOwner)
            throws Exception {
        Path root = Files.createTempDirectory(directory, "large");
        PartialKey key = PartialKey.of(content.state());
        List<Operation> put =
                List.of(new Operation.PutFile(RelativePath.parse("big"), LARGE, content, null, key, false));
        try (TargetSession session = connect(proxy.port(), root)) {
            session.enterGate(1, "first");
            proxy.after(place, EnumSet.of(Way.TO_SERVER), () -> breakOff(fault, EnumSet.allOf(Way.class)));
            assertThat(PathHistory.failures(session.apply(put, Monitor.NONE)))
                    .singleElement()
                    .extracting(Result.Failed::code)
                    .isEqualTo(ErrorCode.CONNECTION_LOST);
        } finally {
            if (fault != Fault.SILENT) {
                proxy.cut(false);
            }
        }
        try (TargetSession session = connect(server.port(), root)) {
            session.enterGate(newOwner ? 2 : 1, newOwner ? "second" : "first");
            if (newOwner) {
                session.sweepStaging(Set.of(key));
            }
            Result result = session.apply(put, Monitor.NONE).get(0);
            assertThat(result).isInstanceOf(Result.Done.class);
            assertThat(session.hash(List.of(RelativePath.parse("big")), Monitor.NONE))
                    .containsExactly(Optional.of(content.hash()));
            try (Stream<Path> names = Files.list(root.resolve(".freshet"))) {
                assertThat(names).allMatch(path -> path.getFileName().toString().startsWith("g"));
            }
            return ((Result.Done) result).bytes();
        } finally {
            proxy.cut(false);
        }
    }

    /** Under one lease, as long as the server of the lost connection may be alive: the other lane's file is in flight. */
    @Test
    void aLaneThatIsBackSweepsWhatItLeftAndNothingOfTheOther() throws Exception {
        for (Fault fault : EnumSet.of(Fault.RESET, Fault.SILENT)) {
            Path root = Files.createTempDirectory(directory, "lanes");
            CountDownLatch halfWay = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            MadeContent slow = content(2 << 20).beforeRead(place -> {
                if (place >= 1 << 20) {
                    halfWay.countDown();
                    await(goOn);
                }
            });
            ExecutorService other = Executors.newSingleThreadExecutor();
            try (TargetSession bulk = connect(server.port(), root)) {
                bulk.enterGate(1, "first", "bulk", 1);
                Future<List<Result>> inFlight = other.submit(() -> bulk.apply(put("slow", slow), Monitor.NONE));
                await(halfWay);
                try (TargetSession express = connect(proxy.port(), root)) {
                    express.enterGate(1, "first", "express", 2);
                    proxy.after(1 << 20, EnumSet.of(Way.TO_SERVER), () -> breakOff(fault, EnumSet.allOf(Way.class)));
                    assertThat(PathHistory.failures(express.apply(put("cut", content(4 << 20)), Monitor.NONE)))
                            .hasSize(1);
                }
                assertThat(staged(root)).hasSize(2);
                try (TargetSession express = connect(server.port(), root)) {
                    express.enterGate(1, "first", "express", 3);
                    assertThat(staged(root)).singleElement().asString().startsWith("bulk1-");
                    assertThat(PathHistory.failures(express.apply(put("cut", content(4 << 20)), Monitor.NONE)))
                            .isEmpty();
                }
                goOn.countDown();
                assertThat(PathHistory.failures(inFlight.get())).isEmpty();
                assertThat(staged(root)).isEmpty();
            } finally {
                goOn.countDown();
                other.shutdown();
                proxy.cut(false);
            }
        }
    }

    private static MadeContent content(long size) {
        return MadeContent.of(size, "some words", 0644, Account.UID, Account.GID);
    }

    private static List<Operation> put(String path, MadeContent content) {
        return List.of(
                new Operation.PutFile(RelativePath.parse(path), content.state().size(), content));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> staged(Path root) throws IOException {
        try (Stream<Path> names = Files.list(root.resolve(".freshet"))) {
            return names.map(path -> path.getFileName().toString())
                    .filter(StagingName::isOne)
                    .toList();
        }
    }

    private static TargetSession connect(int port, Path root) {
        return new SshTargetConnector(SILENCE, NOTICED, LocalUser.current())
                .connect(server.addressThrough(port, "large", root));
    }

    private static void breakOff(Fault fault, Set<Way> ways) {
        switch (fault) {
            case CLOSED -> proxy.cut(false);
            case RESET -> proxy.cut(true);
            case SERVER_KILLED -> server.killSftpServers();
            case SILENT -> proxy.silence(ways);
        }
    }

    private static void tryThem(Map<Fault, Integer> rounds) throws Exception {
        Long one = Long.getLong("freshet.round");
        long seed = Long.getLong("freshet.seed", System.nanoTime());
        System.out.printf("%s rounds of -Dfreshet.seed=%d%n", rounds, seed);
        Random seeds = new Random(seed);
        Map<Fault, Integer> broken = new EnumMap<>(Fault.class);
        long from = System.nanoTime();
        for (Fault fault : Fault.values()) {
            for (int i = 0; i < rounds.getOrDefault(fault, 0); i++) {
                long round = seeds.nextLong();
                if (one == null || one == round) {
                    try {
                        broken.merge(fault, new Round(fault, round).run() ? 1 : 0, Integer::sum);
                    } catch (Exception | AssertionError e) {
                        throw new AssertionError("round " + round + ", " + fault + ": " + e.getMessage(), e);
                    }
                }
            }
        }
        System.out.printf("broken: %s, in %s%n", broken, Duration.ofNanos(System.nanoTime() - from));
    }

    /** One delivery, what breaks it, and what is found afterwards. */
    private static final class Round {
        private final Fault fault;
        private final long seed;
        private final Random random;
        private final Path root;
        private final RandomChanges changes;
        private volatile long brokeAt;

        private Round(Fault fault, long seed) throws IOException {
            this.fault = fault;
            this.seed = seed;
            random = new Random(seed);
            root = Files.createTempDirectory(directory, "root");
            changes = RandomChanges.make(seed, root, CHANGES, LARGEST);
        }

        /** Returns whether the delivery was broken; it may have been done before. */
        private boolean run() throws Exception {
            List<Result> results;
            boolean happened;
            try (TargetSession session = connect(proxy.port())) {
                session.enterGate(1, "first");
                Monitor monitor = arm();
                results = session.apply(changes.operations(), monitor);
                happened = proxy.hasHappened() || brokeAt != 0;
                if (brokeAt != 0) {
                    assertThat(Duration.ofNanos(System.nanoTime() - brokeAt)).isLessThan(NOTICED);
                }
            } finally {
                proxy.cut(false);
            }
            assertThat(MadeContent.openNow()).as("sources left open").isZero();
            List<Result.Failed> failures = PathHistory.failures(results);
            assertThat(failures).allMatch(failure -> happened && failure.code() == ErrorCode.CONNECTION_LOST);
            try (TargetSession fresh = connect(server.port())) {
                fresh.enterGate(2, "second");
                PathHistory.Findings findings =
                        changes.history().judge(results, TreeStates.below(root), ErrorCode.CONNECTION_LOST);
                assertThat(findings.wrong()).isEmpty();
                fresh.sweepStaging(Set.of());
                assertThat(staged(root)).isEmpty();
                List<Operation> missing = PathHistory.remainder(changes.operations(), findings.inEffect());
                assertThat(PathHistory.failures(fresh.apply(missing, Monitor.NONE)))
                        .isEmpty();
            }
            assertThat(TreeStates.below(root)).isEqualTo(changes.finalStates());
            return !failures.isEmpty();
        }

        private TargetSession connect(int port) {
            return new SshTargetConnector(SILENCE, NOTICED, LocalUser.current())
                    .connect(server.addressThrough(port, "round" + Long.toHexString(seed), root));
        }

        /** Lets it break after some bytes, or after some operations have ended. */
        private Monitor arm() {
            Set<Way> ways = random.nextBoolean() ? EnumSet.allOf(Way.class) : EnumSet.of(anyWay());
            if (random.nextInt(3) == 0) {
                int left = random.nextInt(changes.operations().size());
                return new Breaking(left, () -> breakOff(ways));
            }
            long most = ways.contains(Way.TO_SERVER)
                    ? changes.bytes() + 1000L * changes.operations().size()
                    : 300L * changes.operations().size();
            long bytes = random.nextBoolean()
                    ? (long) (random.nextDouble() * most)
                    : (long) Math.exp(random.nextDouble() * Math.log((double) most));
            proxy.after(1 + bytes, ways, () -> breakOff(ways));
            return Monitor.NONE;
        }

        private Way anyWay() {
            return random.nextBoolean() ? Way.TO_SERVER : Way.TO_CLIENT;
        }

        private void breakOff(Set<Way> ways) {
            brokeAt = System.nanoTime();
            BrokenDeliveriesIT.breakOff(fault, ways);
        }
    }

    /** Breaks when so many operations have ended; the last of them a moment ago. */
    private static final class Breaking implements Monitor {
        private final Runnable breaking;
        private int left;

        private Breaking(int left, Runnable breaking) {
            this.left = left;
            this.breaking = breaking;
        }

        @Override
        public void sent(Operation operation, long bytes) {}

        @Override
        public void ended(Operation operation, Result result) {
            if (left-- == 0) {
                breaking.run();
            }
        }

        @Override
        public boolean stopRequested() {
            return false;
        }
    }
}
