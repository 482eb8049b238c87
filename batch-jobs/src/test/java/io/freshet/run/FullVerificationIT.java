package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import io.freshet.journal.NotificationKind;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Extras;
import io.freshet.policy.Policy;
import io.freshet.policy.Unstable;
import io.freshet.policy.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A target that is compared with its manifest as a whole or in part. */
class FullVerificationIT extends OneTarget {
    @AfterEach
    void nothingHappensBeforeHashing() {
        FaultyConnector.BEFORE_HASH.set(() -> {});
        FaultyConnector.READS_FAIL.set(false);
    }

    @Test
    void whatTheTargetHashesRightIsVerifiedAndWhen() throws IOException {
        write("a", "one");
        write("d/b", "two");
        Files.createSymbolicLink(source.resolve("link"), Path.of("a"));
        start(brief(Extras.HOLD));
        replication.awaitEqual(replica);

        verify("", true);

        assertThat(
                        text(
                                "SELECT name FROM manifest WHERE evidence = 'VERIFIED' AND verified_at > delivered_at ORDER BY name"))
                .containsExactly("a", "b");
        assertThat(verifications())
                .containsExactly("'' deep entries 5 verified 2 missing 0 differing 0 extra 0 over 0");
        assertThat(
                        text(
                                "SELECT cause || ' ' || state || ' ' || verified || ' ' || differing FROM run ORDER BY run_number"))
                .contains("VERIFY COMPLETED 2 0");
        assertThat(text("SELECT requested_by FROM run WHERE cause = 'VERIFY'")).containsExactly("alice");
    }

    @Test
    void whateverDiffersIsToldAndPutRight() throws IOException {
        for (String path : List.of("same", "rotten", "shorter", "gone", "chmod", "d/lost/x", "d/lost/y/z", "e/file")) {
            write(path, "the content of " + path);
        }
        Files.createSymbolicLink(source.resolve("link"), Path.of("same"));
        start(brief(Extras.HOLD));
        replication.awaitEqual(replica);

        rot("rotten");
        Files.writeString(replica.resolve("shorter"), "short");
        Files.delete(replica.resolve("gone"));
        Files.setPosixFilePermissions(replica.resolve("chmod"), PosixFilePermissions.fromString("rwxrwxrwx"));
        deleteTree(replica.resolve("d/lost"));
        deleteTree(replica.resolve("e"));
        Files.writeString(replica.resolve("e"), "no directory");
        Files.delete(replica.resolve("link"));
        Files.createSymbolicLink(replica.resolve("link"), Path.of("gone"));
        verify("", true);
        replication.awaitEqual(replica);

        assertThat(text("""
                        SELECT path || ': ' || split_part(split_part(reason, '''', 5), ';', 1) FROM v_delivery
                        WHERE outcome = 'FAILED' AND error_code = 'CONTENT_DIFFERS' AND path <> '' AND path <> 'd' ORDER BY path
                        """))
                .satisfiesExactly(
                        told -> assertThat(told).contains("chmod", "mode 0777 instead of 0644"),
                        told -> assertThat(told).contains("d/lost", "is missing"),
                        told -> assertThat(told).contains("e", "is a file there"),
                        told -> assertThat(told).contains("gone", "is missing"),
                        told -> assertThat(told).contains("link", "leads to"),
                        told -> assertThat(told)
                                .contains("rotten", sha256("the content of rotten"), sha256(rotten("rotten"))),
                        told -> assertThat(told).contains("shorter", "has 5 bytes instead of 22"));
        assertThat(text("SELECT path FROM v_delivery WHERE path = 'same' AND outcome = 'TRANSFERRED'"))
                .hasSize(1);
        assertThat(count("SELECT count(*) FROM v_delivery WHERE path = 'chmod' AND outcome = 'TRANSFERRED'"))
                .as("of what has another mode only that is set")
                .isEqualTo(1);
        assertThat(count("SELECT count(*) FROM v_delivery WHERE path = 'chmod' AND outcome = 'METADATA'"))
                .isEqualTo(1);
        verify("", true);
        assertThat(verifications().get(1)).contains("missing 0 differing 0 extra 0");
    }

    @Test
    void withoutHashingContentThatLooksAsEverIsNotFound() throws IOException {
        write("rotten", "the content of rotten");
        start(brief(Extras.HOLD));
        replication.awaitEqual(replica);
        rot("rotten");

        verify("", false);

        assertThat(verifications())
                .containsExactly("'' shallow entries 2 verified 0 missing 0 differing 0 extra 0 over 0");
        assertThat(Files.readString(replica.resolve("rotten"))).isEqualTo(rotten("rotten"));
    }

    /** A bad block, for example. */
    @Test
    void whatTheTargetCannotReadAnyMoreIsSentAgain() throws IOException {
        write("bad", "the content");
        replication
                .target(FaultyConnector.address("replica", replica), brief(Extras.HOLD))
                .start();
        replication.awaitEqual(replica);
        FaultyConnector.READS_FAIL.set(true);

        verify("", true);

        assertThat(text("SELECT reason FROM v_delivery WHERE outcome = 'FAILED' AND path = 'bad'"))
                .singleElement()
                .asString()
                .contains("cannot be read on the target", sha256("the content"));
        await().untilAsserted(() -> assertThat(
                        count("SELECT count(*) FROM v_delivery WHERE outcome = 'TRANSFERRED' AND path = 'bad'"))
                .isEqualTo(2));
    }

    @Test
    void onlyWhatWasAskedForIsCompared() throws IOException {
        write("in/a", "one");
        write("out/a", "two");
        start(brief(Extras.HOLD));
        replication.awaitEqual(replica);
        Files.delete(replica.resolve("in/a"));
        Files.delete(replica.resolve("out/a"));

        verify("in/a", false);

        await().untilAsserted(() -> assertThat(replica.resolve("in/a")).exists());
        assertThat(replica.resolve("out/a")).doesNotExist();
    }

    /** Through a symlink in place of a directory another place would be compared. */
    @Test
    void aDirectoryThatBecameASymlinkIsToldAndNotFollowed() throws IOException {
        write("d/in/a", "one");
        start(brief(Extras.DELETE));
        replication.awaitEqual(replica);
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere/in"));
        Files.writeString(elsewhere.resolve("a"), "somebody else's");
        deleteTree(replica.resolve("d"));
        Files.createSymbolicLink(replica.resolve("d"), elsewhere.getParent());

        verify("d/in", true);
        replication.awaitEqual(replica);

        assertThat(text("SELECT path FROM v_delivery WHERE outcome = 'FAILED'")).containsExactly("d");
        assertThat(Files.readString(elsewhere.resolve("a"))).isEqualTo("somebody else's");
    }

    @Test
    void extrasAreListedAndDeletedOnceAPersonApproves() throws IOException {
        write("d/a", "one");
        replication.filter(FilterRules.builder()
                .exclude("*.keep", new RuleOrigin("test", 1))
                .build());
        start(brief(Extras.HOLD));
        replication.awaitEqual(replica);
        extra("d/extra", "x");
        extra("old/deep/file", "x");
        extra("old/deep/protected.keep", "x");
        extra("house/.freshet/marker", "x");
        extra("house/content", "x");

        verify("", false);

        assertThat(text("SELECT path FROM v_extra ORDER BY path"))
                .containsExactly("d/extra", "old", "old/deep", "old/deep/file");
        assertThat(text("SELECT reason || ' ' || state FROM hold")).containsExactly("EXTRAS OPEN");
        assertThat(replica.resolve("d/extra")).exists();
        verify("", false);
        assertThat(text("SELECT reason || ' ' || state FROM hold")).containsExactly("EXTRAS OPEN");

        // What comes later was not shown to the person.
        extra("old/later", "x");
        approve();

        await().untilAsserted(() -> assertThat(replica.resolve("d/extra")).doesNotExist());
        await().untilAsserted(
                        () -> assertThat(text("SELECT state::text FROM hold")).containsExactly("RESOLVED"));
        assertThat(replica.resolve("old/deep/file")).doesNotExist();
        assertThat(replica.resolve("old/deep/protected.keep")).exists();
        assertThat(replica.resolve("old/later")).exists();
        assertThat(replica.resolve("house/content")).exists();
        assertThat(text("SELECT path FROM v_delivery WHERE outcome = 'DELETED' ORDER BY path"))
                .containsExactly("d/extra", "old/deep/file");
        assertThat(text("SELECT path || ': ' || refusal FROM v_extra ORDER BY path"))
                .containsExactly(
                        "old: there is something in it that stays", "old/deep: there is something in it that stays");
        await().untilAsserted(() -> assertThat(Files.getLastModifiedTime(replica.resolve("d"))
                        .toInstant()
                        .getEpochSecond())
                .isEqualTo(Files.getLastModifiedTime(source.resolve("d"))
                        .toInstant()
                        .getEpochSecond()));
    }

    @Test
    void nothingIsDeletedThroughASymlinkInPlaceOfADirectory() throws IOException {
        write("d/a", "one");
        start(brief(Extras.HOLD));
        replication.awaitEqual(replica);
        extra("old/file", "x");
        FileTime time = Files.getLastModifiedTime(replica.resolve("old/file"));
        verify("", false);
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("file"), "x");
        Files.setLastModifiedTime(elsewhere.resolve("file"), time);
        deleteTree(replica.resolve("old"));
        Files.createSymbolicLink(replica.resolve("old"), elsewhere);

        approve();
        await().untilAsserted(
                        () -> assertThat(text("SELECT state::text FROM hold")).containsExactly("RESOLVED"));

        assertThat(elsewhere.resolve("file")).exists();
        assertThat(Files.isSymbolicLink(replica.resolve("old"))).isTrue();
    }

    @Test
    void extrasThatAPersonKeepsAreNotAskedForAgain() throws IOException {
        write("d/a", "one");
        start(brief(Extras.HOLD));
        replication.awaitEqual(replica);
        extra("d/extra", "x");
        verify("", false);
        replication
                .jdbc()
                .sql("UPDATE hold SET state = 'REJECTED', decided_at = now()")
                .update();

        verify("", false);

        assertThat(text("SELECT state::text FROM hold")).containsExactly("REJECTED");
        assertThat(replica.resolve("d/extra")).exists();
    }

    @Test
    void extrasAreDeletedWhereThePolicySaysSo() throws IOException {
        write("d/a", "one");
        write("keep/a", "two");
        start(brief(Extras.DELETE));
        replication.awaitEqual(replica);
        extra("d/extra/deep/file", "x");
        extra("d/file", "x");
        Files.createSymbolicLink(replica.resolve("away"), Path.of("/etc"));

        verify("", false);
        replication.awaitEqual(replica);

        assertThat(text("SELECT path FROM v_delivery WHERE outcome = 'DELETED' ORDER BY path"))
                .containsExactly("away", "d/extra", "d/extra/deep", "d/extra/deep/file", "d/file");
        assertThat(count("SELECT sum(manifest_rows) FROM deletion_tally")).isEqualTo(5);
        assertThat(text("SELECT path FROM v_extra")).isEmpty();
    }

    @Test
    void extrasBeyondTheLimitOfDeletionsWaitForAPerson() throws IOException {
        write("d/a", "one");
        start(new Policy(
                "limited",
                List.of(),
                brief(Extras.DELETE).timeZone(),
                OptionalLong.empty(),
                new DeletionLimit(1, 1),
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Verify.IN_FLIGHT,
                Unstable.PUBLISH,
                Duration.ofMillis(100),
                Extras.DELETE));
        replication.awaitEqual(replica);
        extra("d/one", "x");
        extra("d/two", "x");

        verify("", false);

        assertThat(text("SELECT reason || ' ' || state FROM hold")).containsExactly("EXTRAS OPEN");
        assertThat(replica.resolve("d/one")).exists();
        assertThat(replica.resolve("d/two")).exists();
    }

    @Test
    void aTargetThatHeldThingsIsListedOnceForWhatNobodyAskedFor() throws IOException {
        write("d/a", "one");
        extra("d/extra", "x");
        extra("other/file", "x");
        start(brief(Extras.LEAVE));

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(text("SELECT path FROM v_extra ORDER BY path"))
                        .containsExactly("d/extra", "other", "other/file"));
        await().untilAsserted(() -> assertThat(
                        text("SELECT reason || ' ' || deep FROM verification WHERE finished_at IS NOT NULL"))
                .containsExactly("ADOPTION false"));
        assertThat(text("SELECT reason::text FROM hold")).isEmpty();
        assertThat(replica.resolve("other/file")).exists();
    }

    @Test
    void aPolicyThatVerifiesInFullDoesSoOnceADay() throws IOException {
        write("a", "one");
        replication
                .target(server.address("replica", replica), verifying(Verify.FULL))
                .start();

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                text("SELECT reason || ' ' || deep FROM verification WHERE finished_at IS NOT NULL"))
                        .containsExactly("POLICY true"));
        write("b", "two");
        replication.changed("b");
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM verification")).isEqualTo(1);
        replication
                .jdbc()
                .sql("UPDATE verification SET opened_at = opened_at - interval '25 hours'")
                .update();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(count("SELECT count(*) FROM verification WHERE finished_at IS NOT NULL"))
                                .isEqualTo(2));
    }

    private Policy brief(Extras extras) {
        return verifying(Verify.IN_FLIGHT).with(extras);
    }

    private void approve() {
        replication
                .jdbc()
                .sql("UPDATE hold SET state = 'APPROVED', decided_at = now()")
                .update();
        NotificationKind.REQUEST.publish(replication.jdbc());
    }

    private void extra(String path, String content) throws IOException {
        Path file = replica.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    /** Other bytes, the same size and time. */
    private void rot(String path) throws IOException {
        Path file = replica.resolve(path);
        FileTime time = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
        Files.writeString(file, rotten(path));
        Files.setLastModifiedTime(file, time);
    }

    private static String rotten(String path) {
        return "THE CONTENT OF " + path;
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
