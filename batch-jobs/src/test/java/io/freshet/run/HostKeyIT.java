package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A host that shows another key than the one it is known by waits for a person. */
class HostKeyIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void aNewKeyHoldsTheTargetUntilAPersonAcceptsIt() throws IOException {
        deliverThenChangeKey();

        assertThat(openHolds()).isEqualTo(1);
        assertThat(text("SELECT subject FROM hold WHERE state = 'OPEN'"))
                .containsExactly("127.0.0.1:" + server.port() + " " + fingerprint());
        assertThat(replica.resolve("b")).doesNotExist();

        decide("APPROVED");
        replication.awaitEqual(replica);
        assertThat(openHolds()).isZero();

        changeKey();
        write("c", "3");
        replication.changed("c");
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(openHolds()).as("an approval is for one key").isEqualTo(1));
        assertThat(replica.resolve("c")).doesNotExist();
    }

    @Test
    void theOldKeyEndsTheHold() throws IOException {
        Path kept = Files.copy(server.hostKey(), directory.resolve("kept"));
        deliverThenChangeKey();
        server.stop();
        Files.copy(kept, server.hostKey(), StandardCopyOption.REPLACE_EXISTING);
        server.start();

        replication.awaitEqual(replica);

        assertThat(text("SELECT state FROM hold")).containsExactly("RESOLVED");
    }

    @Test
    void aKeyThatAPersonRefusesIsNotAskedAboutAgain() throws IOException {
        deliverThenChangeKey();
        decide("REJECTED");
        long tried = count("SELECT failing_attempts FROM target_state");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(count("SELECT failing_attempts FROM target_state"))
                        .isGreaterThan(tried));
        assertThat(openHolds()).isZero();
        assertThat(replica.resolve("b")).doesNotExist();
    }

    private void deliverThenChangeKey() throws IOException {
        write("a", "1");
        start();
        replication.awaitEqual(replica);
        changeKey();
        write("b", "2");
        replication.changed("b");
        await().atMost(PATIENCE).until(() -> openHolds() > 0);
    }

    private void changeKey() throws IOException {
        server.stop();
        Files.delete(server.hostKey());
        Files.delete(Path.of(server.hostKey() + ".pub"));
        OpenSshServer.makeKey(server.hostKey(), "ed25519", "");
        server.start();
    }

    private void decide(String state) {
        replication
                .jdbc()
                .sql(
                        "UPDATE hold SET state = :state::hold_state, decided_at = now(), decided_by = 'test' WHERE state = 'OPEN'")
                .param("state", state)
                .update();
    }

    private String fingerprint() throws IOException {
        Process told = new ProcessBuilder("ssh-keygen", "-l", "-f", server.hostKey() + ".pub").start();
        return new String(told.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split(" ", 3)[1];
    }

    private long openHolds() {
        return count("SELECT count(*) FROM hold WHERE state = 'OPEN' AND reason = 'HOST_KEY_CHANGED'");
    }
}
