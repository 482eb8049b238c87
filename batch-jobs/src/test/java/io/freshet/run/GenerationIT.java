package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 5: the target, or the database, is restored to what it was before. */
class GenerationIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @BeforeEach
    void deliver() throws IOException {
        write("kept", "1");
        write("changed", "yesterday");
        write("gone", "yesterday");
        write("stays/wrong", "as it is");
        start();
        replication.awaitEqual(replica);
        replication.stop();
    }

    /** Nothing changes on the source any more, so that no run would ever look. */
    @Test
    void aTargetThatWasRestoredIsFilledAnewThoughNothingIsSent() throws Exception {
        Path backup = directory.resolve("backup");
        copy(replica, backup);
        timePasses();
        write("changed", "of today");
        write("added", "today");
        Files.delete(source.resolve("gone"));
        replication.start();
        replication.changed("changed", "added", "gone");
        replication.awaitEqual(replica);
        replication.stop();
        long keptAt = count("SELECT count(*) FROM v_delivery WHERE path = 'kept' AND outcome = 'TRANSFERRED'");

        deleteTree(replica);
        copy(backup, replica);
        timePasses();
        replication.start();

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(replica.resolve("added")).hasContent("today");
            assertThat(replica.resolve("changed")).hasContent("of today");
            assertThat(text("SELECT path FROM extra")).containsExactly("gone");
        });
        assertThat(replica.resolve("gone"))
                .as("what it should not hold is told, not removed")
                .exists();
        assertThat(count("SELECT count(*) FROM v_delivery WHERE path = 'kept' AND outcome = 'TRANSFERRED'"))
                .as("what is equal is not sent again")
                .isEqualTo(keptAt);
        assertThat(count("SELECT count(*) FROM target_state WHERE adopting")).isEqualTo(1);
    }

    /** What the target was given after the backup is not what the restored database calls delivered. */
    @Test
    void aDatabaseThatWasRestoredDoesNotCallDeliveredWhatItNeverSaw() throws IOException {
        Files.writeString(replica.resolve("stays/wrong"), "of a time that the database does not know");
        replication
                .jdbc()
                .sql("UPDATE target_state SET generation = gen_random_uuid()")
                .update();
        timePasses();
        replication.start();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(replica.resolve("stays/wrong")).hasContent("as it is"));
        replication.awaitEqual(replica);
    }

    /** A standby that lagged took over, or a dump was loaded elsewhere: nothing on the target tells. */
    @Test
    void anotherDatabaseThanTheManifestWasMadeInIsNoticed() throws IOException {
        Files.writeString(replica.resolve("stays/wrong"), "of a time that the database does not know");
        replication
                .jdbc()
                .sql("UPDATE target_state SET database_identity = database_identity || '0'")
                .update();
        timePasses();
        replication.start();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(replica.resolve("stays/wrong")).hasContent("as it is"));
        replication.awaitEqual(replica);
    }

    /** Only what went back is doubted: a process that died between marker and database leaves what both know. */
    @Test
    void aRenewalThatWasBrokenOffIsNoDoubt() throws IOException {
        replication.jdbc().sql("""
                        UPDATE target_state SET pending_generation = generation, generation = gen_random_uuid(),
                            generation_at = now() - interval '1 hour'
                        """).update();
        replication.start();
        await().atMost(PATIENCE)
                .until(() ->
                        count("SELECT count(*) FROM target_state WHERE generation_at > now() - interval '1 minute'")
                                == 1);
        assertThat(count("SELECT count(*) FROM target_state WHERE adopting OR pending_generation IS NOT NULL"))
                .isZero();
        assertThat(Files.readString(replica.resolve(".freshet/marker")))
                .endsWith("\ngeneration "
                        + text("SELECT generation::text FROM target_state").get(0) + "\n");
        assertThat(count("SELECT count(*) FROM manifest")).isPositive();
    }

    /** A target of before there were generations gets its first. */
    @Test
    void aMarkerWithoutGenerationIsGivenOne() throws IOException {
        Path marker = replica.resolve(".freshet/marker");
        Files.writeString(marker, Files.readString(marker).replaceFirst("generation .*\n", ""));
        replication.jdbc().sql("""
                        UPDATE target_state SET generation = NULL, database_identity = NULL,
                            generation_at = now() - interval '1 hour'
                        """).update();
        replication.start();
        await().atMost(PATIENCE)
                .until(() -> count("SELECT count(*) FROM target_state WHERE generation IS NOT NULL"
                                + " AND database_identity IS NOT NULL")
                        == 1);
        assertThat(Files.readString(marker)).contains("\ngeneration ");
        assertThat(count("SELECT count(*) FROM target_state WHERE adopting")).isZero();
    }

    /** As if the marker had last been looked at an hour ago. */
    private void timePasses() {
        replication
                .jdbc()
                .sql("UPDATE target_state SET generation_at = now() - interval '1 hour'")
                .update();
    }

    /** As a backup keeps it, times and links included. */
    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        Process copy = new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                .inheritIO()
                .start();
        assertThat(copy.waitFor()).isZero();
        FileTime restored = FileTime.from(Instant.now());
        Files.setLastModifiedTime(to, restored);
    }
}
