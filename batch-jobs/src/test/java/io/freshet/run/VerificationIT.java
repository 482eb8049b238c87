package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.policy.Verify;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A run that hashes on the target what it has sent, before it ends. */
class VerificationIT extends OneTarget {
    @AfterEach
    void nothingHappensBeforeHashing() {
        FaultyConnector.BEFORE_HASH.set(() -> {});
    }

    @Test
    void whatWasSentIsProvenBeforeTheRunEnds() throws IOException {
        write("a", "one");
        write("d/b", "two");
        Files.createSymbolicLink(source.resolve("link"), Path.of("a"));
        replication
                .target(server.address("replica", replica), verifying(Verify.RUN))
                .start();
        replication.awaitEqual(replica);

        await().untilAsserted(() ->
                assertThat(text("SELECT state || ' ' || verified FROM run")).containsExactly("COMPLETED 2"));
        assertThat(text("SELECT name FROM manifest WHERE evidence = 'VERIFIED' ORDER BY name"))
                .containsExactly("a", "b");
    }

    @Test
    void inFlightNothingIsHashedAgain() throws IOException {
        write("a", "one");
        replication
                .target(server.address("replica", replica), verifying(Verify.IN_FLIGHT))
                .start();
        replication.awaitEqual(replica);

        await().untilAsserted(() ->
                assertThat(text("SELECT state || ' ' || verified FROM run")).containsExactly("COMPLETED 0"));
    }

    /** The disk does not keep what it was given, or somebody else writes there: same size, same time, other bytes. */
    @Test
    void whatIsNotWhatWasSentIsToldWithBothHashesAndSentAgain() throws IOException {
        write("good", "as it was");
        write("rotten", "as it was");
        FaultyConnector.BEFORE_HASH.set(() -> rot(replica.resolve("rotten")));
        replication
                .target(FaultyConnector.address("replica", replica), verifying(Verify.RUN))
                .start();

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(text("""
                        SELECT path || ' ' || outcome || ' ' || coalesce(error_code, '') FROM v_delivery
                        WHERE path = 'rotten' ORDER BY delivered_at
                        """))
                        .containsExactly(
                                "rotten TRANSFERRED ", "rotten FAILED CONTENT_DIFFERS", "rotten TRANSFERRED "));
        replication.awaitEqual(replica);
        assertThat(text("SELECT reason FROM v_delivery WHERE outcome = 'FAILED'"))
                .singleElement()
                .asString()
                .contains(sha256("as it was"), sha256("as it rot"));
        await().untilAsserted(() -> assertThat(text("SELECT state || ' ' || verified FROM run ORDER BY run_number"))
                .containsExactly("COMPLETED_WITH_FAILURES 1", "COMPLETED 1"));
    }

    private static void rot(Path file) {
        try {
            FileTime time = Files.getLastModifiedTime(file);
            Files.writeString(file, "as it rot");
            Files.setLastModifiedTime(file, time);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String sha256(String text) {
        return replication
                .jdbc()
                .sql("SELECT encode(sha256(convert_to(:text, 'UTF8')), 'hex')")
                .param("text", text)
                .query(String.class)
                .single();
    }
}
