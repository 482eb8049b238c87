package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.path.RelativePath;
import io.freshet.transfer.ssh.OpenSshServer;
import io.freshet.watch.Tier;
import io.freshet.watch.WatcherState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * S26: what befalls the root of the source itself. Nothing on the target goes because of it, it is told of, and all goes on
 * by itself when the root is back.
 */
class SourceRootIT {
    private static final RelativePath ROOT = RelativePath.parse(Mirror.SOURCE);
    private static final RelativePath AWAY = RelativePath.parse(Mirror.OUTSIDE + "/away");

    @TempDir
    Path directory;

    private OpenSshServer server;
    private Mirror mirror;
    private boolean mounted;

    private void start(Tier tier) throws Exception {
        server = OpenSshServer.start(directory.resolve("sshd"));
        mirror = new Mirror(directory);
        mirror.watching(mirror.options()
                        .withTimes(Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofMinutes(5)))
                .by(tier)
                .replica(server);
        mirror.tree().directory(Mirror.in("d/deep").toString());
        mirror.tree().file(Mirror.in("d/f"), "1");
        mirror.tree().file(Mirror.in("d/deep/g"), "2");
        mirror.tree().file(Mirror.in("h"), "3");
        String refusal = mirror.refusal();
        assumeTrue(refusal == null, refusal);
        mirror.start();
        mirror.assertArrived();
    }

    @AfterEach
    void stop() {
        if (mirror != null) {
            mirror.stopWatcher();
            mirror.stopRuns();
            if (mounted) {
                mirror.tree().unmount(ROOT);
            }
            mirror.close();
        }
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Tier.class)
    void isAwayForAWhile(Tier tier) throws Exception {
        start(tier);
        mirror.tree().mode(ROOT, 0750);
        mirror.assertArrived();

        Set<Path> before = onTarget();
        long head = mirror.awaitJournaled();
        mirror.tree().rename(ROOT, AWAY);
        awaitHeld("SOURCE_MISSING");
        assertThat(mirror.watching().state()).isEqualTo(WatcherState.SOURCE_GONE);
        mirror.tree().file(RelativePath.parse(AWAY + "/d/f"), "changed while away");
        mirror.tree().remove(RelativePath.parse(AWAY + "/h"));
        assertThat(onTarget()).isEqualTo(before);
        assertThat(mirror.count("SELECT count(*) FROM change WHERE path <> '' AND seq > " + head))
                .as("changes journaled below a root that is not there")
                .isZero();
        mirror.tree().rename(AWAY, ROOT);
        assertRecovered();
    }

    @ParameterizedTest
    @EnumSource(Tier.class)
    void isReplacedAndComesBackOrIsMeantToBeAnother(Tier tier) throws Exception {
        start(tier);
        Set<Path> before = onTarget();
        mirror.tree().rename(ROOT, AWAY);
        makeAnew();
        awaitHeld("SOURCE_REPLACED");
        assertThat(onTarget()).isEqualTo(before);
        mirror.tree().rename(ROOT, RelativePath.parse(Mirror.OUTSIDE + "/wrong"));
        mirror.tree().rename(AWAY, ROOT);
        assertRecovered();

        mirror.tree().rename(ROOT, AWAY);
        makeAnew();
        awaitHeld("SOURCE_REPLACED");
        assertThat(onTarget()).isEqualTo(before);
        mirror.approveHolds();
        assertRecovered();
        mirror.tree().file(Mirror.in("made anew"), "and watched");
        mirror.assertArrived();
    }

    /** Every inode and every ctime is another one then; what makes the source itself is the id in it. */
    @ParameterizedTest
    @EnumSource(Tier.class)
    void isCopiedElsewhereAndNothingIsSentAgain(Tier tier) throws Exception {
        start(tier);
        mirror.stopWatcher();
        mirror.stopRuns();
        long sent = transferred();
        mirror.tree().rename(ROOT, AWAY);
        Process copying = new ProcessBuilder(
                        "cp",
                        "-a",
                        mirror.tree().root().resolve(AWAY.toString()).toString(),
                        mirror.source().toString())
                .inheritIO()
                .start();
        assertThat(copying.waitFor()).isZero();
        mirror.start();
        assertRecovered();
        assertThat(transferred()).as("files sent").isEqualTo(sent);
        mirror.tree().file(Mirror.in("h"), "changed since");
        mirror.assertArrived();
        assertThat(transferred()).isGreaterThan(sent);
    }

    private long transferred() {
        return mirror.count("SELECT count(*) FROM v_delivery WHERE outcome = 'TRANSFERRED'");
    }

    private void makeAnew() {
        mirror.tree().directory(ROOT.toString());
        mirror.tree().file(Mirror.in("made anew"), "4");
    }

    @ParameterizedTest
    @EnumSource(Tier.class)
    void isEmptyBecauseSomethingIsMountedOverIt(Tier tier) throws Exception {
        start(tier);
        Set<Path> before = onTarget();
        mountOver();
        awaitHeld("SOURCE_EMPTY");
        assertThat(onTarget()).isEqualTo(before);
        unmount();
        assertRecovered();

        mirror.stopWatcher();
        mirror.stopRuns();
        mountOver();
        mirror.start();
        awaitHeld("SOURCE_EMPTY");
        assertThat(onTarget()).isEqualTo(before);
        unmount();
        assertRecovered();
    }

    private void mountOver() {
        mounted = mirror.tree().mountTmpfs(ROOT);
        assumeTrue(mounted, "this process may not mount");
    }

    private void unmount() {
        mirror.tree().unmount(ROOT);
        mounted = false;
    }

    private void awaitHeld(String reason) {
        Mirror.await("it is held as " + reason, () -> mirror.holds().equals(List.of(reason)) && failing() == 1);
    }

    private void assertRecovered() throws Exception {
        Mirror.await("the target is served again", () -> mirror.holds().isEmpty() && failing() == 0);
        mirror.assertArrived();
        assertThat(mirror.watching().state()).isEqualTo(WatcherState.WATCHING);
    }

    private long failing() {
        return mirror.count("SELECT count(*) FROM target_state WHERE failing_code IS NOT NULL");
    }

    private Set<Path> onTarget() throws IOException {
        Path replica = mirror.replica(1);
        try (Stream<Path> paths = Files.walk(replica)) {
            return paths.map(replica::relativize)
                    .filter(path -> !path.startsWith(RelativePath.RESERVED_NAME))
                    .collect(Collectors.toSet());
        }
    }
}
